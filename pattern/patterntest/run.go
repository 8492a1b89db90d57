// Package patterntest tests patterns that are not package pattern's own.
//
//	func TestMine(t *testing.T) {
//		patterntest.Run(t, patterntest.Config{Pattern: mine.Pattern})
//	}
//
// checks what package pattern asks of a Router: that it never waits, holds no
// lock while it calls a peer or the socket, copies what it is lent, says when
// there is room again, and loses nothing without counting it. Host and Peer,
// with which it does so, are there for tests of what is the pattern's own.
package patterntest

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// Config says what to test, and what its messages look like.
type Config struct {
	Pattern pattern.Pattern
	// Incoming returns what comes from a peer for a message that the
	// application is to receive with that body: a header and it. Nil: there is
	// no header.
	Incoming func(body string) string
	// Outgoing returns a message with that body as the application gives it to
	// Send, one that peer is to get. Nil: there is no header.
	Outgoing func(body string, to pattern.Peer) *message.Message
	// MaxPeers is how many peers a socket has at the most; 0 is any number.
	MaxPeers int
	// Lossy says that the pattern drops what finds no room, and counts it, where
	// the limits ask to Wait.
	Lossy bool
}

// Run tests a pattern.
func Run(t *testing.T, c Config) {
	if c.Incoming == nil {
		c.Incoming = func(body string) string { return body }
	}
	if c.Outgoing == nil {
		c.Outgoing = func(body string, _ pattern.Peer) *message.Message {
			return &message.Message{Body: []byte(body)}
		}
	}
	for _, check := range []struct {
		name string
		f    func(*table)
	}{
		{"Protocol", protocol},
		{"Alone", alone},
		{"MaxPeers", maxPeers},
		{"Deliver", deliver},
		{"DeliverLent", deliverLent},
		{"DeliverBulk", deliverBulk},
		{"DeliverGarbage", deliverGarbage},
		{"FullQueue", fullQueue},
		{"Resume", resume},
		{"Send", send},
		{"SendLent", sendLent},
		{"SendRefused", sendRefused},
		{"Detach", detach},
		{"DetachUnsent", detachUnsent},
		{"Close", closing},
		{"Crowd", crowd},
	} {
		t.Run(check.name, func(t *testing.T) {
			b := newTable(t, c)
			b.within(func() { check.f(b) })
		})
	}
}

// table is a router with fakes around it.
type table struct {
	*testing.T
	Config
	host   *Host
	router pattern.Router
	peers  []*Peer
	seats  []pattern.Seat
}

func newTable(t *testing.T, c Config) *table {
	b := &table{T: t, Config: c, host: NewHost()}
	b.router = c.Pattern.New(b.host)
	// Each call out comes back in: a router that holds a lock hangs.
	b.host.Enter = b.enter
	return b
}

// enter calls what has no effect.
func (b *table) enter() {
	b.router.CanSend()
	b.router.CanRecv()
	b.router.Depth()
}

// within fails the test if f takes long: a router never waits.
func (b *table) within(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		b.Fatalf("the router waits; perhaps it holds a lock while it calls a peer or the host\n%s", stacks)
	}
}

// attach adds a peer that is ready, with room for so many messages. It returns
// nil if the router does not want it.
func (b *table) attach(room int) (*Peer, pattern.Seat) {
	b.Helper()
	p := NewPeer(uint32(len(b.peers) + 1))
	p.SetRoom(room)
	p.Enter = b.enter
	seat, err := b.router.Attach(p)
	if err != nil {
		b.Errorf("Attach of peer %d: %v", p.id, err)
		runtime.Goexit()
	}
	b.peers = append(b.peers, p)
	b.seats = append(b.seats, seat)
	seat.Ready()
	return p, seat
}

// some is how many peers a check that wants n gets.
func (b *table) some(n int) int {
	if b.MaxPeers > 0 {
		return min(n, b.MaxPeers)
	}
	return n
}

func (b *table) incoming(bodies ...string) []message.Message {
	var batch []message.Message
	for _, body := range bodies {
		batch = append(batch, message.Message{Body: []byte(b.Incoming(body))})
	}
	return batch
}

// recvAll takes all there is and returns the bodies.
func (b *table) recvAll() []string {
	var all []string
	for {
		could := b.router.CanRecv()
		var m message.Message
		if !b.router.Recv(&m) {
			if could {
				b.Error("CanRecv is true and Recv finds nothing")
			}
			return all
		}
		all = append(all, string(m.Body))
		m.Drop()
	}
}

// dropped is the sum of all that was counted.
func (b *table) dropped() int {
	n := 0
	add := func(drops [pattern.Drops]int) {
		for why, k := range drops {
			if k != 0 && pattern.Drop(why) == pattern.None {
				b.Errorf("%d messages were dropped for no reason", k)
			}
			n += k
		}
	}
	add(b.host.Drops())
	for _, p := range b.peers {
		add(p.Drops())
	}
	return n
}

func (b *table) same(what string, got, want []string) {
	b.Helper()
	if !slices.Equal(got, want) {
		b.Errorf("%s: %q, want %q", what, got, want)
	}
}

func numbers(prefix string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, prefix+" "+strings.Repeat("#", i))
	}
	return all
}
