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
// tick), and when all those have run whose replies it has brought.
type hold struct {
	on   atomic.Bool  // written under mu
	due  atomic.Int32 // messages until the batch is complete; 0 or less: nobody knows
	mu   sync.Mutex   // after an outbox's
	held []*outbox
}

// An outbox with this many bytes to write does not wait for more. Measured: to write
// the first few requests of a batch early, for the other side to have something to do,
// pays where each side has one processor to itself, and costs as much elsewhere.
const mostHeld = 16 << 10

// Gather begins to hold what is sent, until that was n messages, or LetGo. 0 is any
// number.
func (s *Socket) Gather(n int) {
	h := &s.hold
	if n == 0 && h.on.Load() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.due.Store(max(h.due.Load(), 0) + int32(n))
	h.on.Store(true)
}

// LetGo writes what is held.
func (s *Socket) LetGo() {
	h := &s.hold
	if !h.on.Load() {
		return
	}
	h.mu.Lock()
	h.on.Store(false)
	h.due.Store(0)
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

// holds makes the writer role of o, which is free, wait for LetGo, and reports
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

// last counts a message, and reports whether it made the batch complete.
func (h *hold) last() bool { return h.due.Load() > 0 && h.due.Add(-1) == 0 }

// sendHeld writes what has been held, and unlocks.
func (o *outbox) sendHeld() {
	o.held = false
	o.sendPending()
}

// gatherNext is for replies that are delivered one by one (their codec does not scan), so
// that nobody knows how many callers they have woken: what those ask who run before the
// reader's turn comes again leaves in one write.
func (s *stream) gatherNext() {
	sock := s.outbox.p.sock
	sock.Gather(0)
	runtime.Gosched()
	sock.LetGo()
}
