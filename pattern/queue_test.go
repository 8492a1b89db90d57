package pattern

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func alone(b []byte) (*run, place) {
	return &run{bytes: b}, place{end: int32(len(b))}
}

func TestQueueFull(t *testing.T) {
	var q queue
	if q.full(1<<30, &Limits{}) {
		t.Error("an empty queue has no room for one message")
	}
	q.push(alone(make([]byte, 10)))
	for _, c := range []struct {
		size, messages, bytes int
		full                  bool
	}{
		{10, 2, 20, false}, {10, 1, 20, true}, {11, 2, 20, true}, {0, 2, 10, false}, {1, 2, 10, true}, {0, 0, 100, true},
	} {
		if got := q.full(c.size, &Limits{RecvQueue: c.messages, RecvBytes: c.bytes}); got != c.full {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// What waits here in the sender's place does not count, where a full queue waits.
func TestQueueOfBoth(t *testing.T) {
	const far, own, size = 6, 4, 10
	for _, c := range []struct {
		name string
		lim  Limits
		most int
	}{
		{"messages", Limits{RecvQueue: own, RecvBytes: math.MaxInt}, far + own},
		{"bytes", Limits{RecvQueue: math.MaxInt, RecvBytes: own * size}, far + own},
		{"drops", Limits{RecvQueue: own, RecvBytes: math.MaxInt, Full: DropNewest}, own},
		{"last", Limits{RecvQueue: own, RecvBytes: math.MaxInt, Last: true}, own},
	} {
		t.Run(c.name, func(t *testing.T) {
			var q queue
			q.far.messages, q.far.bytes = far, far*size
			for q.n < 100 && !q.full(size, &c.lim) {
				q.push(alone(make([]byte, size)))
			}
			if q.n != c.most {
				t.Errorf("full with %d messages, want %d", q.n, c.most)
			}
			for q.n > 0 && q.halfFull(&c.lim) {
				q.pop()
			}
			if q.n != c.most/2 {
				t.Errorf("goes on with %d messages, want %d", q.n, c.most/2)
			}
		})
	}
}

// TestQueueModel compares with a slice, over all sizes of ring.
func TestQueueModel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var q queue
	var model []string
	bytes, next := 0, 0
	step := func(push bool) {
		if push {
			s := strconv.Itoa(next)
			next++
			q.push(alone([]byte(s)))
			model = append(model, s)
			bytes += len(s)
		} else if len(model) > 0 {
			r, p := q.pop()
			if got := string(r.body(p)); got != model[0] {
				t.Fatalf("popped %q, want %q", got, model[0])
			}
			bytes -= len(model[0])
			model = model[1:]
		}
		if q.n != len(model) || q.bytes != bytes {
			t.Fatalf("%d messages of %d bytes, want %d of %d", q.n, q.bytes, len(model), bytes)
		}
	}
	for _, most := range []int{1, 16, 17, 1024, 1025, 5000} {
		for len(model) < most {
			step(r.IntN(4) > 0)
		}
		for range most {
			step(r.IntN(2) > 0)
		}
		for len(model) > 0 {
			step(false)
		}
		if len(q.places.slots) > placeRings.few || len(q.runs.slots) > runRings.few {
			t.Errorf("an empty queue holds %d places and %d runs", len(q.places.slots), len(q.runs.slots))
		}
	}
}

// With Last, room does not depend on the size: the queue takes one message beyond
// its bytes, and never fewer than two.
func TestQueueLast(t *testing.T) {
	for _, c := range []struct{ bytes, size, fits int }{{200, 10, 20}, {131072, 10, 13108}, {1, 10, 2}, {200, 1000, 2}, {15, 10, 2}} {
		lim := &Limits{RecvQueue: 1 << 20, RecvBytes: c.bytes, Last: true}
		var q queue
		for !q.full(c.size, lim) {
			q.push(alone(make([]byte, c.size)))
		}
		if q.n != c.fits {
			t.Errorf("%d messages of %d bytes within %d, want %d", q.n, c.size, c.bytes, c.fits)
		}
		q.pop()
		if room := !q.full(1<<30, lim); room != (q.n < 2 || q.bytes < c.bytes) {
			t.Errorf("after one was taken, %d bytes of %d: room %v", q.bytes, c.bytes, room)
		}
	}
	var q queue
	for range 1000 {
		q.push(alone(nil))
	}
	if q.full(0, &Limits{RecvQueue: 1 << 20, RecvBytes: 1, Last: true}) {
		t.Error("empty messages fill a queue that counts bytes")
	}
}
