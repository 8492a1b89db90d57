package message

import (
	"math"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// ballast is memory that is kept alive and never touched. It replaces
//
//	debug.SetGCPercent(400)
//
// which is the program's to decide. Bodies that were given away for ever are
// garbage when the application has done with them, and where little is alive the
// collector runs for each 4 MB of it: sixty bodies of 64 KiB, whose receiving
// costs less than that. With ballast it waits for as much garbage as a program
// makes that has this much alive. Ballast itself takes no pages.
//
// It is there only while much is given away, little else is alive, and the
// collector has its defaults: each collection looks anew.
type ballast struct {
	rate     float64      // bytes given away in a second that are much
	given    atomic.Int64 // bytes, since the last look
	watching atomic.Bool
	held     atomic.Pointer[[]byte]
}

const (
	ballastSize = 16 << 20
	firstLook   = 1 << 20 // less than this given away is not worth watching
)

// process is the one there is. At its rate the collector, left alone, runs 16 times a
// second.
var process = ballast{rate: 64 << 20}

// gave notes that n bytes are the application's now.
func (b *ballast) gave(n int) {
	if b.given.Add(int64(n)) > firstLook && !b.watching.Load() && b.watching.CompareAndSwap(false, true) {
		b.given.Store(0)
		b.watch()
	}
}

// cycle is garbage at once, so that its cleanup runs after the next collection.
// It is large enough not to share memory with others.
type cycle struct{ _ [2]uint64 }

func (b *ballast) watch() { runtime.AddCleanup(new(cycle), b.look, time.Now()) }

// look decides, after a collection, on the time until the next one.
func (b *ballast) look(since time.Time) {
	if !b.due(time.Since(since)) {
		b.held.Store(nil)
		b.watching.Store(false)
		return
	}
	if b.held.Load() == nil {
		m := make([]byte, ballastSize)
		b.held.Store(&m)
	}
	b.watch()
}

// due tells whether there is to be ballast, after so long without a look.
func (b *ballast) due(after time.Duration) bool {
	return float64(b.given.Swap(0)) >= b.rate*after.Seconds() && b.wanted()
}

// wanted tells whether little is alive, and nobody has set the collector.
func (b *ballast) wanted() bool {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	for i := range s {
		if s[i].Value.Kind() != metrics.KindUint64 {
			return false
		}
	}
	live := s[2].Value.Uint64()
	if b.held.Load() != nil {
		live -= min(live, ballastSize)
	}
	return s[0].Value.Uint64() == 100 && s[1].Value.Uint64() == math.MaxInt64 && live < ballastSize
}
