package pattern

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sprocketmq/sp/message"
)

// Balance is the way out that gives each message to one peer: those with room
// take turns, better priorities first. What a lost peer had not begun to
// send goes to another one, before newer messages.
type Balance struct {
	host Host
	// only is the one peer that has room, if it is the only one and nothing was
	// returned: then sending needs no lock here.
	only     atomic.Pointer[balanceSeat]
	mu       sync.Mutex
	free     turns[*balanceSeat]
	returned []message.Message // oldest first
	moving   bool              // somebody is sending what was returned:
	at       int               // this one
	closed   bool
	class    int // the priority in use; -1 after the last peer has gone
	peers    int
}

type balanceSeat struct {
	b      *Balance
	peer   Peer
	bodies BodyPeer // peer, if it is one
	listed bool     // in b.free
	gone   bool
}

// NewBalance returns a Balance without peers.
func NewBalance(h Host) *Balance { return &Balance{host: h} }

// Attach takes in a peer. It gets messages after its seat's first Ready.
func (b *Balance) Attach(p Peer) OutSeat {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.peers++
	bodies, _ := p.(BodyPeer)
	return &balanceSeat{b: b, peer: p, bodies: bodies}
}

// Ready says that the peer has room.
func (s *balanceSeat) Ready() {
	b := s.b
	b.mu.Lock()
	if s.gone || s.listed {
		b.mu.Unlock()
		return
	}
	s.list()
	moved := b.move()
	b.mu.Unlock()
	if moved {
		b.host.Writable()
	}
}

func (s *balanceSeat) list() {
	s.listed = true
	s.b.free.add(s.peer.SendPriority(), s)
	s.b.simplify()
}

func (s *balanceSeat) unlist() {
	if s.listed {
		s.listed = false
		s.b.free.remove(s.peer.SendPriority(), s)
		s.b.simplify()
	}
}

// simplify keeps only, with the lock. With returned messages it is nil: they go
// first.
func (b *Balance) simplify() {
	if len(b.returned) > 0 {
		b.only.Store(nil)
		return
	}
	s, _ := b.free.sole()
	b.only.Store(s)
	if s != nil {
		b.class = s.peer.SendPriority()
	}
}

// Detach says that the peer is gone. Messages in unsent move to other peers, and
// before those that were returned already: some of these it may have been given
// before the others.
func (s *balanceSeat) Detach(unsent []message.Message) {
	b := s.b
	b.mu.Lock()
	defer b.mu.Unlock()
	s.gone = true
	s.unlist()
	if b.peers--; b.peers == 0 {
		b.class = -1
	}
	if len(unsent) > 0 {
		b.returned = append(slices.Clip(unsent), b.returned...)
		if b.moving {
			b.at += len(unsent)
		}
	}
	b.simplify()
	if len(unsent) > 0 {
		b.move()
	}
}

// SendBody gives body to the one peer that has room, if there is just one.
func (b *Balance) SendBody(body []byte) bool {
	s := b.only.Load()
	return s != nil && s.bodies != nil && s.bodies.OfferBody(body)
}

// Send tries to give m to a peer.
func (b *Balance) Send(m *message.Message) (bool, error) { return b.Give(m) != nil, nil }

// Give is Send, and tells which peer got the message: nil for none.
func (b *Balance) Give(m *message.Message) Peer { return b.GiveNoting(m, nil) }

// Chooser is told of each peer that is about to be offered a message. False says
// that it is not to be sent any more.
type Chooser interface{ Chosen(Peer) bool }

// GiveNoting is Give, and tells c, if it is not nil, whom it offers the message
// before it does: the answer may be there before GiveNoting returns.
func (b *Balance) GiveNoting(m *message.Message, c Chooser) Peer {
	if s := b.only.Load(); s != nil {
		if c != nil && !c.Chosen(s.peer) {
			return nil
		}
		if s.peer.Offer(m) {
			return s.peer
		}
	}
	b.mu.Lock()
	p := b.giveLast(m, c)
	b.mu.Unlock()
	return p
}

// giveLast gives m to a peer, with the lock, when nothing that was returned waits.
func (b *Balance) giveLast(m *message.Message, c Chooser) Peer {
	for len(b.returned) == 0 || b.move() {
		p := b.give(m, c, false)
		if len(b.returned) == 0 {
			return p
		}
		if p != nil {
			b.move() // what was returned meanwhile may not have found p on the list
			return p
		}
	}
	return nil
}

// Class is the priority in use: 0 at first, -1 when the last peer has gone.
func (b *Balance) Class() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.free.some != 0 {
		return b.free.best()
	}
	return b.class
}

// give is called with the lock, and lets go of it while it offers. When a peer
// refuses, another may have gone, or this one, and given back what is older than m,
// which then has to wait; returned says that m was returned itself.
func (b *Balance) give(m *message.Message, c Chooser, returned bool) Peer {
	for {
		if returned && b.at > 0 || !returned && len(b.returned) > 0 {
			return nil
		}
		s, ok := b.free.take()
		if !ok {
			return nil
		}
		b.class = s.peer.SendPriority()
		b.mu.Unlock()
		if c != nil && !c.Chosen(s.peer) {
			b.mu.Lock()
			return nil
		}
		taken := s.peer.Offer(m)
		b.mu.Lock()
		if taken {
			return s.peer
		}
		// Off the list first, then once more: if room came in between, the
		// second offer is taken, and if not, Ready comes after it.
		if s.gone {
			continue
		}
		s.unlist()
		b.mu.Unlock()
		taken = s.peer.Offer(m)
		b.mu.Lock()
		if !taken {
			continue
		}
		if !s.gone && !s.listed {
			s.list()
		}
		return s.peer
	}
}

// move sends, with the lock, what was returned, and reports whether nothing is left
// of it. Who is moving already says Writable when all has gone.
func (b *Balance) move() bool {
	if b.moving {
		return false
	}
	moved := false
	b.moving = true
	for len(b.returned) > 0 {
		b.at = 0
		m := b.returned[0] // it stays in the books until a peer has it
		if b.give(&m, nil, true) == nil {
			b.returned[b.at] = m
			b.giveUp()
			if b.at > 0 {
				continue // what was returned meanwhile goes first
			}
			break
		}
		b.returned[b.at] = message.Message{}
		if b.at == 0 {
			b.returned = b.returned[1:]
		} else {
			b.returned = slices.Delete(b.returned, b.at, b.at+1)
		}
		moved = true
	}
	b.moving = false
	done := len(b.returned) == 0
	if done && moved {
		b.returned = nil
		b.simplify()
		b.mu.Unlock()
		b.host.Writable()
		b.mu.Lock()
	}
	return done
}

// giveUp drops, with the lock, the message that was being offered when Close
// dropped the others, and that nobody took.
func (b *Balance) giveUp() {
	if b.closed {
		b.returned = slices.Delete(b.returned, b.at, b.at+1)
		b.mu.Unlock()
		b.host.Count(Closed, 1)
		b.mu.Lock()
	}
}

// CanSend tells whether a peer has room. Those that have none leave the list, as
// they do when they refuse an offer.
func (b *Balance) CanSend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.returned) == 0 {
		s, ok := b.free.first()
		if !ok {
			return false
		}
		if b.hasRoom(s) {
			return true
		}
		s.unlist()
		if b.hasRoom(s) && !s.gone && !s.listed { // it came in between: see give
			s.list()
			b.move()
		}
	}
	return false
}

// hasRoom asks a peer, without the lock.
func (b *Balance) hasRoom(s *balanceSeat) bool {
	r, ok := s.peer.(Roomy)
	if !ok {
		return true
	}
	b.mu.Unlock()
	defer b.mu.Lock()
	return r.HasRoom()
}

// Depth is how many returned messages wait for a peer.
func (b *Balance) Depth() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.returned)
}

// Close drops the returned messages and tells how many they were. One that is
// being offered at this moment is left to whoever does that.
func (b *Balance) Close() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	n := len(b.returned)
	if b.moving {
		b.returned, b.at = b.returned[b.at:b.at+1:b.at+1], 0
		return n - 1
	}
	b.returned = nil
	return n
}
