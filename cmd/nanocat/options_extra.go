package main

import (
	"io"

	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// extras are the options that nanomsg's command has nothing like.
func extras(s *settings, t *cli.Table, stdout io.Writer) []cli.Option {
	list := []cli.Option{}
	for _, f := range []struct{ name, text string }{
		{"lines", "Send each line of the input as a message, and write each received message as a line."},
		{"null", "The same with a zero byte at the end of each message instead of a line feed."},
		{"length-prefixed", "The same with the length before each message: four bytes, the most significant first."},
		{"json", "Write a JSON object for each message, on a line: time, peer, header in hexadecimal, and body as text, or as base64 where it is not UTF-8. Read such objects; body or base64 is enough."},
	} {
		list = append(list, cli.Option{Name: f.name, Group: "Stream Options", Extra: true, Meets: hasData,
			Text: f.text, Set: func(string) error { return s.setFormat(f.name) }})
	}
	return append(list, []cli.Option{
		{Name: "compat", Group: "Generic", Extra: true, Text: "Read the command line as nngcat --compat does: --name:value stands for --name=value, ipc paths are absolute, --bind and --connect take any address.",
			Set: cli.Const(&s.compat, true)},
		{Name: "async", Group: "Generic", Extra: true, Text: "Has no effect: connecting never waits here.",
			Set: cli.Const(&s.ignored, true)},
		{Name: "send-delay", Alias: "delay"},
		{Name: "send-interval", Alias: "interval"},
		{Name: "version", Short: 'V', Group: "Generic", Extra: true,
			Text: "Print the version and exit.", Set: showVersion(stdout)},
		{Name: "man", Group: "Generic", Extra: true,
			Text: "Print the man page, in troff, and exit.", Set: cli.Man(t, stdout)},
		{Name: "completion", Group: "Generic", Arg: "SHELL", Extra: true, Choices: cli.Shells,
			Text: "Print the completions for a shell and exit: bash, zsh or fish.", Set: cli.Completion(t, stdout)},
		{Name: "install-links", Group: "Generic", Arg: "DIR", Extra: true, Files: true,
			Text: "Make the links nn_push, nn_pull, nn_pub, nn_sub, nn_req, nn_rep, nn_surveyor, nn_respondent, nn_bus and nn_pair to this program in DIR and exit. Called by one of these names, it has that socket type.",
			Set:  installLinks},
	}...)
}

// setFormat chooses the output format and, where it has one, how a stream of
// messages is read.
func (s *settings) setFormat(name string) error {
	if err := cli.Choice(&s.format, formats, streamFormats)(name); err != nil {
		return err
	}
	if f := framings[name]; f != nil {
		s.framing = f
	}
	return nil
}

var examples = []cli.Example{
	{Line: "nanocat --rep -L 8000 -A -D pong", Text: "answer every request"},
	{Line: "nanocat --req -l 8000 -A -D ping", Text: "ask, print the reply"},
	{Line: "tail -f log | nanocat --pub -L 8001 --lines", Text: "publish lines"},
	{Line: "nanocat --sub -l 8001 --json | jq .body", Text: "and watch them"},
}

const notes = `# Exit status

0
:   All done. A receiver also ends so when --recv-timeout has passed.

1
:   The command line is wrong.

2
:   A file cannot be read.

3
:   The socket cannot do what was asked.

4
:   Messages were accepted for sending and could not be delivered.
`
