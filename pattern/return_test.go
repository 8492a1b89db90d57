package pattern_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

func to(header, body string) *message.Message {
	return &message.Message{Header: []byte(header), Body: []byte(body)}
}

func TestReturn(t *testing.T) {
	h := patterntest.NewHost()
	r := pattern.NewReturn(h)
	one, two := room(1, -1, 8), room(0x7fffffff, 1, 8)
	r.Attach(one)
	seat := r.Attach(two)
	m := to("\x00\x00\x00\x01"+id, "a")
	if ok, err := r.Send(m); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	r.Send(to("\x7f\xff\xff\xff"+id, "b"))
	want(t, "one", one.Got(), id+"a")
	want(t, "two", two.Got(), id+"b")
	if ok, err := r.Send(to("\x7f\xff\xff\xff"+id, "full")); !ok || err != nil {
		t.Errorf("%v, %v: it never waits", ok, err)
	}
	drops(t, two, map[pattern.Drop]int{pattern.QueueFull: 1})
	if ok, err := r.Send(to("\x00\x00\x00\x09"+id, "nobody")); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	drops(t, h, map[pattern.Drop]int{pattern.NoPeer: 1})
	for _, header := range []string{"", "\x00\x00\x01"} {
		if ok, err := r.Send(to(header, "c")); ok || err != pattern.ErrHeader {
			t.Errorf("header % x: %v, %v", header, ok, err)
		}
	}
	h.News()
	seat.Detach(batch("x"))
	if _, writable := h.News(); writable == 0 {
		t.Error("who waits for room at a lost peer is not told")
	}
	drops(t, two, map[pattern.Drop]int{pattern.QueueFull: 1, pattern.NoPeer: 1})
}

func TestReturnTo(t *testing.T) {
	h := patterntest.NewHost()
	r := pattern.NewReturn(h)
	p := room(5, 0, 8)
	seat := r.Attach(p)
	if ok, err := r.To(msg("a"), 5); ok || err != nil {
		t.Errorf("no room: %v, %v", ok, err)
	}
	p.SetRoom(1)
	seat.Ready()
	if _, writable := h.News(); writable == 0 {
		t.Error("there is room, and Writable was not called")
	}
	if ok, err := r.To(msg("b"), 5); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	seat.Detach(nil)
	if ok, err := r.To(msg("c"), 5); ok || err != pattern.ErrPeerGone {
		t.Errorf("gone: %v, %v", ok, err)
	}
	want(t, "peer", p.Got(), "b")
}
