//go:build !race

package sp_test

import (
	"runtime"
	"testing"
)

// A stream of small messages allocates next to nothing, whichever way it is
// received. The race detector makes pools forget, so this runs without it.
func TestStreamAllocations(t *testing.T) {
	for _, name := range []string{"tcp", "ipc", "inproc"} {
		for how, recv := range ways {
			t.Run(name+"/"+how, func(t *testing.T) {
				ctx := begin(t)
				push, pull := linked(t, ctx, name)
				stream(t, ctx, push, pull, recv, make([]byte, 64), 20_000)
				const n = 200_000
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				stream(t, ctx, push, pull, recv, make([]byte, 64), n)
				runtime.ReadMemStats(&after)
				if each := float64(after.Mallocs-before.Mallocs) / n; each > 0.1 {
					t.Errorf("%.3f allocations a message on both sides together, the most is 0.1", each)
				}
			})
		}
	}
}

// A small request and its reply, within the process, cost the two values that
// stand for them and what wakes who asked: their bytes lie next to others'.
func TestRoundTripAllocations(t *testing.T) {
	ctx := begin(t)
	req := asking(t, ctx, "inproc")
	body := make([]byte, 64)
	each := testing.AllocsPerRun(2000, func() {
		if _, err := req.Do(ctx, body); err != nil {
			t.Error(err)
		}
	})
	if each > 4 {
		t.Errorf("%v allocations a round trip", each)
	}
}
