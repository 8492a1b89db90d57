package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// errState says that there is nothing to wait for: no request is open, or
// the survey has ended. It is nanomsg's EFSM.
//
//lint:ignore ST1005 scripts read nanomsg's words
var errState = errors.New("Operation cannot be performed in this state")

// base is what all sockets of package sp have.
type base interface {
	DialWith(string, *sp.EndpointOptions) (*sp.Endpoint, error)
	ListenWith(string, *sp.EndpointOptions) (*sp.Endpoint, error)
	Peers() []*sp.Peer
	Close() error
}

// socket is any socket of package sp as the loops see it.
type socket struct {
	base
	// send is nil where the type cannot.
	send func(context.Context, []byte) error
	// recv waits for a message, try does not and fails with ErrWouldBlock.
	recv func(context.Context) (*item, error)
	try  func() (*item, error)
	// lossy sockets send to whoever is there now, which may be nobody.
	lossy bool
	// giveUp forgets what is waited for, so that closing does not linger
	// for it.
	giveUp func()
}

// item is a message that came.
type item struct {
	header, body []byte
	peer         string
	answer       func(context.Context, []byte) error
}

func itemOf(m *sp.Message) *item {
	it := &item{header: m.Header, body: m.Body}
	if p := sp.PeerOf(m); p != nil {
		it.peer = p.Addr()
	}
	return it
}

// sender and receiver are the halves that package sp's sockets have.
type sender interface {
	Send(context.Context, []byte) error
	TrySend(*sp.Message) error
}

type receiver interface {
	RecvMessage(context.Context) (*sp.Message, error)
	TryRecv() (*sp.Message, error)
}

func (s *socket) receiveFrom(r receiver) *socket {
	s.recv = func(ctx context.Context) (*item, error) { return wrap(r.RecvMessage(ctx)) }
	s.try = func() (*item, error) { return wrap(r.TryRecv()) }
	return s
}

func (s *socket) sendTo(w sender) *socket {
	s.send = func(ctx context.Context, body []byte) error {
		if expired(ctx) {
			return now(w.TrySend(sp.NewMessage(clone(body))))
		}
		return w.Send(ctx, body)
	}
	return s
}

// expired reports whether ctx allows no waiting at all. A call with it would
// fail without trying, and a timeout of 0 is to fail only if it has to wait.
func expired(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// now makes a timeout of what would have to wait.
func now(err error) error {
	if errors.Is(err, sp.ErrWouldBlock) {
		return context.DeadlineExceeded
	}
	return err
}

func wrap(m *sp.Message, err error) (*item, error) {
	if err != nil {
		return nil, err
	}
	return itemOf(m), nil
}

// receive waits for a message, as long as timeout says.
func (s *socket) receive(ctx context.Context, timeout cli.Seconds) (*item, error) {
	if timeout.Given && timeout.D <= 0 {
		it, err := s.try()
		return it, now(err)
	}
	ctx, cancel := within(ctx, timeout)
	defer cancel()
	return s.recv(ctx)
}

func within(ctx context.Context, timeout cli.Seconds) (context.Context, context.CancelFunc) {
	if !timeout.Given {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, timeout.D)
}

// over reports whether err only says that no more messages can be expected.
func over(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errState) || errors.Is(err, io.EOF)
}

// pause sleeps for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
