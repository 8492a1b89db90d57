package sp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/wire"
)

// stuck is a pusher with n messages for a peer that reads nothing.
func stuck(t *testing.T, ctx context.Context, o *sp.Options, n int) (*sp.Pusher, *sptest.Wire, *sp.Endpoint) {
	t.Helper()
	push := open(t, sp.NewPusher(o))
	at := sptest.Listen(t, push, sptest.RoadNamed("pipe"), nil)
	w := sptest.DialWire(t, ctx, at.Addr())
	w.Greet(wire.Pull)
	sptest.Peers(t, ctx, push, 1)
	for i := range n {
		send(t, ctx, push, fmt.Sprint(i))
	}
	return push, w, at
}

// Close gives what was accepted as long as Linger, and then says how much of it
// was not sent.
func TestLingerDrops(t *testing.T) {
	for _, c := range []struct{ set, is time.Duration }{{0, time.Second}, {time.Minute, time.Minute}, {-1, 0}} {
		t.Run(c.set.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				push, _, _ := stuck(t, ctx, &sp.Options{Linger: c.set}, 37)
				began := time.Now()
				err := push.Close()
				var dropped *sp.DroppedError
				if !errors.As(err, &dropped) || dropped.Messages != 37 || !strings.Contains(err.Error(), "37") {
					t.Errorf("closed with %v, want 37 messages dropped", err)
				}
				if took := time.Since(began); took != c.is {
					t.Errorf("took %v, want %v", took, c.is)
				}
				if n := push.Stats().Dropped.Closed; n != 37 {
					t.Errorf("counted %d", n)
				}
			})
		})
	}
}

// A message that Close cuts off cannot arrive: it was not sent, as those behind
// it.
func TestLingerCutsOff(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		push, w, _ := stuck(t, ctx, nil, 10)
		w.Read(make([]byte, 3))
		var dropped *sp.DroppedError
		if err := push.Close(); !errors.As(err, &dropped) || dropped.Messages != 10 {
			t.Errorf("closed with %v, want 10 messages dropped", err)
		}
		if st := push.Stats(); st.Traffic.Unknown != 0 || st.Dropped.Closed != 10 {
			t.Errorf("%+v %+v", st.Traffic, st.Dropped)
		}
	})
}

// Close returns as soon as everything has been sent, and nil then.
func TestLingerSends(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		push, w, _ := stuck(t, ctx, &sp.Options{Linger: time.Minute}, 100)
		began := time.Now()
		closed := make(chan error, 1)
		go func() { closed <- push.Close() }()
		time.Sleep(20 * time.Second)
		for i := range 100 {
			check(t, "message", w.Next(), []byte(fmt.Sprint(i)))
		}
		w.Gone()
		if err := <-closed; err != nil || time.Since(began) != 20*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// While it lingers, a socket still gives what waited for a peer that dies to
// another one, and takes no peer's loss for an end.
func TestLingerMoves(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		push, dying, at := stuck(t, ctx, &sp.Options{Linger: time.Minute}, 10)
		closed := make(chan error, 1)
		go func() { closed <- push.Close() }()
		time.Sleep(time.Second)
		pull := open(t, sp.NewPuller(nil))
		// The listener still listens; who comes is welcome.
		if _, err := pull.Dial(at.Addr()); err != nil {
			t.Fatal(err)
		}
		sptest.Peers(t, ctx, pull, 1)
		dying.Close()
		for i := range 10 {
			if got := recv(t, ctx, pull); got != fmt.Sprint(i) {
				t.Errorf("got %q, want %d", got, i)
			}
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

// There is nothing to linger for: Close takes no time.
func TestCloseAtOnce(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
				a, b, move := k.make(nil)
				open(t, a)
				open(t, b)
				link(t, ctx, a, b, road)
				move(t, ctx, []byte("x"))
				began := time.Now()
				for _, s := range []sptest.Socket{a, b} {
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				}
				if took := time.Since(began); took > 50*time.Millisecond {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}
