package kit

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"testing"
	"time"
)

// Rate is how many honest messages a second there are on an attacked socket.
const Rate = 1000

// Traffic is honest messages from one party to another, and back where the
// protocol answers, at a fixed pace: what is late does not slow it down.
type Traffic struct {
	tag  []byte
	stop context.CancelFunc
	all  sync.WaitGroup
	ends context.CancelFunc
	sent chan struct{} // closed when nothing is sent any more

	mu     sync.Mutex
	due    []time.Time // when each message was to be sent
	came   []int
	some   chan struct{} // closed and replaced when one comes
	missed int           // still
	worst  time.Duration
	errs   []error
}

// Begin starts traffic between two parties that are connected. ctx ends what
// hangs.
func Begin(ctx context.Context, from, to Party) *Traffic {
	r := &Traffic{tag: make([]byte, 8), some: make(chan struct{}), sent: make(chan struct{})}
	rand.Read(r.tag)
	listening, ends := context.WithCancel(ctx)
	sending, stop := context.WithCancel(ctx)
	r.stop, r.ends = stop, ends
	r.all.Go(func() { to.Listen(listening, r.got) })
	r.all.Go(func() { from.Listen(listening, r.got) })
	r.all.Go(func() { r.send(sending, listening, from.Send) })
	return r
}

func (r *Traffic) send(sending, ctx context.Context, send func(context.Context, []byte) error) {
	defer close(r.sent)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	began := time.Now()
	for n := 0; ; {
		select {
		case <-tick.C:
		case <-sending.Done():
			return
		}
		for due := int(time.Since(began) * Rate / time.Second); n < due; n++ {
			r.mu.Lock()
			r.due = append(r.due, began.Add(time.Duration(n)*time.Second/Rate))
			r.came = append(r.came, 0)
			r.missed++
			r.mu.Unlock()
			if err := send(ctx, binary.BigEndian.AppendUint64(bytes.Clone(r.tag), uint64(n))); err != nil {
				r.mu.Lock()
				r.errs = append(r.errs, err)
				r.mu.Unlock()
			}
		}
	}
}

func (r *Traffic) got(body []byte) {
	now := time.Now()
	number, ok := bytes.CutPrefix(body, r.tag)
	if !ok || len(number) != 8 {
		return // not ours
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := binary.BigEndian.Uint64(number)
	r.worst = max(r.worst, now.Sub(r.due[n]))
	if r.came[n]++; r.came[n] == 1 {
		r.missed--
	}
	close(r.some)
	r.some = make(chan struct{})
}

// Sent is how many messages there were until now.
func (r *Traffic) Sent() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.due)
}

// End stops sending, waits for what is on its way, and fails the test unless
// every message came exactly once and none later than most after it was due.
func (r *Traffic) End(t testing.TB, ctx context.Context, most time.Duration) (sent int, worst time.Duration) {
	t.Helper()
	r.stop()
	<-r.sent
	for {
		r.mu.Lock()
		missed, some := r.missed, r.some
		r.mu.Unlock()
		if missed == 0 {
			break
		}
		select {
		case <-some:
			continue
		case <-ctx.Done():
		}
		break
	}
	r.ends()
	r.all.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	twice := 0
	for _, n := range r.came {
		if n > 1 {
			twice++
		}
	}
	if r.missed > 0 || twice > 0 || len(r.errs) > 0 || r.worst > most {
		t.Errorf("of %d honest messages %d were lost, %d came twice, the latest came after %v (may be %v); errors: %v",
			len(r.due), r.missed, twice, r.worst, most, r.errs)
	}
	return len(r.due), r.worst
}
