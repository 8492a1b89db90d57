package engine

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// shake is a handshake in progress.
type shake struct {
	link   transport.Link
	cancel context.CancelCauseFunc
}

var (
	errHandshakeTimeout = errors.New("handshake took too long")
	errHandshakeCrowd   = errors.New("handshake given up: too many others in progress")
)

// welcome takes a new connection through the handshake and into the router.
// On an error the connection is closed, and the error counted and logged.
func (e *Endpoint) welcome(l transport.Link) (*Pipe, error) {
	s := e.sock
	p := newPipe(e, l)
	ctx, cancel := context.WithCancelCause(e.ctx)
	defer cancel(nil)
	ctx, stopTimer := context.WithTimeoutCause(ctx, e.cfg.HandshakeTimeout, errHandshakeTimeout)
	defer stopTimer()
	// Closing the connection is what ends a handshake that waits.
	closed := make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() {
		defer close(closed)
		l.Close()
	})
	e.begin(&shake{l, cancel})
	err := l.Handshake(ctx, transport.Hello{
		Protocol: s.pattern.Protocol,
		Admit:    func() error { return s.admit(ctx, p) },
		Go:       func(f func()) { s.work.Go(f) },
		MaxSize:  e.maxSize.Load(),
	})
	e.end(l)
	if !unwatch() {
		<-closed
		err = context.Cause(ctx)
	}
	if err == nil {
		err = p.attach()
	}
	if err != nil {
		p.lose(err, true)
		e.refused(l, err)
		return nil, err
	}
	return p, nil
}

// admit asks the application, on a goroutine of its own that nobody waits for
// longer than the handshake may take: the hook may call anything, Close too.
func (s *Socket) admit(ctx context.Context, p *Pipe) error {
	if s.cfg.Admit == nil {
		return nil
	}
	answer := make(chan error, 1)
	go func() { answer <- s.cfg.Admit(ctx, p) }()
	select {
	case err := <-answer:
		if err != nil {
			return &RefusedError{err}
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// begin and end keep the list of handshakes in progress. Where there are too
// many, the oldest is given up, so that silent clients keep nobody out.
func (e *Endpoint) begin(k *shake) {
	e.both(func(c *EndpointCounters) { c.Handshaking.Add(1) })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shakes = append(e.shakes, k)
	if most := e.cfg.MaxHandshakes; most > 0 && len(e.shakes) > most {
		e.shakes[0].cancel(errHandshakeCrowd)
	}
}

func (e *Endpoint) end(l transport.Link) {
	e.both(func(c *EndpointCounters) { c.Handshaking.Add(-1) })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shakes = slices.DeleteFunc(e.shakes, func(k *shake) bool { return k.link == l })
}

// refused counts and logs a connection that got no seat.
func (e *Endpoint) refused(l transport.Link, err error) {
	if e.ctx.Err() != nil {
		return
	}
	e.failed(err)
	var wrong *wire.WrongProtocolError
	var refused *RefusedError
	var secure interface{ SecurityReason() string }
	what := "handshake failed"
	e.both(func(c *EndpointCounters) {
		switch {
		case errors.As(err, &wrong):
			c.WrongProtocol.Add(1)
		case errors.As(err, &secure):
			c.Security.Add(1)
		case errors.As(err, &refused):
			what = "refused"
			c.Refused.Add(1)
		case errors.Is(err, pattern.ErrBusy):
			what = "refused"
			c.Busy.Add(1)
		case errors.Is(err, errHandshakeTimeout), errors.Is(err, errHandshakeCrowd):
			c.TimedOut.Add(1)
		case errors.Is(err, wire.ErrNotSP), errors.Is(err, io.ErrUnexpectedEOF):
			c.NotSP.Add(1)
		default:
			c.OtherFailures.Add(1)
		}
	})
	e.sock.log.Warn(what, "endpoint", e.addr, "peer", l.RemoteAddr(), "err", err)
}
