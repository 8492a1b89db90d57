//go:build unix

package engine

import (
	"runtime"
	"syscall"
	"time"
)

// spin is reading again and again for a moment before waiting. It replaces
//
//	n, err := read(fd) // EAGAIN
//	wait(fd)
//
// because to be woken costs several times what the other side needs to answer,
// where that runs on another core. Only the one connection of a socket spins, and
// only while that has been worth it: a spin that was in vain is followed by many
// waits without one.
type spin struct {
	hope int // spins that may fail before the next pause; negative: waits until then
}

const (
	spinTime  = 50 * time.Microsecond
	spinHope  = 3
	spinPause = 64
)

// With one processor the other side can't run while this one spins.
var several = runtime.GOMAXPROCS(0) > 1

// promising tells whether to spin before this wait.
func (s *spin) promising() bool {
	if s.hope < 0 {
		s.hope++
		return false
	}
	return several
}

// read reads until there is something or it has taken too long.
func (s *spin) read(r *reader, fd int) (n int, err error) {
	for from := time.Now(); time.Since(from) < spinTime; {
		runtime.Gosched() // others of this process go first
		if n, err = r.read(fd); err != syscall.EAGAIN {
			s.hope = spinHope
			return n, err
		}
	}
	if s.hope--; s.hope <= 0 {
		s.hope = -spinPause
	}
	return 0, syscall.EAGAIN
}
