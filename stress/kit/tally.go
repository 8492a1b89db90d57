package kit

import (
	"sync/atomic"
	"testing"
)

// Tally counts what was tried to do harm, and what of it took effect. When
// the test ends it prints both, and fails the test where too little did: a
// test that attacked nothing proves nothing.
type Tally struct {
	what        string
	tries, took atomic.Int64
}

// Count makes a tally of something that should take effect least times.
func Count(t testing.TB, what string, least int) *Tally {
	t.Helper()
	c := &Tally{what: what}
	t.Cleanup(func() {
		t.Logf("%s: %d tries, %d took effect (of %d at the least)", what, c.tries.Load(), c.took.Load(), least)
		if c.took.Load() < int64(least) {
			t.Errorf("%s took effect only %d times, want %d: nothing was proved", what, c.took.Load(), least)
		}
	})
	return c
}

// Try counts n tries, Took n that took effect.
func (c *Tally) Try(n int)  { c.tries.Add(int64(n)) }
func (c *Tally) Took(n int) { c.took.Add(int64(n)) }

// Tried and Taken say how many there were until now.
func (c *Tally) Tried() int { return int(c.tries.Load()) }
func (c *Tally) Taken() int { return int(c.took.Load()) }
