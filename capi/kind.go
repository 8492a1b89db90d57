//go:build linux

package capi

import (
	"syscall"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// The domains.
const (
	afSP    = 1
	afSPRaw = 2
)

// kind is a type of socket.
type kind struct {
	pattern    pattern.Pattern
	oneWay     bool // it never receives
	keeps      bool // it copies what is sent
	headerless bool // a header in what is sent is an error
	bus        bool // raw: its headers have eight bytes here
	answers    bool // raw: its headers say whom a message goes to
}

func kindOf(domain, protocol int) (kind, bool) {
	raw := domain == afSPRaw
	for _, p := range []pattern.Pattern{
		pattern.Pair, pattern.Pub, sub(), pattern.Req, pattern.Rep, pattern.Push,
		pattern.Pull, pattern.Surveyor, pattern.Respondent, pattern.Bus,
	} {
		if int(p.Self) != protocol {
			continue
		}
		k := kind{pattern: p, oneWay: !p.Receives}
		cooked := map[uint16]func(pattern.Host) pattern.Router{
			wire.Req.Self: newRequester, wire.Rep.Self: newReplier,
			wire.Surveyor.Self: newSurveyor, wire.Respondent.Self: newReplier, wire.Bus.Self: newBus,
		}[p.Self]
		switch {
		case raw:
			k.bus = p.Self == wire.Bus.Self
			k.answers = p.Self == wire.Rep.Self || p.Self == wire.Respondent.Self
		case cooked != nil:
			k.pattern.New, k.headerless = cooked, true
			k.keeps = p.Self == wire.Req.Self
		}
		return k, true
	}
	return kind{}, false
}

// sub filters, raw as well, and where it has subscribed to nothing gets nothing.
func sub() pattern.Pattern {
	p := pattern.Sub
	p.New = func(h pattern.Host) pattern.Router {
		in := pattern.NewMerge(h)
		in.FilterAll()
		return &pattern.Joined{In: in}
	}
	return p
}

func newBus(h pattern.Host) pattern.Router {
	return &pattern.Joined{Out: pattern.NewBroadcast(h), In: pattern.NewMerge(h)}
}

// A raw BUS names the peer in eight bytes; the pattern does in four.
const wideWord = 8

func busHeader(m *message.Message) error {
	if len(m.Header) != wideWord {
		return syscall.EINVAL
	}
	m.Header = m.Header[wideWord-wire.WordSize:]
	return nil
}

func wideHeader(m *message.Message) {
	m.Header = append(make([]byte, wideWord-wire.WordSize, wideWord), m.Header...)
}
