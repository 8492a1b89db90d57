package sp

import "github.com/sprocketmq/sp/pattern"

// Pair talks to exactly one peer, both ways. While it has a peer, others are
// refused. Sending waits for a peer with room.
//
// Options.PairVersion chooses between the two versions of the protocol.
type Pair struct {
	Socket
	Sender
	Receiver
}

// NewPair makes a Pair. Nil options are the defaults.
func NewPair(o *Options) *Pair {
	p := headerless(pattern.Pair)
	if o != nil && o.PairVersion == 1 {
		p = hopless(pattern.Pair1)
	}
	e := newSocket(p, o)
	return &Pair{makeSocket(e), Sender{e}, Receiver{e}}
}

// hopless makes the typed socket of PAIR version 1 of its raw pattern: a
// message that is sent is new, and one that came shows no hops.
func hopless(p pattern.Pattern) pattern.Pattern {
	raw := p.New
	p.New = func(h pattern.Host) pattern.Router {
		j := raw(h).(*pattern.Joined)
		j.In.Show = func(m *Message) { m.Header = nil }
		return bare{j}
	}
	return p
}

// bare is a router whose application does not know of headers.
type bare struct{ *pattern.Joined }

func (b bare) Send(m *Message) (bool, error) {
	m.Header = nil
	return b.Joined.Send(m)
}
