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
	// Keeps says that who takes a message keeps its memory: small ones are copied
	// out of memory that goes round, as they come or as they are taken.
	Keeps bool

	_    apart
	hand hand
	_    apart

	mu     sync.Mutex // after hand.mu
	topics *Topics    // nil: everything is wanted
	strict bool       // nothing is wanted without a topic
	some   turns[*mergeSeat]
	opened message.Message // what Open is working on, of a bulk
	depth  int
	seats  int         // peers attached
	class  [17]int     // of these, by priority
	block  run         // memory that small bodies are copied to; n of them so far
	used   int         // of it
	round  bool        // the next block is to be a chunk
	left   [17]remains // by priority
	closed bool
}

// apart keeps what two processors write, each message, out of the same lines of
// their caches (which may fetch two at a time): who delivers, and who receives.
type apart [128]byte

type mergeSeat struct {
	g       *Merge
	peer    Peer
	q       queue
	stalled bool // Deliver took less than all; Resume is owed
	first   bool // it has gone, and was the only one: see Detach
	// See gone.go.
	gone     bool // the peer has
	newcomer bool // it came while there was too much of what others left
	waits    bool // it is on the list of newcomers that wait
	turn     bool // it may bring one message in any case
	besides  int  // what it holds beside the messages in its queue
	cost     int  // what of it is counted in remains

	bodies, bodyBytes uint64 // what DeliverBody took
}

// class is the priority that the seat's messages are taken with.
func (s *mergeSeat) class() int {
	if s.first {
		return ahead
	}
	return s.peer.RecvPriority()
}

// NewMerge returns a Merge without peers.
func NewMerge(h Host) *Merge { return &Merge{host: h} }

// Attach takes in a peer.
func (g *Merge) Attach(p Peer) InSeat {
	g.hand.mu.Lock()
	defer g.hand.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seats++
	g.class[p.RecvPriority()]++
	if !g.onePriority() {
		g.putBack()
	}
	s := &mergeSeat{g: g, peer: p}
	if d, ok := p.(Direct); ok {
		s.q.far.messages, s.q.far.bytes = d.FarQueue()
	}
	s.come()
	return s
}

// Detach leaves what was received: it can be taken when its sender has gone. If
// that was the only one, it comes before what the next one will send: who has one
// peer at a time, and that may be the same over and over again, gets everything in
// the order in which it was sent.
func (s *mergeSeat) Detach() { tell(s.detach()) }

func (s *mergeSeat) detach() []news {
	g := s.g
	g.mu.Lock()
	defer g.mu.Unlock()
	g.class[s.peer.RecvPriority()]--
	if g.seats--; g.seats == 0 {
		if s.q.n > 0 {
			g.some.remove(s.class(), s)
			g.some.add(ahead, s)
		}
		s.first = true
	}
	return s.leave()
}

// onePriority tells, with the lock, whether all peers have the same.
func (g *Merge) onePriority() bool {
	for _, n := range g.class {
		if n > 0 {
			return n == g.seats
		}
	}
	return true
}

// discard drops the oldest message of s, with the lock.
func (g *Merge) discard(s *mergeSeat) {
	r, _ := s.q.pop()
	r.drop()
	g.popped(s, 1)
}

// popped keeps the books after n pops from s, with the lock.
func (g *Merge) popped(s *mergeSeat, n int) {
	g.depth -= n
	if s.q.n == 0 {
		g.some.remove(s.class(), s)
	}
	s.account()
}

// resumable tells, with the lock, whether a stalled peer may go on: when its
// queue is half empty, so that it does not do so for each message.
func (s *mergeSeat) resumable() bool {
	lim := s.g.host.Limits()
	if lim.Last {
		s.stalled = s.q.over(lim)
	} else {
		s.stalled = s.q.halfFull(lim)
	}
	return !s.stalled
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
	dropped, found := g.unsubscribe(topic)
	tell(dropped)
	return found
}

func (g *Merge) unsubscribe(topic []byte) (dropped []news, found bool) {
	g.hand.mu.Lock()
	defer g.hand.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.topics == nil || !g.topics.Remove(topic) {
		return nil, false
	}
	if !g.strict && g.topics.Empty() {
		g.topics = nil
	}
	g.putBack()
	return g.refilter(), true
}

// Subscribed tells whether there is a topic.
func (g *Merge) Subscribed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.topics != nil && !g.topics.Empty()
}

// news is what a peer is to be told, under no lock.
type news struct {
	peer   Peer
	why    Drop // for which so many of its messages were dropped
	n      int
	resume bool
}

func tell(all []news) {
	for _, d := range all {
		if d.n > 0 {
			d.peer.Count(d.why, d.n)
		}
		if d.resume {
			d.peer.Resume()
		}
	}
}

// refilter drops, with the lock, queued messages that are unwanted now.
func (g *Merge) refilter() (all []news) {
	var seats []*mergeSeat
	for i := range g.some.class {
		seats = append(seats, g.some.class[i].members...)
	}
	for _, s := range seats {
		unwanted := 0
		for range s.q.n {
			r, p := s.q.pop()
			if g.topics == nil || g.topics.Match(r.body(p)) {
				s.q.push(&r, p)
			} else {
				r.drop()
				unwanted++
			}
		}
		g.popped(s, unwanted)
		if unwanted > 0 {
			all = append(all, news{s.peer, Unwanted, unwanted, s.stalled && s.resumable()})
			all = append(all, s.freed()...)
		}
	}
	return all
}

// CanRecv tells whether there is a message.
func (g *Merge) CanRecv() bool { return g.Depth() > 0 }

// Depth is the number of messages nobody took yet.
func (g *Merge) Depth() int {
	g.hand.mu.Lock()
	defer g.hand.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.depth + g.hand.left()
}

// Close drops what is queued and all that comes.
func (g *Merge) Close() {
	n := g.empty()
	g.host.Count(Closed, n)
}

// empty drops what is queued, tells how many messages that was, and lets
// nothing in any more.
func (g *Merge) empty() (n int) {
	g.hand.mu.Lock()
	defer g.hand.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.putBack()
	for {
		s, ok := g.some.take()
		if !ok {
			return n
		}
		for s.q.n > 0 {
			g.discard(s)
			n++
		}
	}
}
