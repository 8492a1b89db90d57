package engine

import (
	"sync"
	"sync/atomic"
)

// readiness tells somebody, synchronously with the call or event that changes
// it, whether a send and a receive would succeed. It costs an atomic load
// where nobody asked.
type readiness struct {
	asked      atomic.Bool
	mu         sync.Mutex
	tell       func(send, recv bool)
	send, recv bool
}

// OnReady makes tell be called now and at each change of whether TrySend and
// TryRecv would succeed, under a lock of its own: it must not call the socket. It
// replaces who was told before; nil ends that.
func (s *Socket) OnReady(tell func(send, recv bool)) {
	r := &s.ready
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell = tell
	if tell == nil {
		r.asked.Store(false)
		return
	}
	r.asked.Store(true) // first: what changes while it is looked at is checked again
	r.send, r.recv = s.router.CanSend(), s.router.CanRecv()
	tell(r.send, r.recv)
}

func (r *readiness) check(s *Socket) {
	if !r.asked.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tell == nil {
		return
	}
	send, recv := s.router.CanSend(), s.router.CanRecv()
	if send != r.send || recv != r.recv {
		r.send, r.recv = send, recv
		r.tell(send, recv)
	}
}
