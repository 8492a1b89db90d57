package main

import (
	"io"

	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// What options establish, and ask others for.
const (
	isType cli.Mask = 1 << iota
	writes
	reads
	isSub
	hasData
	hasEndpoint
)

var formats = []string{"no", "raw", "ascii", "quoted", "msgpack", "hex"}

// streamFormats are ours: they also say how to read what is sent.
var streamFormats = []string{"lines", "null", "length-prefixed", "json"}

// options makes the one table from which the parser, its checks, the help, the
// completions and the man page come. The order is that of nanomsg's lists.
func options(s *settings, stdout io.Writer) *cli.Table {
	t := &cli.Table{
		Program:  "nanocat",
		Summary:  "send, receive and watch messages of the Scalability Protocols",
		Required: isType | hasEndpoint,
		Examples: examples,
		Notes:    notes,
		Usage:    []string{"nanocat TYPE ADDRESS... [OPTION]..."},
	}
	t.Options = append(t.Options, general(s, t, stdout)...)
	t.Options = append(t.Options, types(s)...)
	t.Options = append(t.Options, endpoints(s)...)
	t.Options = append(t.Options, inputs(s)...)
	t.Options = append(t.Options, outputs(s)...)
	t.Options = append(t.Options, extras(s, t, stdout)...)
	return t.Resolve()
}

func general(s *settings, t *cli.Table, stdout io.Writer) []cli.Option {
	return []cli.Option{
		{Name: "verbose", Short: 'v', Group: "Generic", Brief: "who comes, goes",
			Text: "Say on stderr which connections come and go, with their address and the reason; twice, also the header of every message, in hexadecimal.",
			Set:  cli.Add(&s.level, 1)},
		{Name: "silent", Short: 'q', Group: "Generic", Brief: "only errors",
			Text: "Say nothing on stderr but what ends the program. Takes back one --verbose.",
			Set:  cli.Add(&s.level, -1)},
		{Name: "help", Short: 'h', Group: "Generic", Brief: "this text",
			Text: "Print a short help and exit.",
			Set:  cli.Help(t, stdout)},
	}
}

func types(s *settings) []cli.Option {
	var list []cli.Option
	for _, k := range kinds {
		o := cli.Option{Name: k.name, Group: "Socket Types", Extra: k.extra, Text: k.text,
			Sets: isType | k.can, Conflicts: isType, Set: cli.Const(&s.kind, k)}
		if !k.extra {
			o.Link = "nn_" + k.name
		}
		if k.needsData {
			o.Requires = hasData
		}
		list = append(list, o)
	}
	for _, k := range kinds {
		if !k.extra { // nngcat's names end in the version of the protocol
			list = append(list, cli.Option{Name: k.name + "0", Alias: k.name})
		}
	}
	return list
}

func inputs(s *settings) []cli.Option {
	list := []cli.Option{
		{Name: "format", Group: "Input Options", Arg: "FORMAT", Requires: reads,
			Text:    "Write received messages in a format: no, raw, ascii, quoted, msgpack or hex, which are the same as the options below. The default is no: nothing is written.",
			Choices: formats, Set: s.setFormat},
	}
	for _, f := range []struct {
		name  string
		short byte
		text  string
	}{
		{"raw", 0, "Write messages as they are, with nothing between them."},
		{"ascii", 'A', "Write each message on a line; what is not printable ASCII becomes a dot."},
		{"quoted", 'Q', "Write each message on a line in double quotes, with escapes as in C."},
		{"msgpack", 0, "Write each message as a MessagePack binary, for programs to read."},
		{"hex", 0, "Write each message on a line in double quotes, every byte as \\xNN."},
	} {
		list = append(list, cli.Option{Name: f.name, Short: f.short, Group: "Input Options",
			Requires: reads, Text: f.text, Set: cli.Const(&s.format, f.name)})
	}
	return list
}

func outputs(s *settings) []cli.Option {
	return []cli.Option{
		{Name: "interval", Short: 'i', Group: "Output Options", Arg: "SEC", Requires: writes, Brief: "send again",
			Text: "Send the message, request or survey again every SEC seconds, measured from the start of each. With a stream of messages, wait that long from one to the next.",
			Set:  cli.Span(&s.interval)},
		{Name: "delay", Short: 'd', Group: "Output Options", Arg: "SEC", Brief: "wait to send",
			Text: "Wait SEC seconds before the first message, so that peers can connect.",
			Set:  cli.Span(&s.delay)},
		{Name: "data", Short: 'D', Group: "Output Options", Arg: "DATA", Brief: "what to send",
			Text: "Send DATA: once with --pub, --push, --pair and --bus; as the request or survey with --req and --surveyor; as the answer to each message with --rep and --respondent.",
			Sets: hasData, Conflicts: hasData, Requires: writes, Set: s.setData},
		{Name: "file", Short: 'F', Group: "Output Options", Arg: "PATH", Brief: "from a file",
			Text: "Send what the file PATH holds, or stdin if PATH is -, as --data does. With one of the stream options it holds many messages.",
			Sets: hasData, Conflicts: hasData, Requires: writes, Files: true, Set: cli.Open(&s.file)},
	}
}
