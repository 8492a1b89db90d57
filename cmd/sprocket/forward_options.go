package main

import (
	"fmt"
	"io"

	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/examples/star"
	"github.com/sprocketmq/sp/pattern"
)

// patterns are those that a side of a device may have.
var patterns = []pattern.Pattern{
	pattern.Rep, pattern.Req, pattern.Pull, pattern.Push, pattern.Sub, pattern.Pub,
	pattern.Respondent, pattern.Surveyor, pattern.Bus, pattern.Pair, pattern.Pair1, star.Pattern,
}

func forwardOptions(f *forwarding, stdout io.Writer) *cli.Table {
	t := &cli.Table{
		Program:  "sprocket-forward",
		Summary:  "move messages between two sockets",
		Usage:    []string{"sprocket forward --TYPE ADDRESS... [--TYPE ADDRESS...] [OPTION]..."},
		Required: isType | hasEndpoint,
		Examples: []cli.Example{
			{Line: "sprocket forward --rep -L 8000 --req -L 8001", Text: "clients at 8000, servers at 8001"},
			{Line: "sprocket forward --pull -L 1 --push --dial tcp://far:2", Text: "a pipeline onwards"},
			{Line: "sprocket forward --bus -L 8002", Text: "a hub for a bus"},
		},
	}
	for _, p := range patterns {
		t.Options = append(t.Options, cli.Option{Name: p.Name, Group: "Types", Sets: isType,
			Text: "The socket of this side is a raw one of type " + p.Name + ". The addresses that follow are its own.",
			Set:  func(string) error { return f.addSide(p) }})
	}
	at := func(name string, short byte, arg, prefix, brief, text string, listen bool) cli.Option {
		return cli.Option{Name: name, Short: short, Group: "Addresses", Arg: arg, Sets: hasEndpoint, Brief: brief, Text: text,
			Set: func(a string) error { return f.addAddress(prefix+a, listen) }}
	}
	t.Options = append(t.Options,
		at("listen", 0, "ADDR", "", "listen there", "Listen on ADDR.", true),
		at("dial", 0, "ADDR", "", "connect", "Connect to ADDR.", false),
		cli.Option{Name: "bind", Alias: "listen"},
		cli.Option{Name: "connect", Alias: "dial"},
		at("bind-ipc", 'X', "PATH", "ipc://", "ipc://PATH", "Listen on ipc://PATH.", true),
		at("connect-ipc", 'x', "PATH", "ipc://", "ipc://PATH", "Connect to ipc://PATH.", false),
		at("bind-local", 'L', "PORT", "tcp://127.0.0.1:", "127.0.0.1:PORT", "Listen on tcp://127.0.0.1:PORT.", true),
		at("connect-local", 'l', "PORT", "tcp://127.0.0.1:", "127.0.0.1:PORT", "Connect to tcp://127.0.0.1:PORT.", false),
		cli.Option{Name: "ttl", Group: "Options", Arg: "HOPS", Brief: "at most so many", Text: "Drop what has come over more hops than HOPS: 8, unless told otherwise.", Set: cli.Integer(&f.ttl, 1)},
		cli.Option{Name: "stats", Group: "Options", Arg: "SEC", Brief: "print counters", Text: "Print the counters every SEC seconds. On a terminal they are always shown.", Set: cli.Span(&f.every)},
		cli.Option{Name: "silent", Short: 'q', Group: "Options", Brief: "only errors", Text: "Print nothing but errors.", Set: cli.Const(&f.quiet, true)},
	)
	t.Options = append(t.Options, common(t, &f.files, stdout)...)
	return t.Resolve()
}

func (f *forwarding) addSide(p pattern.Pattern) error {
	if len(f.sides) == 2 {
		return &cli.Failure{Text: fmt.Sprintf("sprocket forward: --%s is a third type; a device has two sides\n", p.Name), Status: 1}
	}
	f.sides = append(f.sides, &side{pattern: p})
	return nil
}

func (f *forwarding) addAddress(url string, listen bool) error {
	if len(f.sides) == 0 {
		return &cli.Failure{Text: fmt.Sprintf("sprocket forward: %s: the type of its socket has to come first\n", url), Status: 1}
	}
	s := f.sides[len(f.sides)-1]
	s.addresses = append(s.addresses, sideAddress{url, listen})
	return nil
}
