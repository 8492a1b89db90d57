//go:build !race && !spdebug

package sp_test

import (
	"runtime"
	"sync"
	"testing"
)

// A stream of small messages allocates next to nothing, whichever way it is
// received. The race detector makes pools forget, and so does spdebug.
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

// A request costs one allocation, the Request that a handler may keep, and its share
// of the blocks that small bodies are copied to.
func TestRequestAllocations(t *testing.T) {
	for _, name := range []string{"tcp", "ipc", "inproc"} {
		t.Run(name, func(t *testing.T) {
			ctx := begin(t)
			req := asking(t, ctx, name)
			const callers, each = 64, 1000
			question := make([]byte, 64)
			ask := func() {
				var all sync.WaitGroup
				for range callers {
					all.Go(func() {
						for range each {
							if _, err := req.Do(ctx, question); err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
				all.Wait()
			}
			ask()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			ask()
			runtime.ReadMemStats(&after)
			if n := float64(after.Mallocs-before.Mallocs) / (callers * each); n > 1.5 {
				t.Errorf("%.2f allocations a request on both sides together, the most is 1.5", n)
			}
		})
	}
}
