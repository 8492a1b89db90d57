package pattern

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sprocketmq/sp/message"
)

// Broadcast is the way out that gives each message to every peer. It never
// waits: a peer without room misses the message, and its drops are counted.
type Broadcast struct {
	host  Host
	mu    sync.Mutex
	peers atomic.Pointer[[]Peer] // replaced, never changed
	// Wants, if set, is asked for each peer before anything is encoded.
	Wants func(p Peer, m *message.Message) bool
	// Except, if set, takes from m's header the ID of a peer to leave out.
	Except func(m *message.Message) (uint32, error)
}

// NewBroadcast returns a Broadcast without peers.
func NewBroadcast(h Host) *Broadcast {
	b := &Broadcast{host: h}
	b.peers.Store(new([]Peer))
	if s, ok := h.(Spreader); ok {
		s.Spreads()
	}
	return b
}

// Attach takes in a peer.
func (b *Broadcast) Attach(p Peer) OutSeat {
	b.mu.Lock()
	defer b.mu.Unlock()
	peers := append(slices.Clip(*b.peers.Load()), p)
	b.peers.Store(&peers)
	return &broadcastSeat{b, p}
}

type broadcastSeat struct {
	b    *Broadcast
	peer Peer
}

func (s *broadcastSeat) Ready() {}

func (s *broadcastSeat) Detach(unsent []message.Message) {
	b := s.b
	b.mu.Lock()
	peers := slices.DeleteFunc(slices.Clone(*b.peers.Load()), func(p Peer) bool { return p == s.peer })
	b.peers.Store(&peers)
	b.mu.Unlock()
	s.peer.Count(NoPeer, len(unsent))
}

// Send gives m to every peer that has room.
func (b *Broadcast) Send(m *message.Message) (bool, error) {
	var except uint32
	if b.Except != nil {
		var err error
		if except, err = b.Except(m); err != nil {
			return false, err
		}
	}
	b.Spread(m, except)
	return true, nil
}

// Spread is Send to all but the peer whose ID is except. It returns how many
// took the message.
func (b *Broadcast) Spread(m *message.Message, except uint32) int {
	peers := *b.peers.Load()
	if len(peers) == 0 {
		b.host.Count(NoPeer, 1)
		return 0
	}
	if len(peers) > 1 {
		m.Fan()
		defer m.Unfan()
	}
	n, full := 0, 0
	for _, p := range peers {
		switch {
		case p.ID() == except || b.Wants != nil && !b.Wants(p, m):
		case p.Offer(m):
			n++
		default:
			p.Count(QueueFull, 1)
			full++
		}
	}
	if n == 0 && full > 0 {
		runtime.Gosched() // who writes to them goes first, or all is lost that comes next
	}
	return n
}

// CanSend is always true.
func (b *Broadcast) CanSend() bool { return true }

// Depth is always 0.
func (b *Broadcast) Depth() int { return 0 }

// Close drops nothing.
func (b *Broadcast) Close() int { return 0 }
