package engine

import (
	"context"
	"runtime"
	"sync/atomic"
)

// eager is trying again and again for a moment before waiting, where the other
// side is in this process. It replaces
//
//	join the queue of those who wait; sleep
//
// because sleeping and being woken on another core costs as much as hundreds of
// messages do. One caller of a socket does so at a time, only where messages come
// in streams, and only while that has been worth it. Who asks and is answered does
// better to sleep: then both sides take turns on one core.
type eager struct {
	busy atomic.Bool
	hope int    // tries that may fail before the next pause; negative: waits until then
	seen uint64 // messages received when it was last asked
}

const (
	eagerTries  = 50
	eagerYields = 8  // before each try: a few messages should come together
	eagerStream = 16 // so many messages since the last wait are a stream
	eagerHope   = 3
	eagerPause  = 64
)

// try repeats f, as long as it is worth it.
func (e *eager) try(ctx context.Context, f func() (bool, error)) (ok bool, err error) {
	if e.hope < 0 {
		e.hope++
		return false, nil
	}
	if runtime.GOMAXPROCS(0) == 1 {
		return false, nil
	}
	for range eagerTries {
		for range eagerYields {
			runtime.Gosched() // others of this process go first
		}
		if ok, err = f(); ok || err != nil {
			e.hope = eagerHope
			return ok, err
		}
		if ctx.Err() != nil {
			return false, nil
		}
	}
	if e.hope--; e.hope <= 0 {
		e.hope = -eagerPause
	}
	return false, nil
}

// eagerRecv is a wait for a message that does not sleep.
func (s *Socket) eagerRecv(ctx context.Context, f func() (bool, error)) (bool, error) {
	e := &s.eagerIn
	if s.near.Load() == 0 || s.counter == nil || !e.busy.CompareAndSwap(false, true) {
		return false, nil
	}
	defer e.busy.Store(false)
	was := e.seen
	e.seen, _ = s.counter.Taken()
	if e.seen-was < eagerStream {
		return false, nil
	}
	return e.try(ctx, f)
}

// eagerSend is a wait for room that does not sleep.
func (s *Socket) eagerSend(ctx context.Context, f func() (bool, error)) (bool, error) {
	e := &s.eagerOut
	if s.near.Load() == 0 || !e.busy.CompareAndSwap(false, true) {
		return false, nil
	}
	defer e.busy.Store(false)
	return e.try(ctx, func() (bool, error) {
		if !s.router.CanSend() {
			return false, s.Open()
		}
		return f()
	})
}
