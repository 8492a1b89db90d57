//go:build linux

// Package capi is what nanomsg's C library is on this engine: sockets of the
// ten types, cooked and raw, with nanomsg's rules, options and errors. The C
// half (shim) knows numbers, memory and waiting; nothing here ever waits but
// Close. Package lib makes the border between the two.
package capi

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Errors that are nanomsg's own; the others are the system's.
const EFSM = syscall.Errno(156384712 + 54)

// Socket is a socket of nanomsg's kind.
type Socket struct {
	e     *engine.Socket
	kind  kind
	state stateful // the router, where a receive or send may be out of place
	topic *pattern.Merge

	rcv, snd gate
	arming   sync.Mutex
	armed    int
	waking   atomic.Bool
	shown    atomic.Bool
	tell     func(send, recv bool) func() // told and settle, made once
	after    func()
	look     func()      // wakes who leads
	fd       int         // what it waits for
	asked    atomic.Bool // it has sent, and received nothing since

	mu      sync.Mutex
	options options
	inproc  atomic.Bool // it has had an inproc endpoint
	ends    map[int]*engine.Endpoint
	last    int                           // the endpoint's number
	meeting map[*engine.Endpoint]struct{} // those of ends that connect over inproc
	errors  *complaints
}

// stateful is a router that knows what comes next.
type stateful interface {
	// RecvError is why there is nothing to receive; nil: it may come.
	RecvError() error
}

// Open makes a socket. The descriptors are eventfds, -1 where the type has none;
// complain prints errors of its endpoints.
func Open(number, domain, protocol, rcvfd, sndfd int, complain bool) (*Socket, error) {
	k, ok := kindOf(domain, protocol)
	if !ok {
		return nil, syscall.EINVAL
	}
	s := &Socket{kind: k, ends: make(map[int]*engine.Endpoint), meeting: make(map[*engine.Endpoint]struct{}), options: defaults(), errors: newComplaints(number)}
	s.rcv.fd, s.snd.fd = rcvfd, sndfd
	s.tell, s.after, s.look = s.told, s.settle, s.rcv.poke
	var log *slog.Logger
	if complain {
		log = slog.New(s.errors)
	}
	s.e = engine.New(k.pattern, engine.Config{
		Log:       log,
		SendQueue: 1 << 14, SendBytes: 256 << 10,
		Limits: pattern.Limits{
			TTL: 8, RecvQueue: mostQueued, RecvBytes: s.options.rcvbuf, Last: true,
			Resend: time.Minute, SurveyTime: time.Second,
		},
	})
	s.setQueue()
	s.state, _ = s.e.Router().(stateful)
	if j, ok := s.e.Router().(*pattern.Joined); ok && protocol == int(pattern.Sub.Self) {
		s.topic = j.In
	}
	return s, nil
}

// Queues are limited in bytes: this is for messages that have none.
const mostQueued = 1 << 30

// Close ends the socket. What was sent is passed on, for as long as NN_LINGER.
func (s *Socket) Close() {
	s.mu.Lock()
	linger := s.options.linger
	s.mu.Unlock()
	s.e.CloseWithin(max(linger, leastLinger))
}

// leastLinger is what a close without lingering may take to write what the kernel
// has room for.
const leastLinger = 20 * time.Millisecond

// A body of this size or more is handed over to an inproc peer in memory that goes
// round.
const largeBody = 16 << 10

// Fill makes m a message of that body and header, which stay the caller's, and of
// that type.
func (s *Socket) Fill(m *message.Message, body, header []byte, t message.Type) {
	m.Borrow(body)
	m.Header = header
	m.SetType(t)
	if len(body) >= largeBody && s.inproc.Load() && !s.kind.keeps {
		m.Hold()
	}
}

// Send sends without waiting: EAGAIN.
func (s *Socket) Send(m *message.Message) error {
	n := len(m.Header)
	if n > 0 && s.kind.headerless {
		return syscall.EINVAL
	}
	if s.kind.bus && n > 0 {
		if err := busHeader(m); err != nil {
			return err
		}
	}
	if s.kind.answers && n < wire.WordSize {
		// Nobody's answer: it is dropped, like that of somebody who has gone.
		s.e.CountSent(len(m.Body))
		return nil
	}
	err := errno(s.e.TrySend(m))
	if err == nil {
		s.asked.Store(true)
	}
	return err
}

// Recv receives without waiting: EAGAIN.
func (s *Socket) Recv(m *message.Message) error {
	err := s.e.TryRecv(m)
	if err == engine.ErrWouldBlock && s.state != nil {
		if why := s.state.RecvError(); why != nil {
			return why
		}
	}
	if err == nil {
		s.asked.Store(false)
		if s.kind.bus {
			wideHeader(m)
		}
	}
	return errno(err)
}

// Subscribe adds a topic.
func (s *Socket) Subscribe(topic []byte) { s.topic.Subscribe(topic) }

// Unsubscribe takes a topic back. As in nanomsg it fails where there is none at
// all, and does nothing where there are others.
func (s *Socket) Unsubscribe(topic []byte) error {
	if !s.topic.Unsubscribe(topic) && !s.topic.Subscribed() {
		return syscall.EINVAL
	}
	return nil
}
