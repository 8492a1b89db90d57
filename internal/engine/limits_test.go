package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// Limits change on a live socket, for what comes from then on.
func TestSetLimits(t *testing.T) {
	sptest.Each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		req, rep := open(t, pattern.Req, config()), open(t, pattern.Rep, config())
		link(t, ctx, rep, req, road)
		ask := func(body string) {
			t.Helper()
			if err := req.Send(ctx, &message.Message{Header: []byte{0, 0, 0, 1, 0x80, 0, 0, 1}, Body: []byte(body)}); err != nil {
				t.Fatal(err)
			}
		}
		ask("1")
		recv(t, ctx, rep)
		rep.SetLimits(func(l *pattern.Limits) { l.TTL = 1 })
		ask("2")
		sptest.Until(t, ctx, "a drop", func() bool { return rep.Stats().Drops[pattern.TTL] == 1 })
		rep.SetLimits(func(l *pattern.Limits) { l.TTL, l.RecvQueue, l.Full = 2, 1, pattern.DropNewest })
		ask("3")
		ask("4")
		sptest.Until(t, ctx, "a drop", func() bool { return rep.Stats().Drops[pattern.QueueFull] == 1 })
		if got := recv(t, ctx, rep); string(got.Body) != "3" {
			t.Errorf("got %q", got.Body)
		}
		rep.SetLimits(func(l *pattern.Limits) { l.RecvQueue, l.RecvBytes = 1000, 5 })
		ask("5")
		ask("6")
		sptest.Until(t, ctx, "a drop", func() bool { return rep.Stats().Drops[pattern.QueueFull] == 2 })
	})
}

// The largest size changes on a live endpoint, either way.
func TestSetMaxSize(t *testing.T) {
	sptest.Each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
		at, _ := link(t, ctx, b, a, road)
		for _, c := range []struct{ max, size int }{{10, 10}, {100, 50}, {0, 2 << 20}, {1000, 1000}} {
			at.SetMaxSize(c.max)
			send(t, ctx, a, string(make([]byte, c.size)))
			if got := recv(t, ctx, b); len(got.Body) != c.size {
				t.Errorf("got %d bytes", len(got.Body))
			}
		}
		at.SetMaxSize(999)
		send(t, ctx, a, string(make([]byte, 1000)))
		sptest.Until(t, ctx, "a drop", func() bool { return b.Stats().Drops[pattern.TooBig] == 1 })
	})
}

// A negative limit lets nothing pass but empty messages.
func TestNoSize(t *testing.T) {
	sptest.Each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
		at, _ := link(t, ctx, b, a, road)
		at.SetMaxSize(-1)
		send(t, ctx, a, "", "")
		for range 2 {
			if got := recv(t, ctx, b); len(got.Body) != 0 {
				t.Errorf("got %d bytes", len(got.Body))
			}
		}
		send(t, ctx, a, "1")
		sptest.Until(t, ctx, "a drop", func() bool { return b.Stats().Drops[pattern.TooBig] == 1 })
	})
}

// Changing limits under load breaks no connection and races with nothing
// (defects 8 and 14 of mangos).
func TestSetLimitsUnderLoad(t *testing.T) {
	sptest.Each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		for _, p := range []pattern.Pattern{pattern.Pair1, pattern.Bus} {
			a, b := open(t, p, config()), open(t, p, config())
			end, _ := link(t, ctx, a, b, road)
			stop, changed := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(changed)
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					for _, s := range []*engine.Socket{a, b} {
						s.SetLimits(func(l *pattern.Limits) {
							l.RecvQueue, l.RecvBytes, l.TTL = 1+i%100, 100+i%1000, 1+i%255
						})
					}
					end.SetMaxSize(1000 + i%1000)
				}
			}()
			const n = 500
			go func() {
				for i := range n {
					if err := a.Send(ctx, msg(fmt.Sprint(i))); err != nil {
						t.Error(err)
					}
				}
				a.Send(ctx, msg("end"))
			}()
			last := -1
			for end := false; !end; {
				// A bus drops what does not fit; the last one may be that.
				m := new(message.Message)
				if err := b.TryRecv(m); err == engine.ErrWouldBlock {
					end = p.Name == "bus" && a.Stats().Sent == n+1 && b.Stats().Waiting == 0 &&
						a.Stats().Traffic.MessagesOut+a.Stats().Drops[pattern.QueueFull] == n+1 && b.Stats().Traffic.MessagesIn == a.Stats().Traffic.MessagesOut
					continue
				}
				var i int
				if _, err := fmt.Sscan(string(m.Body), &i); err != nil {
					end = true
				} else if i <= last || p.Name == "pair1" && i != last+1 {
					t.Fatalf("%d came after %d", i, last)
				} else {
					last = i
				}
			}
			close(stop)
			<-changed
			if a.PeerCount() != 1 || b.PeerCount() != 1 || a.Stats().Endpoint.Broken.Load() != 0 {
				t.Error("the connection has suffered")
			}
		}
	})
}

// CloseWithin's linger time counts, not the socket's.
func TestCloseWithin(t *testing.T) {
	ctx := sptest.Begin(t)
	forEver := config()
	forEver.Linger = time.Hour
	large := config()
	large.Endpoint.MaxSize = 8 << 20
	a, b := open(t, pattern.Push, forEver), open(t, pattern.Pull, large)
	link(t, ctx, a, b, sptest.RoadNamed("ipc"))
	// b, which nobody receives from, takes two of these, and the kernel no whole one.
	for range 3 {
		if err := a.Send(ctx, message.New(4<<20)); err != nil {
			t.Fatal(err)
		}
	}
	var dropped *engine.DroppedError
	if err := a.CloseWithin(0); !errors.As(err, &dropped) {
		t.Errorf("a full socket closed at once: %v", err)
	}
}

// Over inproc a dialer that lost its listener is connected inside the call that
// binds the name again.
func TestReboundInproc(t *testing.T) {
	ctx := sptest.Begin(t)
	road := sptest.RoadNamed("inproc")
	a := open(t, pattern.Push, config())
	first, second := open(t, pattern.Pull, config()), open(t, pattern.Pull, config())
	l, _ := link(t, ctx, first, a, road)
	first.Close()
	if n := a.PeerCount(); n != 0 {
		t.Fatalf("%d peers of a listener that has gone", n)
	}
	if _, err := second.Listen(l.Addr(), second.EndpointDefaults()); err != nil {
		t.Fatal(err)
	}
	if n := a.PeerCount(); n != 1 {
		t.Errorf("%d peers when the name was bound again", n)
	}
}

// What was sent to a peer as soon as it could be is delivered, though Close follows
// at once: before the peer is announced.
func TestCloseRightAfterTheFirstSend(t *testing.T) {
	ctx := sptest.Begin(t)
	b := open(t, pattern.Pull, config())
	l, err := b.Listen(sptest.RoadNamed("tcp").Addr(t), b.EndpointDefaults())
	if err != nil {
		t.Fatal(err)
	}
	const rounds, each = 100, 10
	for range rounds {
		a := engine.New(pattern.Push, config())
		if _, err := a.Dial(l.Addr(), a.EndpointDefaults()); err != nil {
			t.Fatal(err)
		}
		for range each {
			send(t, ctx, a, "x")
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	for range rounds * each {
		recv(t, ctx, b)
	}
}
