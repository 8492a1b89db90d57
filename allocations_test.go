//go:build !race

package sp_test

import (
	"runtime"
	"testing"
)

// A stream of small messages allocates next to nothing, whichever way it is
// received. The race detector makes pools forget, so this runs without it.
func TestStreamAllocations(t *testing.T) {
	for _, name := range []string{"tcp", "ipc"} {
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
