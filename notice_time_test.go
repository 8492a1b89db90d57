package sp_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/wire"
)

// Of each kind of warning the first is written at once, and what follows within
// ten seconds in one line at their end. A quiet period makes the next a first
// one. No kind holds back another, and Close keeps nothing back.
func TestLogIsNotFlooded(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log sptest.Log
		s := sp.NewPuller(&sp.Options{Log: log.Logger()})
		open(t, s)
		at := sptest.Listen(t, s, sptest.RoadNamed("pipe"), nil)
		began := time.Now()
		attack := func(times int, hello ...byte) {
			for range times {
				w := sptest.DialWire(t, ctx, at.Addr())
				w.Theirs()
				w.Type(hello...)
				w.Gone()
				w.Close()
			}
		}
		wrong := wire.AppendHello(nil, wire.Pair)
		line := func(n int, times int64, after time.Duration) {
			t.Helper()
			got := log.Wait(t, ctx, "handshake failed", n)
			if held, _ := got.Attrs["times"].(int64); held != times || time.Since(began) != after || got.Attrs["peer"] == "" {
				t.Errorf("line %d after %v: %v, want times %d after %v", n, time.Since(began), got, times, after)
			}
		}
		attack(500, wrong...)
		line(1, 0, 0)
		attack(1, 'n', 'o', 't', ' ', 'S', 'P', '.', '.')
		line(2, 0, 0) // another kind
		line(3, 499, 10*time.Second)
		attack(100, wrong...)
		line(4, 100, 20*time.Second)
		time.Sleep(15 * time.Second)
		attack(100, wrong...)
		line(5, 0, 35*time.Second)
		synctest.Wait() // until all are counted
		s.Close()
		line(6, 99, 35*time.Second)
		if n := len(log.All("handshake failed")); n != 6 {
			t.Errorf("%d lines", n)
		}
		if n := s.Stats().Connections; n.WrongProtocol != 700 || n.NotSP != 1 {
			t.Errorf("%+v", n)
		}
	})
}

// MaxPeers counts those that are in their handshake, however many come at once.
func TestMaxPeersInABurst(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		var log sptest.Log
		o := &sp.Options{Log: log.Logger()}
		o.MaxPeers = 5
		s := open(t, sp.NewPuller(o))
		at := sptest.Listen(t, s, sptest.RoadNamed("pipe"), nil)
		var all []*sptest.Wire
		for range 50 {
			all = append(all, sptest.DialWire(t, ctx, at.Addr()))
		}
		for _, w := range all[5:] {
			w.Gone()
		}
		for _, w := range all[:5] {
			w.Greet(wire.Push)
		}
		sptest.Peers(t, ctx, s, 5)
		if n := at.Stats().Connections; n.Accepts != 50 || n.Busy != 45 || n.Handshaking != 0 || at.Stats().Peers != 5 {
			t.Errorf("%+v", at.Stats())
		}
	})
}
