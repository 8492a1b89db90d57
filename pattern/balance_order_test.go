package pattern_test

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

// atOffer calls f the n-th time. A peer that is alone is offered a message once before
// the lock is taken (1), once while it is listed (2), and once when it is not (3).
func atOffer(n int32, f func()) func() {
	var offers atomic.Int32
	return func() {
		if offers.Add(1) == n {
			f()
		}
	}
}

// A peer goes while it is being offered a message, and what it gives back is on its
// way to the next one: the message it refused does not overtake that.
func TestBalanceRefusedWaitsForReturned(t *testing.T) {
	h := patterntest.NewHost()
	b := pattern.NewBalance(h)
	gone, next := room(1, 0, 8), room(2, -1, 8)
	goneSeat := b.Attach(gone)
	goneSeat.Ready()
	older, refused := make(chan struct{}), make(chan struct{})
	next.Before = atOffer(1, func() {
		close(older)
		<-refused
	})
	var moving sync.WaitGroup
	gone.Before = atOffer(2, func() {
		goneSeat.Detach(batch("1", "2"))
		seat := b.Attach(next)
		moving.Go(seat.Ready)
		<-older
	})
	trySend(t, b, "3", false)
	close(refused)
	moving.Wait()
	if _, writable := h.News(); writable == 0 {
		t.Error("what was returned has gone, and Writable was not called")
	}
	trySend(t, b, "3", true)
	want(t, "next", next.Got(), "1", "2", "3")
}

// replaced has one peer, which goes at its second offer and gives back what is older;
// next comes then.
func replaced(older ...string) (b *pattern.Balance, next *patterntest.Peer) {
	b = pattern.NewBalance(patterntest.NewHost())
	gone, next := room(1, 0, 8), room(2, -1, 8)
	goneSeat, nextSeat := b.Attach(gone), b.Attach(next)
	goneSeat.Ready()
	gone.Before = atOffer(2, func() {
		goneSeat.Detach(batch(older...))
		nextSeat.Ready()
	})
	return b, next
}

// The same, where nobody else moves what was returned.
func TestBalanceRefusedGoesAfterReturned(t *testing.T) {
	b, next := replaced("1", "2")
	trySend(t, b, "3", true)
	want(t, "next", next.Got(), "1", "2", "3")
}

// A peer goes while it is being offered what another one returned: what it gives
// back is older.
func TestBalanceReturnedWhileMoving(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	b.Attach(room(1, 0, 8)).Detach(batch("1", "2", "3"))
	second, third := room(2, 1, 8), room(3, -1, 8)
	secondSeat, thirdSeat := b.Attach(second), b.Attach(third)
	second.Before = atOffer(2, func() { // it has 1, and is offered 2
		want(t, "second", second.Got(), "1")
		secondSeat.Detach(batch("1"))
		thirdSeat.Ready()
	})
	secondSeat.Ready()
	want(t, "third", third.Got(), "1", "2", "3")
	if n := b.Depth(); n != 0 {
		t.Errorf("%d messages wait", n)
	}
}

// roomy says itself whether there is room, and calls before each time it is asked.
type roomy struct {
	*patterntest.Peer
	has    bool
	before func()
}

func (r *roomy) HasRoom() bool {
	r.before()
	return r.has
}

// While a peer that turns out to have room is off the list, another one returns
// messages: they do not wait for somebody to send more.
func TestBalanceReturnedWhileUnlisted(t *testing.T) {
	for _, ask := range []string{"Send", "CanSend"} {
		b := pattern.NewBalance(patterntest.NewHost())
		p := &roomy{Peer: room(1, 0, 8), before: func() {}}
		seat, other := b.Attach(p), b.Attach(room(2, 0, 8))
		seat.Ready()
		unlisted := func() {
			other.Detach(batch("1"))
			p.SetRoom(-1)
			p.has = true
		}
		got := []string{"1"}
		if ask == "Send" {
			p.Before = atOffer(3, unlisted)
			got = []string{"2", "1"} // they were for two peers
			if ok, err := b.Send(msg("2")); !ok || err != nil {
				t.Errorf("Send: %v, %v", ok, err)
			}
		} else {
			p.before = atOffer(2, unlisted)
			b.CanSend()
		}
		want(t, "after "+ask, p.Got(), got...)
		if n := b.Depth(); n != 0 {
			t.Errorf("after %s %d messages wait, and there is room", ask, n)
		}
	}
}

// fickle is a chooser that agrees so many times.
type fickle int

func (f *fickle) Chosen(pattern.Peer) bool {
	*f--
	return *f >= 0
}

// What is not to be sent any more is not, whatever was returned meanwhile.
func TestBalanceChooserChangesItsMind(t *testing.T) {
	b, next := replaced("1")
	c := fickle(2)
	if p := b.GiveNoting(msg("2"), &c); p != nil {
		t.Errorf("given to %v", p)
	}
	want(t, "next", next.Got(), "1")
}

// fragile is a peer that takes a few messages, delivers some of them, and dies.
type fragile struct {
	*patterntest.Peer
	mu      sync.Mutex
	pending []message.Message
	dead    bool
}

func (p *fragile) Offer(m *message.Message) bool {
	yield()
	defer yield()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead || len(p.pending) == 4 {
		return false
	}
	p.pending = append(p.pending, message.Message{Body: m.Body})
	m.Spend()
	return true
}

// take takes the first n of what is pending.
func (p *fragile) take(n int) []message.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = min(n, len(p.pending))
	out := p.pending[:n]
	p.pending = p.pending[n:]
	return out
}

func (p *fragile) die() []message.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
	return p.pending
}

// yield lets others run, sometimes for long.
func yield() {
	for range []int{0, 0, 1, 20}[rand.N(4)] {
		runtime.Gosched()
	}
}

// Who has one peer at a time, which dies again and again with messages it had not
// begun, sends each message once and in order, whatever happens between two steps.
func TestBalanceOrderAcrossPeers(t *testing.T) {
	const all = 3000
	h := patterntest.NewHost()
	writable := told(h)
	b := pattern.NewBalance(h)
	var sender sync.WaitGroup
	sender.Go(func() {
		for n := range all {
			m := msg(strconv.Itoa(n))
			for sent, _ := b.Send(m); !sent; sent, _ = b.Send(m) {
				<-writable
			}
		}
	})
	var got []message.Message
	for id := uint32(1); len(got) < all; id++ {
		p := &fragile{Peer: patterntest.NewPeer(id)}
		seat := b.Attach(p)
		seat.Ready()
		for range rand.N(6) {
			got = append(got, p.take(rand.N(4))...)
			yield()
			seat.Ready()
		}
		seat.Detach(p.die())
	}
	sender.Wait()
	for n, m := range got {
		if string(m.Body) != strconv.Itoa(n) {
			t.Fatalf("message %d is %q", n, m.Body)
		}
	}
}
