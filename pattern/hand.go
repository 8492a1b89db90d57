package pattern

import (
	"sync"

	"github.com/sprocketmq/sp/message"
)

// hand is the messages that were taken out of the queues together and not
// received yet. It replaces
//
//	func (g *Merge) Recv(m) { lock; pop a queue into m; unlock }
//
// because readers hold that lock while they deliver. Only where there is one
// peer, and so no turns and no priorities, and where its queue is long, is more
// than one message taken at a time.
type hand struct {
	mu    sync.Mutex
	items [handful]item
	next  int
	end   int
	seat  *mergeSeat // whose they are

	arena        message.Arena
	spent        *message.Chunk // memory to release nspent times, once for all
	nspent       int
	taken, bytes uint64 // received so far
}

const (
	handful   = 64
	longQueue = 4 * handful
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
	n := 1
	if g.seats <= 1 && s.q.n > 1 && g.spacious() {
		n = min(handful, s.q.n)
	}
	for i := range n {
		h.items[i] = s.q.pop()
	}
	g.popped(s, n)
	h.next, h.end, h.seat = 0, n, s
	if s.stalled && s.resumable() {
		resume = s.peer
	}
	return true, resume
}

// putBack returns what is left in hand to the front of its queue, with both
// locks.
func (g *Merge) putBack() {
	h := &g.hand
	for h.end > h.next {
		h.end--
		if h.seat.q.n == 0 {
			g.some.add(h.seat.peer.RecvPriority(), h.seat)
		}
		h.seat.q.unpop(&h.items[h.end])
		h.items[h.end] = item{}
		g.depth++
	}
}

// draw takes a message out of the hand, which stays locked then. If a peer is
// returned, it is to be resumed when it is not any more.
func (g *Merge) draw() (it item, resume Peer, ok bool) {
	h := &g.hand
	h.mu.Lock()
	if h.next == h.end {
		if ok, resume = g.refill(); !ok {
			h.mu.Unlock()
			return it, nil, false
		}
	}
	it = h.items[h.next]
	h.items[h.next] = item{}
	h.next++
	h.taken++
	h.bytes += uint64(len(it.body()))
	return it, resume, true
}

// Recv moves the next message into m. Its bytes may lie in memory that goes
// round (message.Detach makes them the caller's).
func (g *Merge) Recv(m *message.Message) bool {
	it, resume, ok := g.draw()
	if !ok {
		return false
	}
	it.message(m)
	m.SetPeer(g.hand.seat.peer)
	g.hand.mu.Unlock()
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
	it, resume, ok := g.draw()
	if !ok {
		return nil, false
	}
	h := &g.hand
	body, chunk := it.payload[it.head:], it.chunk
	shared := false
	if it.rest != nil {
		body, chunk = it.rest.Body, it.rest.Chunk()
		shared = it.rest.Shared()
	}
	long := chunk != nil && len(body) > longCopy
	if chunk != nil && !long {
		body = h.arena.Copy(body)
		h.spend(chunk)
	}
	if h.next == h.end {
		h.spend(nil)
	}
	h.mu.Unlock()
	if long || shared {
		body = message.Clone(body)
	}
	if long {
		chunk.Release(1)
	}
	if resume != nil {
		resume.Resume()
	}
	return body[:len(body):len(body)], true
}

// spend releases a chunk once, together with other times if it can.
func (h *hand) spend(c *message.Chunk) {
	if c == h.spent {
		h.nspent++
		return
	}
	if h.spent != nil {
		h.spent.Release(h.nspent)
	}
	h.spent, h.nspent = c, 1
}

// Taken is how many messages were received, and the bytes of their bodies.
func (g *Merge) Taken() (messages, bytes uint64) {
	g.hand.mu.Lock()
	defer g.hand.mu.Unlock()
	return g.hand.taken, g.hand.bytes
}
