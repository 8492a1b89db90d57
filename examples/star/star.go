// Package star is STAR, a protocol that Sprocket does not have, made of what
// it has for everybody: it shows how a pattern of one's own is written.
//
// A message that a member of a star sends reaches all others: each member
// passes on what it receives to its other peers. Before the body go 00 00 00
// and the number of members that the message has passed, which ends rings. The
// same is the experimental STAR of mangos, with which it can talk.
package star

import (
	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Protocol is STAR's number and name; both sides are the same.
var Protocol = wire.Protocol{Self: 0x640, Peer: 0x640, Name: "star", PeerName: "star"}

// Pattern is for sp.NewRaw. It sends a message without a header as a new one.
// A message that was received shows in its header how far it had come; sent
// again, it goes one further.
var Pattern = pattern.Pattern{
	Protocol: Protocol,
	Sends:    true,
	Receives: true,
	New:      func(h pattern.Host) pattern.Router { return newRouter(h) },
}

// New makes a member of a star. Nil options are the defaults. Options.TTL is
// how many members a message may pass.
func New(o *sp.Options) *sp.Raw { return sp.NewRaw(Pattern, o) }

// router is a way out to everybody and a way in, and passes on in between.
type router struct {
	*pattern.Joined
	host pattern.Host
	out  *pattern.Broadcast
}

func newRouter(h pattern.Host) *router {
	r := &router{host: h, out: pattern.NewBroadcast(h)}
	in := pattern.NewMerge(dropping{h})
	in.Open = func(_ pattern.Peer, m *message.Message) pattern.Drop { return r.open(m) }
	r.Joined = &pattern.Joined{Out: r.out, In: in}
	return r
}

// open splits the header off a message that came. A message that has been
// split is left as it is.
func (r *router) open(m *message.Message) pattern.Drop {
	return pattern.OpenHops(m, r.host.Limits().TTL-1) // fewer than TTL, not up to it
}

// Attach gives a peer a seat that passes on.
func (r *router) Attach(p pattern.Peer) (pattern.Seat, error) {
	s, err := r.Joined.Attach(p)
	if err != nil {
		return nil, err
	}
	return &seat{s, r, p}, nil
}

// Send gives m to all peers.
func (r *router) Send(m *message.Message) (bool, error) {
	hops := 0
	if len(m.Header) > 0 {
		came, err := wire.Hops(m.Header)
		if err != nil || len(m.Header) != wire.WordSize || came == 255 {
			return false, pattern.ErrHeader
		}
		hops = came + 1
	}
	m.Header = wire.AppendHops(nil, hops)
	return r.Joined.Send(m)
}

type seat struct {
	pattern.Seat
	r    *router
	peer pattern.Peer
}

// Deliver passes messages on to the other peers, and then receives them. It
// takes all (see dropping), so that none is passed on twice.
func (s *seat) Deliver(batch []message.Message) int {
	for i := range batch {
		if s.r.open(&batch[i]) == pattern.None {
			s.pass(&batch[i])
		}
	}
	return s.Seat.Deliver(batch)
}

// pass sends a copy of m to all but the peer that it is from: m is going to be
// the application's.
func (s *seat) pass(m *message.Message) {
	hops, _ := wire.Hops(m.Header) // open has looked
	on := message.Message{Header: wire.AppendHops(nil, hops+1), Body: message.Clone(m.Body)}
	s.r.out.Spread(&on, s.peer.ID())
}

// dropping is a socket whose way in is never closed because the application
// does not receive: that must not stop what passes through. What it misses is
// counted.
type dropping struct{ pattern.Host }

func (d dropping) Limits() *pattern.Limits {
	limits := *d.Host.Limits()
	limits.Full = pattern.DropNewest
	return &limits
}
