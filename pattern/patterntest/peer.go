package patterntest

import (
	"sync"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// Peer is a connection that leads nowhere: it keeps what it is offered.
type Peer struct {
	// Enter, if set, is called inside each call of Offer, Resume and Count. It
	// may call the router: if that hangs, the router held a lock.
	Enter func()
	// Before, if set, is called before an Offer is looked at.
	Before func()
	// Out and In are the priorities.
	Out, In int

	id      uint32
	mu      sync.Mutex
	room    int // how many messages more; negative: any number
	got     [][]byte
	offers  int
	resumes int
	closes  int
	drops   [pattern.Drops]int
}

var _ pattern.Peer = (*Peer)(nil)

// NewPeer returns a peer with that ID, room for any number of messages, and
// priorities of 8.
func NewPeer(id uint32) *Peer { return &Peer{id: id, room: -1, Out: 8, In: 8} }

// ID implements message.Peer.
func (p *Peer) ID() uint32 { return p.id }

// Addr implements message.Peer.
func (p *Peer) Addr() string { return "test://there" }

// LocalAddr implements message.Peer.
func (p *Peer) LocalAddr() string { return "test://here" }

// State implements message.Peer.
func (p *Peer) State() any { return nil }

// Close implements message.Peer.
func (p *Peer) Close() error {
	p.note(func() { p.closes++ })
	return nil
}

// SendPriority implements pattern.Peer.
func (p *Peer) SendPriority() int { return p.Out }

// RecvPriority implements pattern.Peer.
func (p *Peer) RecvPriority() int { return p.In }

// Offer implements pattern.Peer.
func (p *Peer) Offer(m *message.Message) bool {
	if p.Before != nil {
		p.Before()
	}
	taken := false
	p.note(func() {
		p.offers++
		if taken = p.room != 0; taken {
			p.got = append(p.got, append(append([]byte{}, m.Header...), m.Body...))
			p.room--
		}
	})
	if taken {
		m.Spend()
	}
	return taken
}

// Resume implements pattern.Peer.
func (p *Peer) Resume() { p.note(func() { p.resumes++ }) }

// Count implements pattern.Peer.
func (p *Peer) Count(why pattern.Drop, n int) { p.note(func() { p.drops[why] += n }) }

func (p *Peer) note(f func()) {
	p.mu.Lock()
	f()
	p.mu.Unlock()
	if p.Enter != nil {
		p.Enter()
	}
}

// SetRoom makes the peer take n more messages and then refuse; negative is any
// number. It is the caller's to tell the seat that it is Ready.
func (p *Peer) SetRoom(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.room = n
}

// Got returns the messages it took, header and body in one piece, and forgets
// them.
func (p *Peer) Got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, b := range p.got {
		all = append(all, string(b))
	}
	p.got = nil
	return all
}

// Offers is how often it was offered a message.
func (p *Peer) Offers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.offers
}

// Resumes returns how often Resume was called, and forgets it.
func (p *Peer) Resumes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.resumes
	p.resumes = 0
	return n
}

// Drops is what was counted, by reason.
func (p *Peer) Drops() [pattern.Drops]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.drops
}
