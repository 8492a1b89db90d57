package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/cmd/internal/secure"
	"github.com/sprocketmq/sp/cmd/internal/terminal"
	"github.com/sprocketmq/sp/pattern"
)

// side is one of a device's sockets.
type side struct {
	pattern   pattern.Pattern
	addresses []sideAddress
	sock      *sp.Raw
}

type sideAddress struct {
	url    string
	listen bool
}

// forwarding is what the command line of forward says.
type forwarding struct {
	sides []*side
	ttl   int
	every cli.Seconds
	quiet bool
	files secure.Files
}

// forward is a device between two sockets.
func forward(ctx context.Context, args []string, stdout, stderr *os.File) error {
	f := &forwarding{}
	parser := cli.Parser{Table: forwardOptions(f, stdout)}
	if err := parser.Parse(append([]string{"sprocket forward"}, args...)); err != nil {
		return err
	}
	for _, s := range f.sides {
		if len(s.addresses) == 0 {
			return fmt.Errorf("--%s has no address: --listen or --dial has to follow it", s.pattern.Name)
		}
		s.sock = sp.NewRaw(s.pattern, &sp.Options{Name: s.pattern.Name, TTL: f.ttl})
		defer s.sock.Close()
		for _, a := range s.addresses {
			addr, err := attach(s.sock, a.url, a.listen, f.files)
			if err != nil {
				return err
			}
			if a.listen && !f.quiet {
				fmt.Fprintf(stderr, "sprocket forward: %s listens on %s\n", s.pattern.Name, addr)
			}
		}
	}
	stop := f.count(stderr)
	defer stop()
	first := f.sides[0].sock
	if len(f.sides) == 1 {
		return sp.Forward(ctx, first, nil)
	}
	return sp.Forward(ctx, first, f.sides[1].sock)
}

// count shows the counters: on a terminal as a line that changes, elsewhere
// as lines if --stats asks for them. The last state is shown in the end.
func (f *forwarding) count(stderr *os.File) (stop func()) {
	live := terminal.Is(stderr)
	every := 500 * time.Millisecond
	if f.every.Given {
		every = max(f.every.D, time.Millisecond)
	}
	if f.quiet || !live && !f.every.Given {
		return func() {}
	}
	show := func(end string) {
		if live {
			end = "\x1b[K\r"
		}
		io.WriteString(stderr, f.counters()+end)
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				show("\n")
			case <-quit:
				io.WriteString(stderr, f.counters()+"\n")
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

// counters is the state of both sides in a line.
func (f *forwarding) counters() string {
	line := ""
	for i, s := range f.sides {
		t := s.sock.Stats()
		if i > 0 {
			line += " | "
		}
		line += fmt.Sprintf("%s: %d peers, in %d (%d B), out %d (%d B), dropped %d", s.pattern.Name,
			t.Peers, t.Traffic.MessagesIn, t.Traffic.BytesIn, t.Traffic.MessagesOut, t.Traffic.BytesOut, t.Dropped.Total())
	}
	return line
}
