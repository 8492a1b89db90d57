package pattern_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

func trySend(t *testing.T, b *pattern.Balance, body string, want bool) {
	t.Helper()
	if could := b.CanSend(); want && !could {
		t.Errorf("CanSend is false before %q", body)
	}
	if ok, err := b.Send(msg(body)); ok != want || err != nil {
		t.Errorf("Send of %q gave %v, %v; want %v", body, ok, err, want)
	}
}

func TestBalanceTurns(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	var peers []*patterntest.Peer
	for id := range uint32(3) {
		p := room(id+1, -1, 8)
		peers = append(peers, p)
		b.Attach(p).Ready()
	}
	for _, body := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		trySend(t, b, body, true)
	}
	want(t, "first", peers[0].Got(), "a", "d", "g")
	want(t, "second", peers[1].Got(), "b", "e")
	want(t, "third", peers[2].Got(), "c", "f")
}

func TestBalancePriorities(t *testing.T) {
	h := patterntest.NewHost()
	b := pattern.NewBalance(h)
	best, good, worst := room(1, 2, 1), room(2, 1, 8), room(3, -1, 16)
	bestSeat := b.Attach(best)
	for _, s := range []pattern.OutSeat{b.Attach(worst), bestSeat, b.Attach(good)} {
		s.Ready()
	}
	if c := pattern.NewBalance(h).Class(); c != 0 {
		t.Errorf("class %d before the first message", c)
	}
	for _, body := range []string{"a", "b", "c", "d"} {
		trySend(t, b, body, true)
	}
	if c := b.Class(); c != 16 {
		t.Errorf("class in use %d, want 16", c)
	}
	best.SetRoom(1)
	bestSeat.Ready()
	trySend(t, b, "e", true)
	if c := b.Class(); c != 1 {
		t.Errorf("class in use %d, want 1", c)
	}
	want(t, "best", best.Got(), "a", "b", "e")
	want(t, "good", good.Got(), "c")
	want(t, "worst", worst.Got(), "d")
}

func TestBalanceClassWithoutPeers(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	s := b.Attach(room(1, -1, 3))
	s.Ready()
	trySend(t, b, "a", true)
	s.Detach(nil)
	if c := b.Class(); c != -1 {
		t.Errorf("class %d when the last peer has gone, want -1", c)
	}
}

func TestBalanceRefused(t *testing.T) {
	h := patterntest.NewHost()
	b := pattern.NewBalance(h)
	p := room(1, 0, 8)
	s := b.Attach(p)
	trySend(t, b, "before the first Ready", false)
	if n := p.Offers(); n != 0 {
		t.Errorf("%d offers before the first Ready", n)
	}
	s.Ready()
	trySend(t, b, "no room", false)
	offers := p.Offers()
	trySend(t, b, "still none", false)
	if n := p.Offers(); n != offers || b.CanSend() {
		t.Error("a peer that refused is offered more before it is Ready")
	}
	h.News()
	p.SetRoom(1)
	s.Ready()
	if _, writable := h.News(); writable == 0 {
		t.Error("there is room again, and Writable was not called")
	}
	trySend(t, b, "room", true)
	want(t, "peer", p.Got(), "room")
}

// Between a refusal and the peer's leaving the list there may be room again;
// the peer's Ready comes then while it is listed, and must not be lost.
func TestBalanceRoomBetweenOffers(t *testing.T) {
	for late := 2; late <= 3; late++ {
		for _, ready := range []bool{false, true} {
			b := pattern.NewBalance(patterntest.NewHost())
			p := room(1, 0, 8)
			s := b.Attach(p)
			offer := 0
			p.Before = func() {
				if offer++; offer == late {
					p.SetRoom(-1)
					if ready {
						s.Ready()
					}
				}
			}
			s.Ready()
			sent, _ := b.Send(msg("a"))
			if !sent && !ready && offer >= late {
				t.Errorf("room before offer %d: the message was not sent", late)
			}
			if offer >= late && !b.CanSend() {
				t.Errorf("room before offer %d, Ready %v: the peer is not listed any more", late, ready)
			}
			if sent {
				trySend(t, b, "b", true)
				want(t, "peer", p.Got(), "a", "b")
			}
		}
	}
}

func TestBalanceReturned(t *testing.T) {
	h := patterntest.NewHost()
	b := pattern.NewBalance(h)
	s := b.Attach(room(1, -1, 8))
	s.Ready()
	s.Detach(batch("1", "2", "3"))
	trySend(t, b, "newer", false)
	if n := b.Depth(); n != 3 || b.CanSend() {
		t.Errorf("%d returned messages wait, want 3; CanSend %v", n, b.CanSend())
	}
	h.News()
	next := room(2, 2, 8)
	nextSeat := b.Attach(next)
	nextSeat.Ready()
	want(t, "next peer", next.Got(), "1", "2")
	if n := b.Depth(); n != 1 {
		t.Errorf("%d returned messages wait, want 1", n)
	}
	trySend(t, b, "newer", false)
	if _, writable := h.News(); writable != 0 {
		t.Error("Writable, and a returned message still waits")
	}
	next.SetRoom(-1)
	nextSeat.Ready()
	trySend(t, b, "newer", true)
	want(t, "next peer", next.Got(), "3", "newer")
	if _, writable := h.News(); writable == 0 {
		t.Error("the last returned message has gone, and Writable was not called")
	}
}

func TestBalanceReturnedMovesAtOnce(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	lost, other := b.Attach(room(1, -1, 1)), room(2, -1, 8)
	lost.Ready()
	b.Attach(other).Ready()
	lost.Detach(batch("1", "2"))
	trySend(t, b, "3", true)
	want(t, "other peer", other.Got(), "1", "2", "3")
}

// While a returned message is being offered it still counts as waiting, and
// nothing newer passes it.
func TestBalanceReturnedInHand(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	s := b.Attach(room(1, 0, 8))
	s.Detach(batch("1"))
	p := room(2, -1, 8)
	next := b.Attach(p)
	looked := false
	p.Before = func() {
		if looked {
			return
		}
		looked = true
		if n := b.Depth(); n != 1 {
			t.Errorf("Depth is %d while the only returned message is on its way: a closing socket would not wait for it", n)
		}
		trySend(t, b, "newer", false)
	}
	next.Ready()
	want(t, "peer", p.Got(), "1")
}

// The last peer refuses a returned message while the router closes.
func TestBalanceCloseCountsReturned(t *testing.T) {
	h := patterntest.NewHost()
	b := pattern.NewBalance(h)
	s := b.Attach(room(1, 0, 8))
	s.Detach(batch("1", "2", "3"))
	p := room(2, 0, 8)
	next := b.Attach(p)
	closed := 0
	p.Before = func() {
		if closed == 0 {
			closed = b.Close()
		}
	}
	next.Ready()
	n := closed + b.Close() + h.Drops()[pattern.Closed]
	if n != 3 || b.Depth() != 0 {
		t.Errorf("%d of 3 messages are accounted for, and %d wait after Close", n, b.Depth())
	}
}

type chosen []uint32

func (c *chosen) Chosen(p pattern.Peer) bool {
	*c = append(*c, p.ID())
	return true
}

func TestBalanceTellsWhomItChose(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	full, free := room(1, 0, 1), room(2, -1, 8)
	b.Attach(full).Ready()
	b.Attach(free).Ready()
	var c chosen
	free.Before = func() {
		if len(c) == 0 || c[len(c)-1] != 2 {
			t.Errorf("offered to 2 and told of %v before: the answer may come first", c)
		}
	}
	if p := b.GiveNoting(msg("a"), &c); p == nil || p.ID() != 2 || c[len(c)-1] != 2 {
		t.Errorf("given to %v, chosen %v; want peer 2", p, c)
	}
	if p := b.Give(msg("b")); p == nil || p.ID() != 2 {
		t.Errorf("given to %v", p)
	}
}

func TestBalanceDetachWhileOffered(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	p := room(1, 0, 8)
	s := b.Attach(p)
	p.Before = func() {
		p.Before = nil
		s.Detach(nil)
	}
	s.Ready()
	trySend(t, b, "a", false)
	s.Ready()
	if b.CanSend() {
		t.Error("a peer that has gone is listed")
	}
}

func TestBalanceAllocations(t *testing.T) {
	b := pattern.NewBalance(quiet{patterntest.NewHost()})
	for id := range uint32(2) {
		b.Attach(endless{patterntest.NewPeer(id + 1)}).Ready()
	}
	m := message.New(64)
	if n := testing.AllocsPerRun(100, func() { b.Send(m) }); n != 0 {
		t.Errorf("%v allocations to send", n)
	}
}

func BenchmarkBalance(b *testing.B) {
	out := pattern.NewBalance(quiet{patterntest.NewHost()})
	for id := range uint32(2) {
		out.Attach(endless{patterntest.NewPeer(id + 1)}).Ready()
	}
	m := message.New(64)
	for b.Loop() {
		out.Send(m)
	}
}

// What a peer had been given of what another one had not sent comes before the
// rest of that, when it goes too.
func TestBalanceReturnsInOrder(t *testing.T) {
	b := pattern.NewBalance(patterntest.NewHost())
	s := b.Attach(room(1, 0, 8))
	s.Ready()
	s.Detach(batch("1", "2", "3", "4"))
	second := room(2, 2, 8) // takes 1 and 2, and no more
	s = b.Attach(second)
	s.Ready()
	want(t, "second", second.Got(), "1", "2")
	s.Detach(batch("1", "2"))
	third := room(3, -1, 8)
	b.Attach(third).Ready()
	want(t, "third", third.Got(), "1", "2", "3", "4")
}
