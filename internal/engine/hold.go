package engine

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// hold keeps outboxes from being written while more is about to be put into them:
// while Serve has further requests at hand, and while the callers run that one read
// has brought their replies. It replaces
//
//	Offer; write; Offer; write; Offer; write
//
// by one write, on the goroutine that knows when the batch is complete. That one
// lets go in any case: after the last of a batch, when a handler is slow (Serve's
// tick), and when its turn comes again.
type hold struct {
	on   atomic.Bool // written under mu
	mu   sync.Mutex  // after an outbox's
	held []*outbox
}

// An outbox with this many bytes to write does not wait for more.
const mostHeld = 16 << 10

// gather begins to hold what is sent.
func (s *Socket) gather() {
	h := &s.hold
	if h.on.Load() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.on.Store(true)
}

// letGo writes what is held.
func (s *Socket) letGo() {
	h := &s.hold
	if !h.on.Load() {
		return
	}
	h.mu.Lock()
	h.on.Store(false)
	held := h.held
	h.held = nil
	h.mu.Unlock()
	for _, o := range held {
		o.mu.Lock()
		if o.held {
			o.sendHeld()
		} else {
			o.mu.Unlock()
		}
	}
	clear(held)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held == nil {
		h.held = held[:0]
	}
}

// holds makes the writer role of o, which is free, wait for letGo, and reports
// whether it does. It is called with o's lock.
func (h *hold) holds(o *outbox) bool {
	if !h.on.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.on.Load() {
		return false
	}
	h.held = append(h.held, o)
	o.busy, o.held = true, true
	return true
}

// sendHeld writes what has been held, and unlocks.
func (o *outbox) sendHeld() {
	o.held = false
	if o.direct == nil || len(o.pending.large) > 0 {
		o.launch(nil)
		return
	}
	o.sendNow()
}

// gatherNext lets those whose replies one read has brought go first, who may be about
// to ask again, and writes what they ask. Measured: to yield until all have done so,
// or 50 µs, is no better.
func (s *stream) gatherNext() {
	sock := s.outbox.p.sock
	sock.gather()
	runtime.Gosched()
	sock.letGo()
}
