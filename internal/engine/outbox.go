package engine

import (
	"context"
	"errors"
	"net"
	"runtime"
	"sync"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// outbox is the writing half of a stream connection. It replaces
//
//	func (o *outbox) Offer(m) { o.conn.Write(frame(m)) }
//
// by a buffer and a flusher, because a write costs a hundred times what a
// small message does: what is offered during a write leaves in the next one.
// There is no timer; a batch is whatever came in the meantime.
//
//	WRITER ROLE, one a connection, under mu. busy = taken.
//	 FREE    Offer appends, takes the role and starts the flusher -> FLUSHER
//	 taken   Offer only appends; over the limits it returns false
//	 FLUSHER Gosched once; loop {pending empty -> FREE; swap; unlock; write all}
//	 error   set once; nothing is written again and the role is given up
//
// What is being written (flight) belongs to the holder of the role.
type outbox struct {
	p       *Pipe
	conn    net.Conn
	codec   wire.Codec
	framing string

	mu      sync.Mutex
	free    sync.Cond // the role has been given up
	pending *batch
	busy    bool
	refused bool // an Offer was: Ready is owed
	err     error

	unsent                []message.Message // after an error: what was not begun
	messages, bytes, lost uint64            // written whole; begun and never finished
}

func (o *outbox) init(p *Pipe, conn net.Conn, codec wire.Codec) {
	o.p, o.conn, o.codec, o.framing = p, conn, codec, codec.Framing()
	o.free.L = &o.mu
}

// Offer implements pattern.Peer.
func (o *outbox) Offer(m *message.Message) bool {
	cfg := &o.p.sock.cfg
	o.mu.Lock()
	b := o.pending
	if o.err != nil || b != nil && b.count > 0 && (b.count >= cfg.SendQueue || b.payload+m.Len() > cfg.SendBytes) {
		o.refused = true
		o.mu.Unlock()
		return false
	}
	o.fill().add(o.codec, o.framing, m)
	o.start()
	return true
}

// fill returns the batch to append to, with the lock.
func (o *outbox) fill() *batch {
	if o.pending == nil {
		o.pending = batches.Get().(*batch)
	}
	return o.pending
}

// start gives the writer role to a flusher if it is free, and unlocks.
func (o *outbox) start() {
	if o.busy {
		o.mu.Unlock()
		return
	}
	o.busy = true
	// The pipe's own goroutine is still there, so Close is not waiting yet
	// for what this adds.
	o.p.sock.work.Add(1)
	o.mu.Unlock()
	go o.flusher()
}

// A codec's own frames may wait for this many bytes more than messages do; a
// peer that provokes more of them than it reads is cut off.
const mostControl = 64 << 10

var errControlFlood = errors.New("peer causes more control frames than it reads")

// control appends bytes that are not a message, whether there is room or not.
func (o *outbox) control(frame []byte) error {
	o.mu.Lock()
	if o.err != nil {
		defer o.mu.Unlock()
		return o.err
	}
	b := o.fill()
	if b.size-b.payload > o.p.sock.cfg.SendBytes+mostControl {
		defer o.mu.Unlock()
		return errControlFlood
	}
	b.control(frame)
	o.start()
	return nil
}

func (o *outbox) flusher() {
	defer o.p.sock.work.Done()
	// A new goroutine runs as soon as the sender blocks anywhere; let the
	// others that are about to send go first, so that there is a batch.
	runtime.Gosched()
	o.mu.Lock()
	spare := batches.Get().(*batch)
	for o.err == nil && o.pending != nil && len(o.pending.ends) > 0 {
		flight := o.pending
		o.pending = spare
		refused := o.refused
		o.refused = false
		o.mu.Unlock()
		if refused {
			o.p.ready()
		}
		n, err := flight.writeTo(o.conn)
		o.mu.Lock()
		if err != nil {
			o.fail(err, flight, n)
			break
		}
		o.messages += uint64(flight.count)
		o.bytes += uint64(flight.payload)
		flight.empty()
		spare = flight
	}
	if o.err == nil {
		if o.pending != nil {
			o.pending.put() // an idle connection holds no buffers
			o.pending = nil
		}
		spare.put()
	}
	o.busy = false
	o.free.Broadcast()
	failed := o.err
	o.mu.Unlock()
	if failed != nil {
		o.p.lose(failed, false)
	} else if o.p.sock.phase.Load() == lingering {
		o.p.sock.poked()
	}
}

// fail ends writing after an error, with the lock: n bytes of flight had been
// written.
func (o *outbox) fail(err error, flight *batch, n int64) {
	if o.err == nil {
		o.err = err
	}
	whole, begun, unsent := flight.fate(n, o.codec)
	o.messages += uint64(whole)
	o.lost += uint64(begun)
	o.unsent = unsent
}

// finish ends writing because of err, and returns what was not begun. The
// connection is closed already, so a write under way ends.
func (o *outbox) finish(err error) []message.Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
	for o.busy {
		o.free.Wait()
	}
	if o.pending != nil {
		_, _, rest := o.pending.fate(0, o.codec)
		o.unsent = append(o.unsent, rest...)
		o.pending = nil
	}
	unsent := o.unsent
	o.unsent = nil
	return unsent
}

// idle tells whether nothing waits or is being written.
func (o *outbox) idle() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.busy
}

// flush waits until all is written, an error, or the end of ctx.
func (o *outbox) flush(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.free.Broadcast()
	})
	defer stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.busy && o.err == nil && ctx.Err() == nil {
		o.free.Wait()
	}
	return o.err
}

func (o *outbox) count(s *PeerStats) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s.MessagesOut += o.messages
	s.BytesOut += o.bytes
	s.Unknown += o.lost
	if o.pending != nil {
		s.QueuedOut += o.pending.count
	}
}
