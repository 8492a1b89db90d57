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
//	 FREE    Offer appends and takes the role. Where the traffic looks like
//	         requests and replies, or the body is large: swap, unlock, ONE
//	         write that does not wait                             -> SENDER
//	         else start the flusher                               -> FLUSHER
//	         or, where there are many peers, join the round       -> ROUND
//	         or, while the socket gathers (hold.go), wait         -> HELD
//	 taken   Offer only appends; over the limits it returns false
//	 HELD    let go, or enough for a write: as the sender         -> SENDER
//	 ROUND   its turn has come (rounds.go): as the sender         -> SENDER
//	 SENDER  after its write: nothing left -> FREE; a rest, or new messages:
//	         start the flusher with them                          -> FLUSHER
//	         or, new messages alone and many peers                -> ROUND
//	 FLUSHER Gosched once; loop {pending empty -> FREE; swap; unlock; write all}
//	 error   set once; nothing is written again and the role is given up
//
// What is being written (flight) belongs to the holder of the role.
type outbox struct {
	p       *Pipe
	conn    net.Conn
	codec   wire.Codec
	framing string
	bodies  wire.BodyAppender // codec, if it is one

	mu      sync.Mutex
	free    sync.Cond // the role has been given up
	pending *batch
	spare   *batch  // the flusher's, empty
	direct  *direct // nil: this connection can't be written without waiting
	busy    bool
	held    bool    // busy, and nobody writes until the socket lets go
	next    *outbox // behind it on the round
	said    bool    // a farewell: no message may follow it
	refused bool    // an Offer was: Ready is owed
	err     error

	messages, bytes uint64 // written whole
	// After an error: what was not begun, and how many were begun and not
	// finished.
	unsent []message.Message
	begun  int
}

func (o *outbox) init(p *Pipe, conn net.Conn, codec wire.Codec) {
	o.p, o.conn, o.codec, o.framing = p, conn, codec, codec.Framing()
	o.bodies, _ = codec.(wire.BodyAppender)
	o.free.L = &o.mu
	o.direct = newDirect(conn, &p.sock.quiet)
}

// Offer implements pattern.Peer.
func (o *outbox) Offer(m *message.Message) bool {
	o.mu.Lock()
	if !o.room(m.Len()) {
		o.refused = true
		if o.held {
			o.sendHeld() // who waits for room may be who would let go
		} else {
			o.mu.Unlock()
		}
		return false
	}
	b := o.fill()
	b.add(o.codec, o.framing, m)
	o.leave(b)
	return true
}

func (o *outbox) hasRoom() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := o.room(0)
	o.refused = o.refused || !room
	return room
}

// OfferBody implements pattern.BodyPeer.
func (o *outbox) OfferBody(body []byte) bool {
	if o.bodies == nil || len(body) >= largeSize {
		return false // Offer can do better
	}
	o.mu.Lock()
	if !o.room(len(body)) {
		o.mu.Unlock()
		return false // Offer will say so again, and note it
	}
	b := o.fill()
	b.addBody(o.bodies, body)
	o.leave(b)
	return true
}

// room tells, with the lock, whether a message of size bytes can be taken.
func (o *outbox) room(size int) bool {
	if o.err != nil || o.said {
		return false
	}
	return !o.pending.full(size, &o.p.sock.cfg)
}

// leave sees to it that what has been appended to b is written, and unlocks. A
// large body gains nothing by waiting for others to leave with; it is written at
// once, unless there are more peers, whose flushers may write at the same time.
func (o *outbox) leave(b *batch) {
	lone := o.p.sock.lone.Load() != nil
	hold := &o.p.sock.hold
	large := len(b.large) > 0 && lone
	if !o.busy && o.direct != nil && (large || !hold.on.Load() && o.direct.guess(lone)) {
		o.sendNow()
		return
	}
	b.own()
	switch {
	case o.held && b.size >= mostHeld:
		o.sendHeld()
	case o.busy, hold.holds(o):
		o.mu.Unlock()
	default:
		o.start()
	}
	if hold.last() {
		o.p.sock.LetGo()
	}
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
	o.goOn()
}

// launch passes the writer role, which is taken, to a flusher, and unlocks.
func (o *outbox) launch(rest *batch) {
	// The pipe's own goroutine is still there, so Close is not waiting yet
	// for what this adds.
	o.p.sock.work.Add(1)
	o.mu.Unlock()
	go o.flusher(rest)
}

// A codec's own frames may wait for this many bytes more than messages do; a
// peer that provokes more of them than it reads is cut off.
const mostControl = 64 << 10

var errControlFlood = errors.New("peer causes more control frames than it reads")

// control appends bytes that are not a message, whether there is room or not.
// After the last ones nothing is sent.
func (o *outbox) control(frame []byte, last bool) error {
	o.mu.Lock()
	o.said = o.said || last
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

// broken tells whether err is why nothing can be written any more: no fault of
// what the peer wrote.
func (o *outbox) broken(err error) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err != nil && errors.Is(err, o.err)
}

// sendNow writes what is pending on the caller's goroutine, once, and unlocks.
func (o *outbox) sendNow() {
	flight := o.pending
	o.pending = nil
	o.busy = true
	o.mu.Unlock()
	n, err := o.direct.write(flight)
	o.mu.Lock()
	flight.done = n
	if n < flight.size {
		flight.own() // the caller gets back what it lent
	}
	switch {
	case err != nil:
		o.fail(err, flight, int64(n))
	case n < flight.size:
		o.launch(flight)
		return
	default:
		o.written(flight)
		flight.put()
		if o.pending != nil {
			o.goOn()
			return
		}
	}
	o.idleNow()
}

// idleNow gives up the role, and unlocks.
func (o *outbox) idleNow() {
	o.busy = false
	o.free.Broadcast()
	failed := o.err
	refused := o.refused && failed == nil
	if refused {
		o.refused = false
	}
	if o.direct != nil {
		o.direct.quiet.now()
	}
	o.mu.Unlock()
	switch {
	case failed != nil:
		o.p.lose(failed, false)
	case refused:
		o.p.ready()
	}
	if failed == nil && o.p.sock.phase.Load() == lingering {
		o.p.sock.poked()
	}
}

// written counts a batch that has left, and empties it, with the lock.
func (o *outbox) written(b *batch) {
	o.messages += uint64(b.count)
	o.bytes += uint64(b.payload)
	b.empty()
}

// flusher writes rest, if there is any, and then all that is pending.
func (o *outbox) flusher(rest *batch) {
	defer o.p.sock.work.Done()
	if rest == nil {
		// A new goroutine runs as soon as the sender blocks anywhere; let the
		// others that are about to send go first, so that there is a batch.
		runtime.Gosched()
	}
	o.mu.Lock()
	flight := rest
	if o.err != nil && rest != nil {
		o.fail(o.err, rest, int64(rest.done)) // the connection ended just before
	}
	for o.err == nil {
		if flight == nil {
			if o.pending == nil || len(o.pending.ends) == 0 {
				break
			}
			flight, o.pending = o.pending, o.spare
			o.spare = nil
		}
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
		o.written(flight)
		o.spare, flight = flight, nil
	}
	// An idle connection holds no buffers.
	if o.spare != nil {
		o.spare.put()
		o.spare = nil
	}
	if o.pending != nil && len(o.pending.ends) == 0 {
		o.pending.put()
		o.pending = nil
	}
	o.idleNow()
}

// fail ends writing after an error, with the lock: n bytes of flight had been
// written.
func (o *outbox) fail(err error, flight *batch, n int64) {
	if o.err == nil {
		o.err = err
	}
	whole, begun, unsent := flight.fate(n, o.codec)
	o.messages += uint64(whole)
	o.begun, o.unsent = begun, unsent
}

// finish implements carrier. The connection is closed already, so a write under
// way ends.
func (o *outbox) finish(err error) (unsent []message.Message, begun int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
	if o.held {
		o.held, o.busy = false, false
	}
	for o.busy {
		o.free.Wait()
	}
	if o.pending != nil {
		_, _, rest := o.pending.fate(0, o.codec)
		o.unsent = append(o.unsent, rest...)
		o.pending = nil
	}
	unsent, begun = o.unsent, o.begun
	o.unsent, o.begun = nil, 0
	return unsent, begun
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
	if o.pending != nil {
		s.QueuedOut += o.pending.count
	}
}

// heard notes how many messages the last read brought.
func (o *outbox) heard(messages int) {
	if o.direct != nil {
		o.direct.heard.Store(int32(messages))
	}
}
