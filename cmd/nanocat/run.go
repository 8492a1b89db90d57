package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/cmd/internal/interrupt"
	"github.com/sprocketmq/sp/cmd/internal/terminal"
)

const statusLost = 4

// run is the whole program. It returns the exit status.
func run(argv []string, stdin, stdout, stderr *os.File) int {
	s := newSettings(slices.Contains(argv, "--compat"))
	parser := cli.Parser{Table: options(s, stdout), Colon: s.compat}
	err := parser.Parse(argv)
	if err == nil {
		err = s.talk(filepath.Base(argv[0]), stdin, stdout, stderr)
	}
	var failure *cli.Failure
	var signal *interrupt.Interruption
	switch {
	case err == nil, errors.Is(err, cli.ErrDone):
		return 0
	case errors.As(err, &failure):
		io.WriteString(stderr, failure.Text)
		return failure.Status
	case errors.As(err, &signal):
		return signal.Repeat()
	}
	fmt.Fprintf(stderr, "%s: %v\n", argv[0], err)
	return statusSocket
}

// talk opens the socket, does what its type does, and closes it.
func (s *settings) talk(program string, stdin, stdout, stderr *os.File) error {
	src, err := s.source(stdin)
	if err != nil {
		return err
	}
	ctx, stop := interrupt.Context()
	defer stop()
	onTerminal := terminal.Is(stderr)
	w := newWatch(program, s.level, stderr, onTerminal)
	c := &session{settings: s, ctx: ctx, src: src, stdout: stdout, watch: w}
	if c.sock, err = s.open(w); err != nil {
		return err
	}
	if err := s.attach(c.sock, w); err != nil {
		c.sock.Close()
		return err
	}
	if onTerminal && s.level >= 0 && (s.format == "no" || !terminal.Is(stdout)) {
		w.progress = newProgress(stderr)
	}
	stopHint := w.hint(s.kind)
	err = c.begin()
	if err == nil {
		err = s.kind.talk(c)
	}
	stopHint()
	return c.end(err)
}

// settleAfter bounds the wait for peers that are being connected to.
const settleAfter = time.Second

// begin waits as --delay says. A socket that sends to whoever is there waits
// at least until its connections are made, or have failed.
func (c *session) begin() error {
	if c.delay.Given {
		return pause(c.ctx, c.delay.D)
	}
	if c.sock.lossy && c.src != nil {
		ctx, cancel := context.WithTimeout(c.ctx, settleAfter)
		defer cancel()
		c.watch.settle(ctx)
	}
	return c.ctx.Err()
}

// end closes the socket, which lets the last messages go out, and says what
// was lost. A failure that was there before stays the reason to exit.
func (c *session) end(err error) error {
	if c.sock.giveUp != nil {
		c.sock.giveUp()
	}
	c.watch.aside()
	peers := c.watch.peers(c.sock)
	var dropped *sp.DroppedError
	if errors.As(c.sock.Close(), &dropped) {
		c.watch.say(0, "%d messages could not be delivered%s", dropped.Messages, peers)
		if err == nil && c.kind.can&reads == 0 {
			err = &cli.Failure{Status: statusLost}
		}
	}
	if stopped := interrupt.Of(c.ctx); stopped != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return stopped
	}
	return err
}

// open makes the socket.
func (s *settings) open(w *watch) (*socket, error) {
	if err := descriptors(); err != nil {
		return nil, failed("Can't create socket", err)
	}
	if len(s.name) > 63 { // nanomsg's limit
		return nil, failed("Can't set socket name", syscall.EINVAL)
	}
	o := &sp.Options{Name: s.name, Log: w.logger(), Linger: s.lingers()}
	o.MaxSize = s.maxSize
	return s.kind.open(&opening{options: o, topics: s.subscriptions}), nil
}
