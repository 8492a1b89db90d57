package message

import (
	"runtime"
	collector "runtime/debug"
	"testing"
	"time"
)

// idle gives nothing away until nobody looks any more.
func idle(b *ballast) {
	for b.watching.Load() {
		runtime.GC()
	}
}

// Ballast comes with a collection after much was given away, and goes with one
// before which nothing was.
func TestBallast(t *testing.T) {
	b := &ballast{rate: 1e-3} // anything is much
	var held *[]byte
	for held == nil {
		b.gave(firstLook + 1) // begins to watch, or is given
		runtime.GC()
		held = b.held.Load()
	}
	if n := len(*held); n != ballastSize {
		t.Errorf("%d bytes", n)
	}
	idle(b)
	if b.held.Load() != nil {
		t.Error("nothing is given away any more, and it is there")
	}
}

// due is what is decided where n bytes were given away in a second, and no other
// test has left anything alive: the process's own ballast, and what pools keep for
// two collections.
func due(n int64) bool {
	idle(&process)
	runtime.GC()
	runtime.GC()
	b := &ballast{rate: 1 << 20}
	b.given.Store(n)
	return b.due(time.Second)
}

func TestNoBallast(t *testing.T) {
	const much = 1 << 20
	if !due(much) {
		t.Fatal("none by default")
	}
	if due(much - 1) {
		t.Error("little was given away, and it is there")
	}
	percent := collector.SetGCPercent(200)
	if due(much) {
		t.Error("the collector's percentage was set, and it is there")
	}
	collector.SetGCPercent(percent)
	limit := collector.SetMemoryLimit(1 << 40)
	if due(much) {
		t.Error("a memory limit was set, and it is there")
	}
	collector.SetMemoryLimit(limit)
	heap := make([]byte, ballastSize)
	if due(much) {
		t.Error("much is alive, and it is there")
	}
	runtime.KeepAlive(heap)
}

// What the library gives away is noted, block by block or body by body.
func TestGiven(t *testing.T) {
	for name, give := range map[string]func(){
		"Clone": func() { Clone(make([]byte, 64<<10)) },
		"Arena": func() { new(Arena).Copy(make([]byte, 64)) },
		"Keep":  func() { c := ExactChunk(64 << 10); c.Keep(c.Bytes) },
	} {
		idle(&process)
		process.watching.Store(true) // nobody looks
		process.given.Store(0)
		give()
		if process.given.Load() == 0 {
			t.Errorf("%s: not noted", name)
		}
		process.given.Store(0)
		process.watching.Store(false)
	}
}
