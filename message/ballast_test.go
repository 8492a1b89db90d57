package message

import (
	"runtime"
	collector "runtime/debug"
	"testing"
)

// collect gives n bytes away and collects until that has been looked at.
func collect(b *ballast, n int) {
	b.gave(firstLook + 1) // begins to watch, or is given
	b.gave(n)
	for b.given.Load() != 0 {
		runtime.GC()
	}
}

func TestBallast(t *testing.T) {
	b := &ballast{rate: 1e-3} // anything is much
	for b.held.Load() == nil {
		collect(b, 1<<20)
	}
	if n := len(*b.held.Load()); n != ballastSize {
		t.Errorf("%d bytes", n)
	}
	idle(b)
	if b.held.Load() != nil {
		t.Error("nothing is given away any more, and it is there")
	}
}

// looked is what a look decides where much was given away.
func looked(t *testing.T) bool {
	t.Helper()
	b := &ballast{rate: 1e-3}
	collect(b, 1<<20)
	for b.watching.Load() && b.held.Load() == nil {
		runtime.Gosched()
	}
	is := b.held.Load() != nil
	idle(b)
	return is
}

// idle gives nothing away until nobody looks any more.
func idle(b *ballast) {
	for b.watching.Load() {
		runtime.GC()
	}
}

func TestNoBallast(t *testing.T) {
	if !looked(t) {
		t.Fatal("none by default")
	}
	percent := collector.SetGCPercent(200)
	if looked(t) {
		t.Error("the collector's percentage was set, and it is there")
	}
	collector.SetGCPercent(percent)
	limit := collector.SetMemoryLimit(1 << 40)
	if looked(t) {
		t.Error("a memory limit was set, and it is there")
	}
	collector.SetMemoryLimit(limit)
	heap := make([]byte, ballastSize)
	if looked(t) {
		t.Error("much is alive, and it is there")
	}
	runtime.KeepAlive(heap)
	little := &ballast{rate: 1e15}
	collect(little, 1<<20)
	idle(little)
	if little.held.Load() != nil {
		t.Error("little was given away, and it is there")
	}
}

// What the library gives away is noted, block by block or body by body.
func TestGiven(t *testing.T) {
	for name, give := range map[string]func(){
		"Clone": func() { Clone(make([]byte, 64<<10)) },
		"Arena": func() { new(Arena).Copy(make([]byte, 64)) },
		"Keep":  func() { c := ExactChunk(64 << 10); c.Keep(c.Bytes) },
	} {
		process.watching.Store(true) // nobody looks
		process.given.Store(0)
		give()
		if process.given.Load() == 0 {
			t.Errorf("%s: not noted", name)
		}
		process.watching.Store(false)
	}
}
