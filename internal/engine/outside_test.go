package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// leads makes the caller the leader, as soon as the background reader lets go: it
// does so after it has read something for somebody who has waited.
func leads(t *testing.T, ctx context.Context, from, to *engine.Socket, look func()) {
	t.Helper()
	sptest.Until(t, ctx, "the lead", func() bool {
		if to.Lead(look) >= 0 {
			return true
		}
		send(t, ctx, from, "warm")
		recv(t, ctx, to)
		return false
	})
}

// stepUntil reads until a message has come.
func stepUntil(t *testing.T, ctx context.Context, s *engine.Socket) string {
	t.Helper()
	var m message.Message
	sptest.Until(t, ctx, "a message", func() bool { return s.Step() && s.TryRecv(&m) == nil })
	return string(m.Body)
}

// A leader outside reads what has come, and nobody else does meanwhile.
func TestLeadOutside(t *testing.T) {
	sptest.Each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		if road.Name != "tcp" && road.Name != "ipc" {
			t.Skip("its connections have no descriptor")
		}
		a, b := open(t, pattern.Pair, config()), open(t, pattern.Pair, config())
		link(t, ctx, a, b, road)
		leads(t, ctx, a, b, func() {})
		if fd := b.Lead(func() {}); fd >= 0 {
			t.Error("there are two leaders")
		}
		for _, body := range []string{"1", "2"} {
			send(t, ctx, a, body)
			if got := stepUntil(t, ctx, b); got != body {
				t.Errorf("%q came, want %q", got, body)
			}
		}
		b.Unlead()
		send(t, ctx, a, "3")
		if got := string(recv(t, ctx, b).Body); got != "3" {
			t.Errorf("after the lead %q came", got)
		}
	})
}

// One step is enough for a large body that is there, of which the first read only brings
// the beginning.
func TestLargeBodyInOneStep(t *testing.T) {
	ctx := sptest.Begin(t)
	a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
	link(t, ctx, a, b, sptest.RoadNamed("ipc"))
	leads(t, ctx, a, b, func() {})
	large := strings.Repeat("x", 40<<10)
	send(t, ctx, a, large)
	stepUntil(t, ctx, b) // from now on so much memory is taken at once
	for range 3 {
		send(t, ctx, a, large) // which writes it
		var m message.Message
		if !b.Step() || b.TryRecv(&m) != nil || len(m.Body) != 40<<10 {
			t.Errorf("%d bytes came", len(m.Body))
		}
		m.Release()
	}
	b.Unlead()
}

// A leader is told when its connection is lost, when it is not the only one any
// more, and when the socket closes.
func TestLeaderLooksUp(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, a, b *engine.Socket){
		"the connection is lost": func(_ context.Context, _, b *engine.Socket) { b.Pipes()[0].Close() },
		"another one comes": func(ctx context.Context, _, b *engine.Socket) {
			c := open(t, pattern.Push, config())
			link(t, ctx, c, b, sptest.RoadNamed("inproc"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := sptest.Begin(t)
			a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
			link(t, ctx, a, b, sptest.RoadNamed("tcp"))
			look := make(chan struct{}, 1)
			leads(t, ctx, a, b, func() {
				select {
				case look <- struct{}{}:
				default:
				}
			})
			end(ctx, a, b)
			select {
			case <-look:
			case <-ctx.Done():
				t.Errorf("%s: the leader is not told", name)
			}
			if b.Step() {
				t.Errorf("%s: it leads on", name)
			}
		})
	}
}

// Where somebody waits who does not lead, the background reader reads.
func TestParkOutside(t *testing.T) {
	ctx := sptest.Begin(t)
	a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
	link(t, ctx, a, b, sptest.RoadNamed("tcp"))
	leads(t, ctx, a, b, func() {})
	b.Unlead()
	b.Park()
	r := watch(b)
	send(t, ctx, a, "x")
	r.becomes(t, ctx, "one has come", false, true)
	b.UnparkAll()
	b.Unpark() // has nothing to take back
	if n := b.Parked.Load(); n != 0 {
		t.Errorf("%d are parked", n)
	}
}
