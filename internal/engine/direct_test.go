package engine

import (
	"testing"
	"testing/synctest"
	"time"
)

// What is sent now and then is written directly, also if one in a while comes right
// behind the one before it; of a stream nothing is, however long it lasts.
func TestQuiet(t *testing.T) {
	for _, c := range []struct {
		name   string
		gaps   []time.Duration // between a write and the next message, again and again
		direct int             // of 1000
	}{
		{"a stream", []time.Duration{200 * time.Nanosecond}, 0},
		{"a slower one", []time.Duration{2 * time.Microsecond}, 0},
		{"each 20 µs, with writes of 12", []time.Duration{8 * time.Microsecond}, 1000},
		{"each 20 µs, with writes of 8 and 19", []time.Duration{12 * time.Microsecond, time.Microsecond}, 1000},
		{"each ms", []time.Duration{time.Millisecond}, 1000},
	} {
		synctest.Test(t, func(t *testing.T) {
			var q quiet
			q.now()
			direct := 0
			for i := range 1000 {
				time.Sleep(c.gaps[i%len(c.gaps)])
				if q.spend() {
					direct++
				}
				q.now()
			}
			if direct != c.direct {
				t.Errorf("%s: %d of 1000 written directly, want %d", c.name, direct, c.direct)
			}
		})
	}
	// After a pause there may be some, but not for long.
	synctest.Test(t, func(t *testing.T) {
		var q quiet
		q.now()
		time.Sleep(time.Second)
		n := 0
		for q.spend() {
			q.now()
			n++
		}
		if n > 20 {
			t.Errorf("%d direct writes after a pause, the most is 20", n)
		}
	})
}
