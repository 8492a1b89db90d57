package pattern

import (
	"sync"

	"github.com/sprocketmq/sp/message"
)

// hand is the messages that were taken out of a queue together and not received
// yet. It replaces
//
//	func (g *Merge) Recv(m) { lock; pop a queue into m; unlock }
//
// because readers hold that lock while they deliver. Only where there are no
// priorities to keep, and where queues are long, is more than one message taken
// at a time: from one peer alone a handful, from several what is a turn then.
type hand struct {
	mu     sync.Mutex
	run    run
	places [handful]place
	next   int
	end    int
	seat   *mergeSeat // whose they are
	peer   Peer       // the seat's, which is not looked at for each message

	arena        message.Arena
	lends        bool   // the last message was not received as a body alone
	copied       int    // of the run, out of memory that goes round
	taken, bytes uint64 // received so far
}

const (
	handful   = 64
	longQueue = 4 * handful
	longTurn  = 16
)

func (h *hand) left() int { return h.end - h.next }

// spacious tells whether some messages more or less in a queue do not matter.
func (g *Merge) spacious() bool {
	lim := g.host.Limits()
	return lim.RecvQueue >= longQueue && !lim.Last
}

// refill takes messages out of the queues, with hand's lock, and reports whether
// there were any. If a peer is returned, it is to be resumed under no lock.
func (g *Merge) refill() (some bool, resume Peer) {
	h := &g.hand
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.some.take()
	if !ok {
		return false, nil
	}
	most := 1
	switch {
	case !g.spacious():
	case g.seats <= 1:
		most = handful
	case g.onePriority() && g.depth >= longQueue:
		most = longTurn
	}
	h.run = s.q.take(h.places[:most])
	h.next, h.end, h.seat, h.peer = 0, h.run.n, s, s.peer
	g.popped(s, h.end)
	g.round = h.lends
	if s.stalled && s.resumable() {
		resume = s.peer
	}
	if s.gone || s.newcomer {
		resume = resumed(resume, s.freed())
	}
	return true, resume
}

// putBack returns what is left in hand to the front of its queue, with both
// locks.
func (g *Merge) putBack() {
	h := &g.hand
	left := h.places[h.next:h.end]
	if len(left) == 0 {
		return
	}
	if h.seat.q.n == 0 {
		g.some.back(h.seat.class(), h.seat)
	}
	h.releaseCopied()
	h.seat.q.untake(h.run, left)
	g.depth += len(left)
	h.seat.account()
	h.next, h.end, h.run = 0, 0, run{}
}

// ready prepares the hand for taking the message at next, or tells that there is
// none. If a peer is returned, it is to be resumed under no lock.
func (g *Merge) ready() (ok bool, resume Peer) {
	if h := &g.hand; h.next < h.end {
		return true, nil
	}
	return g.refill()
}

// took counts the message at next, of size bytes, as received, and goes on.
func (h *hand) took(size int) {
	h.taken++
	h.bytes += uint64(size)
	if h.next++; h.next == h.end {
		h.releaseCopied()
		h.run = run{} // nothing is kept in memory for what has been given away
	}
}

func (h *hand) releaseCopied() {
	if h.copied > 0 {
		h.run.chunk.Release(h.copied)
		h.copied = 0
	}
}

// Recv moves the next message into m. Its bytes may lie in memory that goes
// round (message.Detach makes them the caller's).
func (g *Merge) Recv(m *message.Message) bool {
	h := &g.hand
	h.mu.Lock()
	ok, resume := g.ready()
	if !ok {
		h.mu.Unlock()
		return false
	}
	if r, p := &h.run, h.places[h.next]; g.Keeps && r.chunk != nil && r.size(p) <= longCopy {
		own := h.arena.Copy(r.bytes[p.start:p.end])
		head := p.body - p.start
		*m = message.Message{Header: own[:head:head], Body: own[head:]}
		m.SetType(r.kind)
		h.copied++
	} else {
		h.lends = true
		r.message(p, m)
	}
	m.SetPeer(h.peer)
	h.took(len(m.Body))
	h.mu.Unlock()
	if resume != nil {
		resume.Resume()
	}
	if g.Show != nil {
		g.Show(m)
	}
	return true
}

// RecvBody is Recv of a body alone, which is the caller's for ever.
func (g *Merge) RecvBody() ([]byte, bool) {
	h := &g.hand
	h.mu.Lock()
	ok, resume := g.ready()
	if !ok {
		h.mu.Unlock()
		return nil, false
	}
	h.lends = false
	var body []byte
	if r, p := &h.run, h.places[h.next]; r.whole == nil {
		body = r.bytes[p.body:p.end:p.end]
		if c := r.chunk; c != nil && len(body) <= longCopy {
			body = h.arena.Copy(body)
			h.copied++ // and released once for all
		} else if c != nil {
			return g.longBody(body, c, resume), true
		}
		h.took(len(body))
		h.mu.Unlock()
	} else {
		var m message.Message
		r.message(p, &m)
		h.took(len(m.Body))
		h.mu.Unlock()
		m.Detach(nil)
		body = m.Body[:len(m.Body):len(m.Body)]
	}
	if resume != nil {
		resume.Resume()
	}
	return body, true
}

// longBody is the rest of RecvBody, where the body is copied under no lock, if
// it has to be.
func (g *Merge) longBody(body []byte, c *message.Chunk, resume Peer) []byte {
	g.hand.took(len(body))
	g.hand.mu.Unlock()
	if !c.Keep(body) {
		body = message.Clone(body)
		c.Release(1)
	}
	if resume != nil {
		resume.Resume()
	}
	return body
}

// Taken is how many messages were received, and the bytes of their bodies.
func (g *Merge) Taken() (messages, bytes uint64) {
	g.hand.mu.Lock()
	defer g.hand.mu.Unlock()
	return g.hand.taken, g.hand.bytes
}
