package engine

import (
	"context"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// Message is message.Message.
type Message = message.Message

// Send gives m to the router, waiting as long as ctx allows. The content of m
// has been taken if and only if the error is nil.
func (s *Socket) Send(ctx context.Context, m *Message) error {
	if err := ended(ctx, "send"); err != nil {
		return err
	}
	n := uint64(len(m.Body))
	ok, err := s.trySend(m)
	if !ok && err == nil {
		ok, err = s.sendq.wait(ctx, func() (bool, error) { return s.trySend(m) })
	}
	if err != nil {
		return err
	}
	if !ok {
		return s.waitError(ctx, "send")
	}
	s.sent(n)
	return nil
}

// SendBody is Send of a message that is only a body, which is lent.
func (s *Socket) SendBody(ctx context.Context, body []byte) error {
	if s.lends != nil {
		if s.doubtful(ctx) {
			if err := s.Start(ctx, "send"); err != nil {
				return err
			}
		}
		if s.lends.SendBody(body) {
			s.sent(uint64(len(body)))
			return nil
		}
	}
	m := message.Get()
	m.Borrow(body)
	err := s.Send(ctx, m)
	message.Put(m)
	return err
}

// TrySend is Send that never waits: ErrWouldBlock.
func (s *Socket) TrySend(m *Message) error {
	n := uint64(len(m.Body))
	ok, err := s.trySend(m)
	if err != nil {
		return err
	}
	if !ok {
		return ErrWouldBlock
	}
	s.sent(n)
	return nil
}

func (s *Socket) trySend(m *Message) (bool, error) {
	if s.phase.Load() != open {
		return false, errClosed
	}
	if len(m.More) > 0 {
		return false, errFrames
	}
	ok, err := s.router.Send(m)
	if !ok {
		s.ready.check(s) // the router has just learned that there is no room
	}
	if !ok && err == nil && s.cfg.FailNoPeer && s.PeerCount() == 0 {
		return false, s.NoPeer()
	}
	return ok, err
}

// sent counts, and passes the news on that there may be room for more.
func (s *Socket) sent(bytes uint64) {
	s.total.sent.Add(1)
	s.total.sentBytes.Add(bytes)
	if s.sendq.n.Load() > 0 && s.router.CanSend() {
		s.sendq.wake()
	}
	s.ready.check(s)
}

// Recv moves the next message into m, waiting as long as ctx allows. Its bytes
// may lie in memory that goes round with m.Release.
func (s *Socket) Recv(ctx context.Context, m *Message) error {
	if err := ended(ctx, "receive"); err != nil {
		return err
	}
	ok, err := s.tryRecv(m)
	if !ok && err == nil {
		ok, err = s.waitRecv(ctx, func() (bool, error) { return s.tryRecv(m) })
	}
	if err != nil {
		return err
	}
	if !ok {
		return s.waitError(ctx, "receive")
	}
	s.received(len(m.Body))
	return nil
}

// RecvBody waits for a message as Recv does and returns its body, which is the
// caller's for ever.
func (s *Socket) RecvBody(ctx context.Context) ([]byte, error) {
	if s.bodies == nil || !s.pattern.Receives {
		m := new(Message)
		if err := s.Recv(ctx, m); err != nil {
			return nil, err
		}
		m.Detach(nil)
		return m.Body, nil
	}
	if s.doubtful(ctx) {
		if err := s.Start(ctx, "receive"); err != nil {
			return nil, err
		}
	}
	body, ok := s.bodies.RecvBody()
	if !ok {
		var err error
		if body, err = s.waitBody(ctx); err != nil {
			return nil, err
		}
	}
	s.received(len(body))
	return body, nil
}

// waitBody is the part of RecvBody that waits, apart because its variables
// cannot stay on the stack.
func (s *Socket) waitBody(ctx context.Context) (body []byte, err error) {
	ok, err := s.waitRecv(ctx, func() (ok bool, err error) {
		if s.phase.Load() != open {
			return false, errClosed
		}
		body, ok = s.bodies.RecvBody()
		return ok, nil
	})
	if err == nil && !ok {
		err = s.waitError(ctx, "receive")
	}
	return body, err
}

// TryRecv is Recv that never waits: ErrWouldBlock.
func (s *Socket) TryRecv(m *Message) error {
	ok, err := s.tryRecv(m)
	if err != nil {
		return err
	}
	if !ok {
		return ErrWouldBlock
	}
	s.received(len(m.Body))
	return nil
}

func (s *Socket) tryRecv(m *Message) (bool, error) {
	if s.phase.Load() != open {
		return false, errClosed
	}
	if !s.pattern.Receives {
		return false, pattern.ErrCannotRecv
	}
	return s.router.Recv(m), nil
}

// received counts, and passes the news on that there may be more.
func (s *Socket) received(bytes int) {
	if s.counter == nil {
		s.total.received.Add(1)
		s.total.receivedBytes.Add(uint64(bytes))
	}
	if s.recvq.n.Load() > 0 && s.router.CanRecv() {
		s.recvq.wake()
	}
	s.ready.check(s)
}

// Await waits until try succeeds or fails, or ctx ends; try is repeated each
// time the router says Writable. op names what waits.
func (s *Socket) Await(ctx context.Context, op string, try func() (bool, error)) error {
	if err := ended(ctx, op); err != nil {
		return err
	}
	ok, err := s.awaitq.wait(ctx, func() (bool, error) {
		if s.phase.Load() != open {
			return false, errClosed
		}
		return try()
	})
	if err == nil && !ok {
		err = s.waitError(ctx, op)
	}
	return err
}

// CountSent and CountReceived count messages of typed sockets that do not
// pass Send and Recv.
func (s *Socket) CountSent(bytes int) { s.sent(uint64(bytes)) }

// CountReceived is to Recv what CountSent is to Send.
func (s *Socket) CountReceived(bytes int) { s.received(bytes) }

// Open fails if the socket is closed.
func (s *Socket) Open() error {
	if s.phase.Load() != open {
		return errClosed
	}
	return nil
}

// Start fails a call that must not begin: its context has ended, or the socket
// is closed.
func (s *Socket) Start(ctx context.Context, op string) error {
	if err := ended(ctx, op); err != nil {
		return err
	}
	return s.Open()
}

// doubtful tells whether Start may fail. It is inlined: bodies of a stream have two
// calls less.
func (s *Socket) doubtful(ctx context.Context) bool {
	return ctx.Done() != nil || s.phase.Load() != open
}

// WaitError says why a wait of op was in vain.
func (s *Socket) WaitError(ctx context.Context, op string) error { return s.waitError(ctx, op) }

// NoPeer says that there is no peer, and why.
func (s *Socket) NoPeer() error { return &NoPeerError{Why: s.why()} }

// ended fails a call whose context has ended before it began.
func ended(ctx context.Context, op string) error {
	if ctx.Done() != nil && ctx.Err() != nil {
		return &WaitError{Op: op, Err: ctx.Err(), Cause: context.Cause(ctx)}
	}
	return nil
}

// waitError says why a wait was in vain.
func (s *Socket) waitError(ctx context.Context, op string) error {
	return &WaitError{Op: op, Err: ctx.Err(), Cause: context.Cause(ctx), Why: s.why()}
}
