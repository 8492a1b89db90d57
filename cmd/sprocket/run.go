package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/cmd/internal/interrupt"
)

const usage = `Usage: sprocket forward --TYPE ADDRESS... [--TYPE ADDRESS...] [OPTION]...
       sprocket perf latency|throughput [--TYPE] [OPTION]...

forward moves messages between two addresses, or back where they came from.
perf measures latency and throughput, between two ends or alone.

sprocket COMMAND --help says more.
`

// command does the work of one of the commands. It gets the arguments after
// the command's name.
type command func(ctx context.Context, args []string, stdout, stderr *os.File) error

var commands = map[string]command{"forward": forward, "perf": perf}

// run is the whole program. It returns the exit status.
func run(argv []string, stdout, stderr *os.File) int {
	if len(argv) < 2 {
		io.WriteString(stderr, usage)
		return 1
	}
	if argv[1] == "--help" || argv[1] == "-h" || argv[1] == "help" {
		io.WriteString(stdout, usage)
		return 0
	}
	do := commands[argv[1]]
	if do == nil {
		fmt.Fprintf(stderr, "%s: there is no command %q, only forward and perf\n", argv[0], argv[1])
		return 1
	}
	ctx, stop := interrupt.Context()
	defer stop()
	err := do(ctx, argv[2:], stdout, stderr)
	var failure *cli.Failure
	var signalled *interrupt.Interruption
	signal := interrupt.Of(ctx)
	switch {
	case err == nil && signal == nil, errors.Is(err, cli.ErrDone):
		return 0
	case errors.As(err, &failure):
		io.WriteString(stderr, failure.Text)
		return failure.Status
	case signal != nil && (err == nil || errors.Is(err, context.Canceled) || errors.As(err, &signalled)):
		return signal.Repeat()
	}
	fmt.Fprintf(stderr, "sprocket %s: %v\n", argv[1], err)
	return 3
}
