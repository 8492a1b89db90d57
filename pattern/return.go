package pattern

import (
	"sync"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// Return is the way out to where a message came from: a peer by its ID.
type Return struct {
	host  Host
	mu    sync.RWMutex
	peers map[uint32]Peer
}

// NewReturn returns a Return without peers.
func NewReturn(h Host) *Return { return &Return{host: h, peers: make(map[uint32]Peer)} }

// Attach takes in a peer.
func (r *Return) Attach(p Peer) OutSeat {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.peers[p.ID()] = p
	return &returnSeat{r, p}
}

type returnSeat struct {
	r    *Return
	peer Peer
}

func (s *returnSeat) Ready() { s.r.host.Writable() }

func (s *returnSeat) Detach(unsent []message.Message) {
	s.r.mu.Lock()
	delete(s.r.peers, s.peer.ID())
	s.r.mu.Unlock()
	s.peer.Count(NoPeer, len(unsent))
	s.r.host.Writable() // who waits for room there learns that it is gone
}

// Send takes the ID of a peer off m's header and gives it m. If there is no
// such peer, or it has no room, the message is dropped and counted: the raw
// patterns' rule.
func (r *Return) Send(m *message.Message) (bool, error) {
	id, ok := wire.Word(m.Header)
	if !ok {
		return false, ErrHeader
	}
	p := r.peer(id)
	if p == nil {
		r.host.Count(NoPeer, 1)
		return true, nil
	}
	whole := m.Header
	m.Header = m.Header[wire.WordSize:]
	if !p.Offer(m) {
		p.Count(QueueFull, 1)
	}
	m.Header = whole
	return true, nil
}

// To gives m to the peer with that ID. It fails with ErrPeerGone if there is
// none, and returns false if it has no room.
func (r *Return) To(m *message.Message, id uint32) (bool, error) {
	p := r.peer(id)
	if p == nil {
		return false, ErrPeerGone
	}
	return p.Offer(m), nil
}

func (r *Return) peer(id uint32) Peer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.peers[id]
}

// CanSend is always true.
func (r *Return) CanSend() bool { return true }

// Depth is always 0.
func (r *Return) Depth() int { return 0 }

// Close drops nothing.
func (r *Return) Close() int { return 0 }
