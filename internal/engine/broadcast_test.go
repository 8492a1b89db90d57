package engine_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// A fan-out encodes a message once for each framing, and not at all for whom it
// is not: Wants is asked before.
func TestEncodeOnce(t *testing.T) {
	ctx := sptest.Begin(t)
	var out *pattern.Broadcast
	p := pattern.Pub
	p.New = func(h pattern.Host) pattern.Router {
		out = pattern.NewBroadcast(h)
		return &pattern.Joined{Out: out}
	}
	pub := open(t, p, config())
	codecs := []*talker{
		{framing: "one", encoded: new(atomic.Int32)},
		{framing: "two", encoded: new(atomic.Int32)},
		{framing: "", encoded: new(atomic.Int32)}, // may look different each time
	}
	var subs []*engine.Socket
	for _, c := range codecs {
		tr, addr := c.road()
		cfg := config()
		cfg.Endpoint.Transport = tr
		if _, err := pub.Listen(addr, cfg.Endpoint); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			sub := open(t, pattern.Sub, cfg)
			if _, err := sub.Dial(addr, cfg.Endpoint); err != nil {
				t.Fatal(err)
			}
			subs = append(subs, sub)
			if err := pub.WaitPeers(ctx, len(subs)); err != nil {
				t.Fatal(err)
			}
		}
	}
	encoded := func(want ...int32) {
		t.Helper()
		for i, c := range codecs {
			if n := c.encoded.Swap(0); n != want[i] {
				t.Errorf("framing %q was encoded %d times, want %d", c.framing, n, want[i])
			}
		}
	}
	for _, body := range []string{"small", strings.Repeat("x", 5000), strings.Repeat("y", 100_000)} {
		send(t, ctx, pub, body)
		for _, sub := range subs {
			if got := recv(t, ctx, sub); string(got.Body) != body {
				t.Errorf("got %d bytes, want %d", len(got.Body), len(body))
			}
		}
		encoded(1, 1, 5)
	}

	wanted := map[uint32]bool{}
	for _, pipe := range pub.Pipes() {
		if strings.HasSuffix(pipe.LocalAddr(), pub.Pipes()[0].LocalAddr()) && len(wanted) < 2 {
			wanted[pipe.ID()] = true
		}
	}
	out.Wants = func(p pattern.Peer, m *message.Message) bool {
		return string(m.Body) != "for few" || wanted[p.ID()]
	}
	send(t, ctx, pub, "for few", "for all")
	few := 0
	for _, sub := range subs {
		got := string(recv(t, ctx, sub).Body)
		if got == "for few" {
			few++
			got = string(recv(t, ctx, sub).Body)
		}
		if got != "for all" {
			t.Errorf("got %q", got)
		}
	}
	if few != len(wanted) {
		t.Errorf("%d got it, want %d", few, len(wanted))
	}
	if d := pub.Stats().Drops; d[pattern.QueueFull] != 0 {
		t.Errorf("who does not want a message does not miss it: %v", d)
	}
}

// frames is a router that sends messages of several frames; the protocols of
// this family refuse to.
type frames struct{ *pattern.Joined }

func (f frames) Send(m *message.Message) (bool, error) {
	m.More = [][]byte{[]byte("second"), []byte("third")}
	ok, err := f.Joined.Send(m)
	return ok, err
}

func TestFramesAreSent(t *testing.T) {
	ctx := sptest.Begin(t)
	p := pattern.Push
	p.New = func(h pattern.Host) pattern.Router {
		return frames{&pattern.Joined{Out: pattern.NewBalance(h)}}
	}
	c := &talker{}
	cfg := config()
	tr, addr := c.road()
	cfg.Endpoint.Transport = tr
	push, pull := open(t, p, cfg), open(t, pattern.Pull, cfg)
	if _, err := push.Listen(addr, cfg.Endpoint); err != nil {
		t.Fatal(err)
	}
	if _, err := pull.Dial(addr, cfg.Endpoint); err != nil {
		t.Fatal(err)
	}
	if err := push.WaitPeers(ctx, 1); err != nil {
		t.Fatal(err)
	}
	send(t, ctx, push, "first")
	m := recv(t, ctx, pull)
	if string(m.Body) != "first" || len(m.More) != 2 || string(m.More[0]) != "second" || string(m.More[1]) != "third" {
		t.Errorf("got %q and %q", m.Body, m.More)
	}
	if err := push.TrySend(&message.Message{More: [][]byte{nil}}); err == nil {
		t.Error("a message of several frames was accepted of the application")
	}
}
