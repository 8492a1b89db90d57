package bytes

import (
	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/wire"
)

// An attack is something that no peer should do.
type attack struct {
	name string
	// least is how often it has to take effect in a bounded run.
	least int
	// on tells which listeners it is for; nil is all.
	on func(*cell) bool
	// waits says that it takes as long as a handshake may.
	waits bool
	// run does it, and returns what did not go as it should.
	run func(*cell) error
	// counts is how often it is counted, and as what.
	n      uint64
	counts counter
	// logs is what is logged about it; "" is nothing.
	logs string
}

// A counter is where a culprit appears in Stats.
type counter int

const (
	asNothing counter = iota
	asTimedOut
	asNotSP
	asWrongProtocol
	asSecurity
	asOther
	asFailure // any of the above: it depends on how far it came
	asBusy
	asTooBig
	asMalformed
	asTTL
	asLate
	asUnwanted
	counters
)

func read(s sp.Stats) (n [counters]uint64) {
	c, d := s.Connections, s.Dropped
	n[asTimedOut], n[asNotSP], n[asWrongProtocol] = c.TimedOut, c.NotSP, c.WrongProtocol
	n[asSecurity], n[asOther], n[asBusy] = c.Security, c.OtherFailures, c.Busy
	n[asFailure] = c.TimedOut + c.NotSP + c.WrongProtocol + c.Security + c.OtherFailures
	n[asTooBig], n[asMalformed], n[asTTL] = d.TooBig, d.Malformed, d.TTL
	n[asLate], n[asUnwanted] = d.Late, d.Unwanted
	return n
}

// Which listeners an attack is for.

func stream(c *cell) bool   { return !c.road.HTTP } // SP's own greeting and frames
func overHTTP(c *cell) bool { return c.road.HTTP }
func secure(c *cell) bool   { return c.road.TLS }
func plain(c *cell) bool    { return !c.road.TLS }
func ipc(c *cell) bool      { return c.road.Name == "ipc" }
func isPair(c *cell) bool   { return c.is(wire.Pair, wire.Pair1) }
func takes(c *cell) bool    { return !isPair(c) } // there is a seat for an attacker
func answers(c *cell) bool  { return c.is(wire.Rep, wire.Respondent) }
func asks(c *cell) bool     { return c.is(wire.Req, wire.Surveyor) }
func deaf(c *cell) bool     { return c.is(wire.Push, wire.Pub) }

func cooked(c *cell) bool { return !c.raw }

// floods are against what all protocols have in common: one listener of a road is
// enough in a bounded run, where they would take the processor from the honest.
func floods(c *cell) bool {
	return overHTTP(c) && takes(c) && (kit.Long || c.is(wire.Pull) && cooked(c))
}

func both(a, b func(*cell) bool) func(*cell) bool {
	return func(c *cell) bool { return a(c) && b(c) }
}

func (c *cell) is(some ...wire.Protocol) bool {
	for _, p := range some {
		if p.Self == c.pattern.Self {
			return true
		}
	}
	return false
}
