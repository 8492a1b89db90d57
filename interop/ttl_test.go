package interop

import (
	"context"
	"testing"
)

// Two conversations with three libraries and one with two, our devices between
// theirs and theirs between ours.
const ttlCells = (2*3 + 2) * 2

const (
	ttl     = 4
	devices = 2
)

// TestTTL sends two messages along the same chain of devices. The first has
// as many hops behind it as are one too many at the receiver, the second is
// just within: it has to come first, as the first one may not come at all.
// The sender is raw, and the header says that devices stand before it.
func TestTTL(t *testing.T) {
	cells := 0
	for _, x := range deviceMatrix() {
		if !x.countsHops() || x.transport != "tcp" {
			continue
		}
		cells++
		t.Run(x.String(), x.chain)
	}
	if cells != ttlCells {
		t.Errorf("%d cells, want %d", cells, ttlCells)
	}
}

func (c conversation) countsHops() bool {
	return c.name == "reqrep" || c.name == "survey" || c.name == "pair1"
}

func (x deviceCell) chain(t *testing.T) {
	ctx := cell(t)
	b := newReceiver(ctx, t, seat{x.ends, x.b, "listen", x.transport})
	at := b.addr()
	for range devices {
		at = newDevice(ctx, t, x.middle, x.conversation, x.transport, at)
	}
	a := sit(ctx, t, seat{x.ends, "raw-" + x.a, "dial", at})
	check(t, "probe", begin(a, b))

	within := ttl - devices - 1
	if x.name == "pair1" && x.ends == "mangos" {
		within++ // as it counts its first hop 0, not 1
	}
	over := letter{size: 29, seed: 1, extra: within + 1}
	under := letter{size: 29, seed: 2, extra: within}
	check(t, "one hop too many", a.send(over))
	check(t, "as many hops as may be", pass(a, b, under))
	if s, ok := b.(*socket); ok {
		if n := s.Stats().Dropped.TTL; n != 1 {
			t.Errorf("%d messages counted that came over too many hops, want 1", n)
		}
	}
}

// newReceiver opens a party that receives what has made ttl hops at most.
func newReceiver(ctx context.Context, t *testing.T, s seat) party {
	t.Helper()
	if s.maker == ours {
		o := options()
		o.TTL = ttl
		return newSocketWith(ctx, t, o, s)
	}
	p := newProcess(ctx, t, s.maker, s)
	check(t, "ttl", p.ttl(ttl))
	return p
}
