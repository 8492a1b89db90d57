package sp_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/wire"
)

// A peer that says nothing, or half of what it should, is given up at the
// handshake's deadline, by either side.
func TestSilentPeer(t *testing.T) {
	for _, c := range []struct {
		set, is time.Duration
		said    []byte
	}{{0, 5 * time.Second, nil}, {time.Minute, time.Minute, []byte{0, 'S', 'P'}}} {
		t.Run(c.is.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				o := &sp.Options{}
				o.HandshakeTimeout = c.set
				pipe := sptest.RoadNamed("pipe")
				s := open(t, sp.NewPair(o))
				at := sptest.Listen(t, s, pipe, nil)
				began := time.Now()
				w := sptest.DialWire(t, ctx, at.Addr())
				w.Theirs()
				w.Type(c.said...)
				w.Gone()
				if took := time.Since(began); took != c.is {
					t.Errorf("given up after %v", took)
				}
				d := open(t, sp.NewPair(o))
				l := sptest.ListenWire(t, pipe)
				e, err := d.Dial(l.Addr())
				if err != nil {
					t.Fatal(err)
				}
				began = time.Now()
				w = l.Wire()
				w.Type(c.said...)
				w.Gone()
				if took := time.Since(began); took != c.is {
					t.Errorf("dialler gave up after %v", took)
				}
				short, cancel := context.WithTimeout(ctx, time.Nanosecond)
				defer cancel()
				_, err = e.Wait(short)
				if err == nil || !strings.Contains(err.Error(), "handshake took too long") || !strings.Contains(err.Error(), l.Addr()) {
					t.Errorf("the dialler says %v", err)
				}
				for _, end := range []*sp.Endpoint{at, e} {
					if n := end.Stats().Connections; n.TimedOut != 1 || n.Handshaking > 1 {
						t.Errorf("%+v", n)
					}
				}
			})
		})
	}
}

// Where there are too many handshakes in progress, the oldest is given up at
// once: silent clients keep nobody out.
func TestMaxHandshakes(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		o := &sp.Options{}
		o.MaxHandshakes = 3
		s := open(t, sp.NewPair(o))
		at := sptest.Listen(t, s, sptest.RoadNamed("pipe"), nil)
		began := time.Now()
		var silent []*sptest.Wire
		for range 3 {
			w := sptest.DialWire(t, ctx, at.Addr())
			w.Theirs()
			silent = append(silent, w)
		}
		if n := at.Stats().Connections.Handshaking; n != 3 {
			t.Errorf("%d handshakes in progress", n)
		}
		peer := sptest.DialWire(t, ctx, at.Addr())
		peer.Greet(wire.Pair)
		sptest.Peers(t, ctx, s, 1)
		silent[0].Gone()
		if took := time.Since(began); took != 0 {
			t.Errorf("the oldest was given up after %v", took)
		}
		for _, w := range silent[1:] {
			w.Gone()
			if took := time.Since(began); took != 5*time.Second {
				t.Errorf("the others were given up after %v", took)
			}
		}
		peer.Frame('x')
		if got := recv(t, ctx, s); got != "x" {
			t.Errorf("got %q", got)
		}
	})
}

// The hook is asked within the handshake's deadline. One that does not answer
// holds nobody up but the peer it was asked about, and its context ends.
func TestSlowAdmit(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		slow, ended := true, make(chan error, 1)
		s := open(t, sp.NewPuller(&sp.Options{Admit: func(ctx context.Context, p *sp.Peer) error {
			if !slow {
				return nil
			}
			slow = false
			<-ctx.Done()
			ended <- ctx.Err()
			return nil
		}}))
		at := sptest.Listen(t, s, road, nil)
		first, second := open(t, sp.NewPusher(nil)), open(t, sp.NewPusher(nil))
		began := time.Now()
		dialled := make(chan error, 1)
		go func() { _, err := first.Dial(at.Addr()); dialled <- err }()
		if err := <-ended; err == nil || time.Since(began) != 5*time.Second {
			t.Errorf("the hook's context: %v after %v", err, time.Since(began))
		}
		if err := <-dialled; err != nil {
			t.Error(err)
		}
		sptest.Dial(t, ctx, second, at, s, nil)
		send(t, ctx, second, "x")
		if got := recv(t, ctx, s); got != "x" {
			t.Errorf("got %q", got)
		}
		until(t, ctx, "the refusal being counted", func() bool { return at.Stats().Connections.TimedOut == 1 })
	})
}

// A refusal by the hook reaches the listener's counters and log, and the
// dialler as an end of the connection; the hook knows who it is.
func TestAdmitRefuses(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		var log sptest.Log
		why := errors.New("not on the list")
		var asked atomic.Pointer[sp.Peer] // at first
		s := open(t, sp.NewPair(&sp.Options{Log: log.Logger(), Admit: func(_ context.Context, p *sp.Peer) error {
			if p.Stats() != (sp.PeerStats{}) || p.ID() == 0 || p.Addr() == "" {
				t.Errorf("asked about %v", p)
			}
			asked.CompareAndSwap(nil, p)
			return why
		}}))
		at := sptest.Listen(t, s, road, nil)
		d := open(t, sp.NewPair(nil))
		if _, err := d.Dial(at.Addr()); err != nil {
			t.Fatal(err)
		}
		line := log.Wait(t, ctx, "refused", 1)
		if err, _ := line.Attrs["err"].(error); !errors.Is(err, why) || line.Attrs["peer"] != asked.Load().Addr() {
			t.Errorf("logged %v", line)
		}
		if n := at.Stats().Connections; n.Refused == 0 || at.Stats().Peers != 0 || !errors.Is(at.Err(), why) {
			t.Errorf("%+v, %v", n, at.Err())
		}
		d.Close()
	})
}
