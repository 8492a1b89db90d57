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
	number uint64          // of the connection, counted from the first that the socket had
	ctx    context.Context // ends at its deadline
	cancel context.CancelCauseFunc
	stop   context.CancelFunc
}

var (
	errHandshakeTimeout = errors.New("handshake took too long")
	errHandshakeCrowd   = errors.New("handshake given up: too many others in progress")
	errFull             = errors.New("as many peers as MaxPeers allows")
)

// welcome takes a new connection through the handshake and into the router.
// On an error the connection is closed, and the error counted and logged.
func (e *Endpoint) welcome(l transport.Link) (*Pipe, error) {
	k := e.begin(l)
	if k == nil {
		return nil, errFull
	}
	return e.shakeHands(k)
}

// shakeHands is welcome for a handshake that is on the list.
func (e *Endpoint) shakeHands(k *shake) (*Pipe, error) {
	s, l := e.sock, k.link
	p := newPipe(e, k)
	// Closing the connection is what ends a handshake that waits.
	closed := make(chan struct{})
	unwatch := context.AfterFunc(k.ctx, func() {
		defer close(closed)
		l.Close()
	})
	err := l.Handshake(k.ctx, transport.Hello{
		Protocol:   s.pattern.Protocol,
		Admit:      func() error { return s.admit(k.ctx, p) },
		Go:         func(f func()) { s.work.Go(f) },
		MaxSize:    e.maxSize.Load(),
		Queue:      s.cfg.SendQueue,
		QueueBytes: s.cfg.SendBytes,
	})
	if !unwatch() {
		<-closed
		err = context.Cause(k.ctx)
	}
	e.end(k)
	if err == nil {
		err = p.attach()
	}
	if err != nil {
		e.unlist(l)
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

// begin puts a connection on the list of handshakes in progress, from when it
// is there: its time has begun, whoever is to run next. Where there are too many,
// the oldest is given up, so that silent clients keep nobody out. It returns nil
// if there are as many peers as there may be; the connection is closed then.
func (e *Endpoint) begin(l transport.Link) *shake {
	if e.dialer == nil {
		e.both(func(c *EndpointCounters) { c.Accepts.Add(1) })
		e.succeeded()
	}
	e.mu.Lock()
	if most := e.cfg.MaxPeers; e.dialer == nil && most > 0 && len(e.pipes)+len(e.shakes) >= most {
		e.mu.Unlock()
		e.both(func(c *EndpointCounters) { c.Busy.Add(1) })
		e.warn("refused", "full", "peer", l.RemoteAddr(), "err", errFull)
		l.Close()
		return nil
	}
	k := &shake{link: l, number: e.sock.numbers.Add(1)}
	ctx, cancel := context.WithCancelCause(e.ctx)
	k.cancel = cancel
	k.ctx, k.stop = context.WithTimeoutCause(ctx, e.cfg.HandshakeTimeout, errHandshakeTimeout)
	e.shakes = append(e.shakes, k)
	var oldest *shake
	if most := e.cfg.MaxHandshakes; most > 0 && len(e.shakes) > most {
		oldest = e.shakes[0]
		e.shakes = e.shakes[1:]
	}
	e.mu.Unlock()
	e.both(func(c *EndpointCounters) { c.Handshaking.Add(1) })
	if oldest != nil {
		oldest.cancel(errHandshakeCrowd)
	}
	return k
}

// end says that the waiting is over. The connection stays on the list until it
// is a peer or is not: one or the other keeps its place.
func (e *Endpoint) end(k *shake) {
	k.stop()
	k.cancel(nil)
	e.both(func(c *EndpointCounters) { c.Handshaking.Add(-1) })
}

func (e *Endpoint) unlist(l transport.Link) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.unlistLocked(l)
}

func (e *Endpoint) unlistLocked(l transport.Link) {
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
	what, why := "handshake failed", "other"
	e.both(func(c *EndpointCounters) {
		switch {
		case errors.As(err, &wrong):
			why = "wrong protocol"
			c.WrongProtocol.Add(1)
		case errors.As(err, &secure):
			why = secure.SecurityReason()
			c.Security.Add(1)
		case errors.As(err, &refused):
			what, why = "refused", "admit"
			c.Refused.Add(1)
		case errors.Is(err, pattern.ErrBusy), errors.Is(err, pattern.ErrOlder):
			what, why = "refused", "busy"
			c.Busy.Add(1)
		case errors.Is(err, errHandshakeTimeout), errors.Is(err, errHandshakeCrowd):
			why = "time"
			c.TimedOut.Add(1)
		case errors.Is(err, wire.ErrNotSP), errors.Is(err, io.ErrUnexpectedEOF):
			why = "not SP"
			c.NotSP.Add(1)
		default:
			c.OtherFailures.Add(1)
		}
	})
	e.warn(what, why, "peer", l.RemoteAddr(), "err", err)
}
