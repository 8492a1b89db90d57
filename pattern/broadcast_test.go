package pattern_test

import (
	"errors"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

func TestBroadcast(t *testing.T) {
	h := patterntest.NewHost()
	b := pattern.NewBroadcast(h)
	all, some := room(1, -1, 8), room(2, 1, 8)
	b.Attach(all).Ready()
	seat := b.Attach(some)
	for _, body := range []string{"a", "b", "c"} {
		if ok, err := b.Send(msg(body)); !ok || err != nil || !b.CanSend() {
			t.Errorf("%v, %v: it never waits", ok, err)
		}
	}
	want(t, "with room", all.Got(), "a", "b", "c")
	want(t, "with room for one", some.Got(), "a")
	drops(t, all, nil)
	drops(t, some, map[pattern.Drop]int{pattern.QueueFull: 2})
	some.SetRoom(-1)
	b.Send(msg("d"))
	want(t, "with room again", some.Got(), "d")
	seat.Detach(batch("x", "y"))
	drops(t, some, map[pattern.Drop]int{pattern.QueueFull: 2, pattern.NoPeer: 2})
	b.Send(msg("e"))
	want(t, "gone", some.Got())
	drops(t, h, nil)
}

func TestBroadcastToNobody(t *testing.T) {
	h := patterntest.NewHost()
	b := pattern.NewBroadcast(h)
	if ok, err := b.Send(msg("a")); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	drops(t, h, map[pattern.Drop]int{pattern.NoPeer: 1})
}

func TestBroadcastExcept(t *testing.T) {
	b := pattern.NewBroadcast(patterntest.NewHost())
	one, two := room(1, -1, 8), room(2, -1, 8)
	b.Attach(one)
	b.Attach(two)
	if n := b.Spread(msg("a"), 1); n != 1 {
		t.Errorf("taken by %d, want 1", n)
	}
	refuse := errors.New("no")
	b.Except = func(m *message.Message) (uint32, error) {
		if len(m.Header) == 0 {
			return 0, refuse
		}
		return uint32(m.Header[0]), nil
	}
	if ok, err := b.Send(msg("b")); ok || err != refuse {
		t.Errorf("%v, %v", ok, err)
	}
	b.Send(&message.Message{Header: []byte{2}, Body: []byte("c")})
	want(t, "one", one.Got(), "\x02c")
	want(t, "two", two.Got(), "a")
}

// A peer that does not want a message costs no encoding, and counts nothing.
func TestBroadcastWants(t *testing.T) {
	b := pattern.NewBroadcast(patterntest.NewHost())
	b.Wants = func(p pattern.Peer, m *message.Message) bool { return p.ID() != 1 }
	one, two := room(1, -1, 8), room(2, -1, 8)
	b.Attach(one)
	b.Attach(two)
	b.Send(msg("a"))
	want(t, "two", two.Got(), "a")
	if one.Offers() != 0 {
		t.Error("offered to a peer that does not want it")
	}
	drops(t, one, nil)
}

// encoder is a peer whose messages are framed.
type encoder struct {
	*patterntest.Peer
	framing string
	made    *int
	frames  *[]string
}

func (e encoder) Offer(m *message.Message) bool {
	frame := m.AppendFrame(nil, e.framing, func(dst []byte, m *message.Message) []byte {
		*e.made++
		return append(append(dst, e.framing...), m.Body...)
	})
	*e.frames = append(*e.frames, string(frame))
	return true
}

func TestBroadcastEncodesOnce(t *testing.T) {
	b := pattern.NewBroadcast(patterntest.NewHost())
	made, frames := 0, []string(nil)
	for id := range uint32(3) {
		b.Attach(encoder{patterntest.NewPeer(id + 1), "x", &made, &frames})
	}
	b.Attach(encoder{patterntest.NewPeer(9), "y", &made, &frames})
	b.Send(msg("a"))
	b.Send(msg("b"))
	want(t, "frames", frames, "xa", "xa", "xa", "ya", "xb", "xb", "xb", "yb")
	if made != 4 {
		t.Errorf("encoded %d times, want once for each of two framings of two messages", made)
	}
}

// keeper keeps the messages themselves, as a peer of this process does.
type keeper struct {
	*patterntest.Peer
	kept *[]message.Message
}

func (k keeper) Offer(m *message.Message) bool {
	m.Own()
	*k.kept = append(*k.kept, m.Move())
	return true
}

func TestBroadcastShares(t *testing.T) {
	b := pattern.NewBroadcast(patterntest.NewHost())
	var kept []message.Message
	for id := range uint32(2) {
		b.Attach(keeper{patterntest.NewPeer(id + 1), &kept})
	}
	b.Send(msg("given"))
	lent := []byte("lent")
	m := new(message.Message)
	m.Borrow(lent)
	b.Send(m)
	clear(lent)
	for i, body := range []string{"given", "given", "lent", "lent"} {
		if string(kept[i].Body) != body {
			t.Errorf("kept %q, want %q", kept[i].Body, body)
		}
		if same := &kept[i].Body[0] == &kept[i^1].Body[0]; same && !kept[i].Shared() {
			t.Errorf("%q is shared and does not say so", body)
		}
	}
}

func TestBroadcastAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	b := pattern.NewBroadcast(quiet{patterntest.NewHost()})
	for id := range uint32(10) {
		b.Attach(endless{patterntest.NewPeer(id + 1)})
	}
	m := message.New(64)
	if n := testing.AllocsPerRun(100, func() { b.Send(m) }); n != 0 {
		t.Errorf("%v allocations to send to ten", n)
	}
}

func BenchmarkBroadcast10(b *testing.B) {
	out := pattern.NewBroadcast(quiet{patterntest.NewHost()})
	for id := range uint32(10) {
		out.Attach(endless{patterntest.NewPeer(id + 1)})
	}
	m := message.New(64)
	for b.Loop() {
		out.Send(m)
	}
}
