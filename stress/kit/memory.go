package kit

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"testing"
	"time"
)

// Memory watches what this process holds in heap and stacks, garbage
// included. While it does, the collector leaves half as much garbage as is alive:
// how much that is shall depend on what is kept, not on how quickly this machine
// makes garbage.
type Memory struct {
	t       testing.TB
	percent int // the collector's, before
	start   uint64
	done    chan struct{}
	all     sync.WaitGroup
	peak    uint64
}

// WatchMemory begins to watch.
func WatchMemory(t testing.TB) *Memory {
	t.Helper()
	m := &Memory{t: t, percent: debug.SetGCPercent(50), done: make(chan struct{})}
	runtime.GC()
	runtime.GC() // what was in pools the first has only put aside
	m.start = held()
	m.all.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			m.peak = max(m.peak, held())
			select {
			case <-tick.C:
			case <-m.done:
				return
			}
		}
	})
	return m
}

// End fails the test if there was more than most bytes at any time than at the
// start, and returns how much there was.
func (m *Memory) End(most uint64) uint64 {
	m.t.Helper()
	close(m.done)
	m.all.Wait()
	debug.SetGCPercent(m.percent)
	grown := m.peak - min(m.peak, m.start)
	if grown > most {
		m.t.Errorf("memory grew by %d MiB, may by %d", grown>>20, most>>20)
	}
	return grown
}

func held() uint64 {
	all := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(all)
	return all[0].Value.Uint64() + all[1].Value.Uint64()
}
