package engine

import (
	"runtime"
	"time"
)

// spin is looking again and again for a moment before waiting, because to be woken
// costs several times what is waited for, where that happens on another core: see
// read and waitq.look. It goes on only while that has been worth it: a spin that was in
// vain is followed by many waits without one.
type spin struct {
	hope int // spins that may fail before the next pause; negative: waits until then
}

// spinTime is shorter in tests.
var spinTime = 50 * time.Microsecond

const (
	spinLooks = 500 // where the clock stands still, as testing/synctest's does
	spinHope  = 3
	spinPause = 64
)

var processors = runtime.GOMAXPROCS(0)

// With one processor the other side can't run while this one spins.
var several = processors > 1

// promising tells whether to spin before this wait.
func (s *spin) promising() bool {
	if s.hope < 0 {
		s.hope++
		return false
	}
	return several
}

// learn notes whether a spin was worth it.
func (s *spin) learn(worth bool) {
	if worth {
		s.hope = spinHope
	} else if s.hope--; s.hope <= 0 {
		s.hope = -spinPause
	}
}

// look looks for what found reports, and tells whether it came in time. Others of this
// process go first.
func look(found func() bool) bool {
	from := time.Now()
	for range spinLooks {
		if time.Since(from) > spinTime {
			break
		}
		runtime.Gosched()
		if found() {
			return true
		}
	}
	return false
}
