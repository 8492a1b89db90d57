package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/cmd/internal/secure"
)

// measuring is what the command line of perf says.
type measuring struct {
	latency           bool
	flow              *flow
	listen, dial, own string
	size, count       int
	parallel          int
	json              bool
	files             secure.Files
}

// classic are the names of nanomsg's programs, with arguments as theirs.
var classic = map[string]measuring{
	"local_lat":  {latency: true, listen: "ADDR"},
	"remote_lat": {latency: true, dial: "ADDR"},
	"local_thr":  {listen: "ADDR"},
	"remote_thr": {dial: "ADDR"},
}

// perf measures.
func perf(ctx context.Context, args []string, stdout, _ *os.File) error {
	m := &measuring{flow: flows[0], size: 64, parallel: 64}
	parser := cli.Parser{Table: perfOptions(m, stdout)}
	rest, err := m.what(args)
	if err == nil {
		err = parser.Parse(append([]string{"sprocket perf"}, rest...))
	}
	if err != nil {
		return err
	}
	if m.count == 0 {
		m.count = 10_000
		if !m.latency {
			m.count = 1_000_000
		}
	}
	r, err := m.run(ctx)
	if err != nil || r == nil {
		return err
	}
	if m.json {
		return r.writeJSON(stdout)
	}
	return r.writeText(stdout)
}

// what reads what to measure off the start of args, and returns the rest.
func (m *measuring) what(args []string) ([]string, error) {
	bad := func(text string) error { return &cli.Failure{Text: "sprocket perf: " + text + "\n", Status: 1} }
	if len(args) == 0 {
		return nil, bad("say what to measure: latency or throughput")
	}
	c, ok := classic[args[0]]
	switch {
	case args[0] == "latency":
		m.latency = true
		return args[1:], nil
	case args[0] == "throughput":
		return args[1:], nil
	case args[0] == "--help" || args[0] == "-h" || args[0] == "--man" || args[0] == "--completion":
		return args, nil
	case !ok:
		return nil, bad(fmt.Sprintf("%q is nothing that can be measured: latency or throughput", args[0]))
	case len(args) < 4:
		return nil, bad(args[0] + " takes an address, a message size and a count")
	}
	m.latency = c.latency
	if c.listen != "" {
		m.listen = args[1]
	} else {
		m.dial = args[1]
	}
	for i, to := range []*int{&m.size, &m.count} {
		n, err := strconv.Atoi(args[2+i])
		if err != nil || n < i {
			return nil, bad(fmt.Sprintf("%s: %q is no size or count", args[0], args[2+i]))
		}
		*to = n
	}
	return args[4:], nil
}

func perfOptions(m *measuring, stdout io.Writer) *cli.Table {
	t := &cli.Table{
		Program: "sprocket-perf",
		Summary: "measure latency and throughput",
		Usage: []string{
			"sprocket perf latency|throughput [--TYPE] [OPTION]...",
			"sprocket perf local_lat|remote_lat|local_thr|remote_thr ADDR SIZE COUNT",
		},
		Examples: []cli.Example{
			{Line: "sprocket perf latency --req", Text: "alone, over inproc"},
			{Line: "sprocket perf throughput --alone ipc:///tmp/p", Text: "alone, over ipc"},
			{Line: "sprocket perf latency --listen tcp://:7000", Text: "one end, which echoes"},
			{Line: "sprocket perf latency --dial tcp://far:7000", Text: "the other, which measures"},
		},
		Notes: "# NOTES\n\nBoth ends have to be told the same. A latency is half a round trip; with --push and --pub " +
			"it is the way from the sender's clock to the receiver's. Throughput is measured where messages are received, " +
			"with --req and --surveyor where they are sent. With --pair either end may be one of the programs local\\_lat, " +
			"remote\\_lat, local\\_thr and remote\\_thr of nanomsg or mangos.\n",
	}
	for _, f := range flows {
		t.Options = append(t.Options, cli.Option{Name: f.name, Group: "Types", Sets: isType, Conflicts: isType,
			Text: f.text, Set: cli.Const(&m.flow, f)})
	}
	t.Options = append(t.Options,
		cli.Option{Name: "listen", Group: "Ends", Arg: "ADDR", Sets: isRole, Conflicts: isRole, Brief: "the far end", Text: "Be the end that echoes, or receives, and listen on ADDR.", Set: cli.Text(&m.listen)},
		cli.Option{Name: "dial", Group: "Ends", Arg: "ADDR", Sets: isRole, Conflicts: isRole, Brief: "the near end", Text: "Be the end that sends, and connect to ADDR.", Set: cli.Text(&m.dial)},
		cli.Option{Name: "alone", Group: "Ends", Arg: "ADDR", Sets: isRole, Conflicts: isRole, Brief: "both ends here", Text: "Be both ends, over ADDR. Without any of the three it is inproc.", Set: cli.Text(&m.own)},
		cli.Option{Name: "size", Short: 's', Group: "Options", Arg: "BYTES", Brief: "of a message", Text: "The size of the messages: 64 bytes, unless told otherwise.", Set: cli.Integer(&m.size, 0)},
		cli.Option{Name: "count", Short: 'C', Group: "Options", Arg: "N", Brief: "so many", Text: "How many messages: 10000 for the latency, 1000000 for the throughput, unless told otherwise.", Set: cli.Integer(&m.count, 1)},
		cli.Option{Name: "parallel", Short: 'p', Group: "Options", Arg: "N", Brief: "at once", Text: "How many requests or surveys are open at once when their throughput is measured: 64, unless told otherwise.", Set: cli.Integer(&m.parallel, 1)},
		cli.Option{Name: "json", Group: "Options", Brief: "for programs", Text: "Print the result as a JSON object.", Set: cli.Const(&m.json, true)},
	)
	t.Options = append(t.Options, common(t, &m.files, stdout)...)
	return t.Resolve()
}
