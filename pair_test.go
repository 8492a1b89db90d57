package sp_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/wire"
)

// Who loses a connection before the other side has even greeted it, and connects
// again, may be let in by the second connection first. What it had sent by the first
// is older than what it has sent since, so that one is refused.
func TestPairRefusesOlderConnection(t *testing.T) {
	for v, protocol := range []wire.Protocol{wire.Pair, wire.Pair1} {
		t.Run(fmt.Sprint("version ", v), func(t *testing.T) {
			streams(t, func(t *testing.T, ctx context.Context, road road) {
				var log sptest.Log
				s := open(t, sp.NewPair(&sp.Options{PairVersion: v, Log: log.Logger()}))
				at := sptest.Listen(t, s, road, nil)
				say := func(w *sptest.Wire, body byte) {
					if v == 1 {
						w.Frame(0, 0, 0, 1, body)
					} else {
						w.Frame(body)
					}
				}
				older := sptest.DialWire(t, ctx, at.Addr())
				newer := sptest.DialWire(t, ctx, at.Addr())
				newer.Greet(protocol)
				say(newer, '2')
				if b, err := s.Recv(ctx); err != nil || string(b) != "2" {
					t.Fatalf("%q, %v", b, err)
				}
				newer.Close()
				until(t, ctx, "its end", func() bool { return at.Stats().Connections.Broken == 1 })
				older.Greet(protocol)
				older.Gone()
				if line := log.Wait(t, ctx, "refused", 1); line.Attrs["peer"] == "" {
					t.Errorf("logged %v", line)
				}
				if n := at.Stats().Connections.Busy; n != 1 {
					t.Errorf("%d refused", n)
				}
				// Nobody else is.
				next := sptest.DialWire(t, ctx, at.Addr())
				next.Greet(protocol)
				say(next, '3')
				if b, err := s.Recv(ctx); err != nil || string(b) != "3" {
					t.Fatalf("%q, %v", b, err)
				}
			})
		})
	}
}
