package pattern

import (
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// The raw patterns: what devices are made of, and what the typed sockets
// stand on. They show the protocol's header in Message.Header and do nothing
// about it beyond passing messages on.
//
//	PAIR, PUSH, PULL, PUB, SUB   no header
//	PAIR1                        the hop count; sending adds one
//	REQ, SURVEYOR                received: 4 bytes, the id (or a device's
//	                             word); sent: as given
//	REP, RESPONDENT              4·(n+1) bytes: whom it came from, then the
//	                             words to the id; sent to the first word
//	BUS                          received: 4 bytes, whom it came from; sent
//	                             to all but that one, or with no header to all
var (
	Pair       = raw(wire.Pair, true, true, pairRouter)
	Pair1      = raw(wire.Pair1, true, true, pair1Router)
	Push       = raw(wire.Push, true, false, func(h Host) *Joined { return &Joined{Out: NewBalance(h)} })
	Pull       = raw(wire.Pull, false, true, func(h Host) *Joined { return &Joined{In: NewMerge(h)} })
	Pub        = raw(wire.Pub, true, false, func(h Host) *Joined { return &Joined{Out: NewBroadcast(h)} })
	Sub        = raw(wire.Sub, false, true, func(h Host) *Joined { return &Joined{In: NewMerge(h)} })
	Req        = raw(wire.Req, true, true, func(h Host) *Joined { return &Joined{Out: NewBalance(h), In: firstWord(h)} })
	Rep        = raw(wire.Rep, true, true, returnRouter)
	Surveyor   = raw(wire.Surveyor, true, true, func(h Host) *Joined { return &Joined{Out: NewBroadcast(h), In: firstWord(h)} })
	Respondent = raw(wire.Respondent, true, true, returnRouter)
	Bus        = raw(wire.Bus, true, true, busRouter)
)

func raw(p wire.Protocol, sends, receives bool, router func(Host) *Joined) Pattern {
	return Pattern{Protocol: p, Sends: sends, Receives: receives, New: func(h Host) Router { return router(h) }}
}

func pairRouter(h Host) *Joined {
	return &Joined{Out: NewBalance(h), In: NewMerge(h), Most: 1}
}

func pair1Router(h Host) *Joined {
	j := pairRouter(h)
	j.Out = hopsOut{j.Out}
	j.In.Open = func(_ Peer, m *message.Message) Drop { return OpenHops(m, h.Limits().TTL) }
	return j
}

// hopsOut adds a hop to what goes out. A message without a header is new: its
// first hop is 1, as in nng.
type hopsOut struct{ Out }

func (o hopsOut) Send(m *message.Message) (bool, error) {
	was, hops := m.Header, 0
	if len(was) > 0 {
		var err error
		if hops, err = wire.Hops(was); err != nil || len(was) != wire.WordSize || hops == 255 {
			return false, ErrHeader
		}
	}
	m.Header = firstHop
	if hops > 0 {
		m.Header = wire.AppendHops(nil, hops+1)
	}
	ok, err := o.Out.Send(m)
	m.Header = was
	return ok, err
}

var firstHop = wire.AppendHops(nil, 1)

// OpenHops takes the hop count off a message that came, and checks it.
func OpenHops(m *message.Message, ttl int) Drop {
	err := split(m, func(b []byte) (int, error) {
		hops, err := wire.Hops(b)
		if err == nil && hops > ttl {
			err = wire.ErrTTL
		}
		return wire.WordSize, err
	})
	return dropOf(err)
}

func firstWord(h Host) *Merge {
	g := NewMerge(h)
	g.Open = func(_ Peer, m *message.Message) Drop { return OpenWord(m) }
	return g
}

// OpenWord takes one word off a message that came.
func OpenWord(m *message.Message) Drop {
	err := split(m, func(b []byte) (int, error) {
		if len(b) < wire.WordSize {
			return 0, wire.ErrMalformed
		}
		return wire.WordSize, nil
	})
	return dropOf(err)
}

func returnRouter(h Host) *Joined {
	j := &Joined{Out: NewReturn(h), In: NewMerge(h)}
	j.In.Open = func(_ Peer, m *message.Message) Drop { return OpenBacktrace(m, h.Limits().TTL) }
	j.In.Show = showSender
	return j
}

// OpenBacktrace takes the words up to a request's id off a message that came.
func OpenBacktrace(m *message.Message, ttl int) Drop {
	err := split(m, func(b []byte) (int, error) { return wire.Backtrace(b, ttl) })
	return dropOf(err)
}

// showSender puts the ID of the peer in front of the header.
func showSender(m *message.Message) {
	h := make([]byte, 0, wire.WordSize+len(m.Header))
	m.Header = append(wire.AppendWord(h, m.Peer().ID()), m.Header...)
}

func busRouter(h Host) *Joined {
	out, in := NewBroadcast(h), NewMerge(h)
	in.Show = showSender
	out.Except = func(m *message.Message) (uint32, error) {
		if len(m.Header) == 0 {
			return 0, nil
		}
		id, _ := wire.Word(m.Header)
		if len(m.Header) != wire.WordSize {
			return 0, ErrHeader
		}
		m.Header = nil // it is for us, not for the wire
		return id, nil
	}
	return &Joined{Out: out, In: in}
}

// split moves the protocol's header from m's payload to m.Header. A stream
// brings header and body in one piece, as Body; inproc brings them as they
// were sent, apart, and is put together first where the sender cut elsewhere.
func split(m *message.Message, parse func([]byte) (int, error)) error {
	if len(m.Header) > 0 {
		if n, err := parse(m.Header); err == nil && n == len(m.Header) {
			return nil
		}
		m.Join()
	}
	n, err := parse(m.Body)
	if err != nil {
		return err
	}
	m.Header, m.Body = m.Body[:n:n], m.Body[n:]
	return nil
}

func dropOf(err error) Drop {
	switch err {
	case nil:
		return None
	case wire.ErrTTL:
		return TTL
	}
	return Malformed
}
