package pattern

import (
	"sync"

	"github.com/sprocketmq/sp/message"
)

// Merge is the way in: a queue for each peer. Peers with messages take turns,
// better priorities first.
type Merge struct {
	host Host
	// Open takes the protocol's header off a message that came, before it is
	// queued, or says why to drop it. It may be nil.
	Open func(p Peer, m *message.Message) Drop
	// Show changes a message as the application takes it. It may be nil.
	Show func(m *message.Message)

	mu     sync.Mutex
	topics *Topics // nil: everything is wanted
	strict bool    // nothing is wanted without a topic
	some   turns[*mergeSeat]
	arena  message.Arena
	depth  int
	closed bool
}

type mergeSeat struct {
	g       *Merge
	peer    Peer
	q       queue
	stalled bool // Deliver took less than all; Resume is owed
}

// NewMerge returns a Merge without peers.
func NewMerge(h Host) *Merge { return &Merge{host: h} }

// Attach takes in a peer.
func (g *Merge) Attach(p Peer) InSeat { return &mergeSeat{g: g, peer: p} }

// What was received stays to be taken when its sender has gone.
func (s *mergeSeat) Detach() {}

// A lent body longer than this is copied under no lock.
const longCopy = 1 << 10

func (s *mergeSeat) Deliver(batch []message.Message) int {
	g := s.g
	lim := g.host.Limits()
	var lost [Drops]int
	queued, taken := 0, 0
	g.mu.Lock()
	for ; taken < len(batch); taken++ {
		m := &batch[taken]
		if g.Open == nil && len(m.Header) > 0 {
			m.Join() // an inproc peer put a header where there is none
		}
		if g.closed || g.topics != nil && !g.topics.Match(m.Body) {
			lost[Unwanted]++
			m.Drop()
			continue
		}
		if m.Borrowed() && len(m.Body) > longCopy {
			g.mu.Unlock()
			m.Own()
			g.mu.Lock()
		}
		if s.q.full(m.Len(), lim.RecvQueue, lim.RecvBytes) {
			switch lim.Full {
			case Wait:
				s.stalled = true
			case DropNewest:
				lost[QueueFull]++
				m.Drop()
				continue
			case DropOldest:
				for s.q.full(m.Len(), lim.RecvQueue, lim.RecvBytes) {
					g.discard(s)
					lost[QueueFull]++
				}
			}
			if s.stalled {
				break
			}
		}
		if g.Open != nil {
			if why := g.Open(s.peer, m); why != None {
				lost[why]++
				m.Drop()
				continue
			}
		}
		if m.Borrowed() {
			m.Detach(&g.arena)
		}
		m.SetPeer(s.peer)
		if s.q.n == 0 {
			g.some.add(s.peer.RecvPriority(), s)
		}
		s.q.push(m)
		g.depth++
		queued++
	}
	g.mu.Unlock()
	for why, n := range lost {
		if n > 0 {
			s.peer.Count(Drop(why), n)
		}
	}
	if queued > 0 {
		g.host.Readable()
	}
	return taken
}

// discard drops the oldest message of s, with the lock.
func (g *Merge) discard(s *mergeSeat) {
	var m message.Message
	if s.q.pop(&m) {
		m.Drop()
		g.popped(s)
	}
}

// popped keeps the books after a pop from s, with the lock.
func (g *Merge) popped(s *mergeSeat) {
	g.depth--
	if s.q.n == 0 {
		g.some.remove(s.peer.RecvPriority(), s)
	}
}

// Recv moves the next message into m. Its bytes may lie in memory that goes
// round (message.Detach makes them the caller's).
func (g *Merge) Recv(m *message.Message) bool {
	g.mu.Lock()
	s, ok := g.some.take()
	if !ok {
		g.mu.Unlock()
		return false
	}
	s.q.pop(m)
	g.popped(s)
	resume := s.resumable()
	g.mu.Unlock()
	if resume {
		s.peer.Resume()
	}
	if g.Show != nil {
		g.Show(m)
	}
	return true
}

// RecvDetached is Recv of a message whose bytes are the caller's for ever.
func (g *Merge) RecvDetached(m *message.Message) bool {
	g.mu.Lock()
	s, ok := g.some.take()
	if !ok {
		g.mu.Unlock()
		return false
	}
	s.q.pop(m)
	g.popped(s)
	resume := s.resumable()
	if len(m.Body) <= longCopy {
		m.Detach(&g.arena)
	}
	g.mu.Unlock()
	m.Detach(&g.arena) // only what is too long for the arena is left
	if resume {
		s.peer.Resume()
	}
	if g.Show != nil {
		g.Show(m)
	}
	return true
}

// resumable tells, with the lock, whether a stalled peer may go on: when its
// queue is half empty, so that it does not do so for each message.
func (s *mergeSeat) resumable() bool {
	lim := s.g.host.Limits()
	if !s.stalled || s.q.n > lim.RecvQueue/2 || s.q.n > 0 && s.q.bytes > lim.RecvBytes/2 {
		return false
	}
	s.stalled = false
	return true
}

// Subscribe adds a topic: while there is one, or after FilterAll, only
// messages that begin with a topic are wanted.
func (g *Merge) Subscribe(topic []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.topics == nil {
		g.topics = new(Topics)
	}
	g.topics.Add(topic)
}

// FilterAll makes everything unwanted that no topic matches, even where there
// are no topics.
func (g *Merge) FilterAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.strict = true
	if g.topics == nil {
		g.topics = new(Topics)
	}
}

// Unsubscribe takes a topic back and reports whether it was there. Queued
// messages that match nothing any more are dropped.
func (g *Merge) Unsubscribe(topic []byte) bool {
	g.mu.Lock()
	if g.topics == nil || !g.topics.Remove(topic) {
		g.mu.Unlock()
		return false
	}
	if !g.strict && g.topics.Empty() {
		g.topics = nil
	}
	resume := g.refilter()
	g.mu.Unlock()
	for _, p := range resume {
		p.Resume()
	}
	return true
}

// refilter drops, with the lock, queued messages that are unwanted now.
func (g *Merge) refilter() (resume []Peer) {
	var seats []*mergeSeat
	for i := range g.some.class {
		seats = append(seats, g.some.class[i].members...)
	}
	for _, s := range seats {
		unwanted := 0
		for range s.q.n {
			var m message.Message
			s.q.pop(&m)
			if g.topics == nil || g.topics.Match(m.Body) {
				s.q.push(&m)
			} else {
				m.Drop()
				g.depth--
				unwanted++
			}
		}
		if s.q.n == 0 {
			g.some.remove(s.peer.RecvPriority(), s)
		}
		if unwanted > 0 {
			s.peer.Count(Unwanted, unwanted)
			if s.resumable() {
				resume = append(resume, s.peer)
			}
		}
	}
	return resume
}

// CanRecv tells whether there is a message.
func (g *Merge) CanRecv() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.depth > 0
}

// Depth is the number of messages nobody took yet.
func (g *Merge) Depth() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.depth
}

// Close drops what is queued and all that comes.
func (g *Merge) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for {
		s, ok := g.some.take()
		if !ok {
			return
		}
		for s.q.n > 0 {
			g.discard(s)
		}
	}
}
