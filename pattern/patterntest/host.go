package patterntest

import (
	"sync"
	"time"

	"github.com/sprocketmq/sp/pattern"
)

// Host is a socket without connections: it notes what its router says. The
// zero value is not ready; see NewHost.
type Host struct {
	// Enter, if set, is called inside each call of Readable, Writable and
	// Count. It may call the router: if that hangs, the router held a lock.
	Enter func()

	mu                 sync.Mutex
	limits             *pattern.Limits
	drops              [pattern.Drops]int
	readable, writable int
	timers             []*timer
}

type timer struct {
	in time.Duration
	f  func()
}

// NewHost returns a Host with limits that no small test reaches: change what
// SetLimits is for.
func NewHost() *Host {
	return &Host{limits: &pattern.Limits{
		TTL: 8, RecvQueue: 1000, RecvBytes: 256 << 10,
		Resend: time.Minute, SurveyTime: time.Second,
		RedialMin: 100 * time.Millisecond, RedialMax: 10 * time.Second,
	}}
}

// SetLimits changes the settings.
func (h *Host) SetLimits(change func(*pattern.Limits)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	limits := *h.limits
	change(&limits)
	h.limits = &limits
}

// Limits implements pattern.Host.
func (h *Host) Limits() *pattern.Limits {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.limits
}

// Readable implements pattern.Host.
func (h *Host) Readable() { h.note(&h.readable, 1) }

// Writable implements pattern.Host.
func (h *Host) Writable() { h.note(&h.writable, 1) }

// Count implements pattern.Host.
func (h *Host) Count(why pattern.Drop, n int) { h.note(&h.drops[why], n) }

func (h *Host) note(counter *int, n int) {
	h.mu.Lock()
	*counter += n
	enter := h.Enter
	h.mu.Unlock()
	if enter != nil {
		enter()
	}
}

// News returns how often Readable and Writable were called, and forgets it.
func (h *Host) News() (readable, writable int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	readable, writable = h.readable, h.writable
	h.readable, h.writable = 0, 0
	return readable, writable
}

// Drops is what was counted, by reason.
func (h *Host) Drops() [pattern.Drops]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.drops
}

// After implements pattern.Host: nothing happens before Fire.
func (h *Host) After(d time.Duration, f func()) func() bool {
	t := &timer{d, f}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timers = append(h.timers, t)
	return func() bool { return h.take(t) != nil }
}

// Fire runs what has the shortest delay among the functions given to After,
// and returns that delay; it returns false if there is none.
func (h *Host) Fire() (time.Duration, bool) {
	t := h.take(nil)
	if t == nil {
		return 0, false
	}
	t.f()
	return t.in, true
}

// take takes t off the list; nil is the one that is due first.
func (h *Host) take(t *timer) *timer {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := -1
	for i, v := range h.timers {
		if v == t || t == nil && (at < 0 || v.in < h.timers[at].in) {
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	t = h.timers[at]
	h.timers = append(h.timers[:at], h.timers[at+1:]...)
	return t
}
