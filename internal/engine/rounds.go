package engine

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// From so many connections on they share. Measured: where each message goes to one of a
// few, a stream leaves in larger batches if each of them has a goroutine of its own.
const (
	manyConnections = 32
	manyAlike       = 8 // where each message goes to all
)

// Spreads implements pattern.Spreader.
func (h *host) Spreads() { h.rounds.least = manyAlike }

// rounds is the flusher that the connections of a socket share where it has many. To
// start a goroutine for each is a sixth of the sender's time, where each has a message
// now and then. It replaces
//
//	for each outbox with something to write { go o.flusher(nil) }
//
// by as many goroutines as there are processors. They go round those outboxes and write
// to each once, without waiting. What the kernel does not take is left to a flusher of
// that outbox alone: a slow peer holds up nobody.
type rounds struct {
	on    atomic.Bool // there are many
	least int         // which is so many

	mu          sync.Mutex // after an outbox's
	first, last *outbox    // they are busy, and have something pending
	n           int        // of them
	going       int        // goroutines
}

// goOn passes the writer role, which is taken, to whoever writes what is pending, and
// unlocks.
func (o *outbox) goOn() {
	if o.once() && o.p.sock.rounds.on.Load() {
		o.p.sock.rounds.join(o)
	} else {
		o.launch(nil)
	}
}

// join puts o, whose writer role is taken, at the end of the round, and unlocks it.
func (r *rounds) join(o *outbox) {
	s := o.p.sock
	r.mu.Lock()
	if r.first == nil {
		r.first = o
	} else {
		r.last.next = o
	}
	r.last = o
	r.n++
	start := r.going < processors
	if start {
		r.going++
		s.work.Add(1) // as in launch
	}
	r.mu.Unlock()
	o.mu.Unlock()
	if start {
		go r.run(s)
	}
}

func (r *rounds) run(s *Socket) {
	defer s.work.Done()
	for lap := r.lap(); lap > 0; lap = r.lap() {
		for range lap {
			if o := r.next(); o != nil {
				o.turn()
			}
		}
	}
}

// lap lets those go first that are about to send, as flusher does, and is how many are
// on the round then. If there is none, the caller's part is done.
func (r *rounds) lap() int {
	runtime.Gosched()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == 0 {
		r.going--
	}
	return r.n
}

// next takes an outbox off the round.
func (r *rounds) next() *outbox {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.first
	if o != nil {
		r.first, o.next = o.next, nil
		r.n--
	}
	return o
}

// turn writes what is pending once, on the round.
func (o *outbox) turn() {
	o.mu.Lock()
	if o.err != nil {
		o.idleNow()
	} else {
		o.sendPending()
	}
}
