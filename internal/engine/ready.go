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
	tell       func(send, recv bool) (after func())
	send, recv bool
}

// OnReady makes tell be called now and at each change of whether TrySend and
// TryRecv would succeed, under a lock of its own: it must not call the socket.
// What it returns, if not nil, is called when the lock has been released: who
// wakes somebody does so there, for whoever wakes up may ask at once. It replaces
// who was told before; nil ends that.
func (s *Socket) OnReady(tell func(send, recv bool) (after func())) {
	r := &s.ready
	r.mu.Lock()
	r.tell = tell
	r.asked.Store(tell != nil) // before looking: what changes meanwhile is checked again
	var after func()
	if tell != nil {
		r.send, r.recv = s.router.CanSend(), s.router.CanRecv()
		after = tell(r.send, r.recv)
	}
	r.mu.Unlock()
	if after != nil {
		after()
	}
}

func (r *readiness) check(s *Socket) {
	if r.asked.Load() {
		r.look(s)
	}
}

func (r *readiness) look(s *Socket) {
	if after := r.change(s); after != nil {
		after()
	}
}

func (r *readiness) change(s *Socket) (after func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tell == nil {
		return nil
	}
	send, recv := s.router.CanSend(), s.router.CanRecv()
	if send == r.send && recv == r.recv {
		return nil
	}
	r.send, r.recv = send, recv
	return r.tell(send, recv)
}
