package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Serve takes one request after another from next and runs handle for each, at
// most most at once; then it takes no more until one is done. It returns next's
// error when all handlers have returned. The context of handlers ends with ctx and
// when the socket begins to close.
//
// It replaces
//
//	for { q := next(); go handle(q) }
//
// because for a quick handler a goroutine costs more than the handler does. The
// goroutine that receives runs the handler itself. If one is still running at the
// second tick after it began, another goroutine goes on receiving, and for as long
// as handlers are slow each gets a goroutine of its own. Until then what handlers
// send waits for those whose requests are there already, to leave in one write.
func Serve[T any](ctx context.Context, s *Socket, most int, next func(context.Context) (T, error), handle func(context.Context, T)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.dying, cancel)()
	v := &server[T]{s: s, next: next, handle: handle, places: make(chan struct{}, most), ended: make(chan error, 1)}
	v.work.Go(func() { v.receive(ctx) })
	err := <-v.ended
	v.work.Wait()
	if closed := s.Open(); closed != nil {
		return closed
	}
	return err
}

type server[T any] struct {
	s      *Socket
	next   func(context.Context) (T, error)
	handle func(context.Context, T)
	places chan struct{} // one for each handler that runs
	work   sync.WaitGroup
	ended  chan error

	// inline is the number of the handler that the receiving goroutine runs
	// itself; 0 while it runs none, or after another took over receiving.
	inline atomic.Uint64
	number uint64
	armed  atomic.Bool
	seen   uint64 // inline at the last tick
	spread atomic.Bool
	quick  atomic.Int32 // handlers in a row that were quick, while spread
}

const (
	serveTick = time.Millisecond
	// A handler is quick if it takes less than this, and after so many quick
	// ones in a row they need no goroutines.
	quickHandler  = 50 * time.Microsecond
	quickHandlers = 64
)

// receive takes requests until there are no more, or somebody took over.
func (v *server[T]) receive(ctx context.Context) {
	defer v.s.LetGo()
	for {
		select {
		case v.places <- struct{}{}:
		default:
			select {
			case v.places <- struct{}{}:
			case <-ctx.Done():
				v.ended <- v.s.waitError(ctx, "serve")
				return
			}
		}
		q, err := v.next(ctx)
		if err != nil {
			v.ended <- err
			return
		}
		if v.spread.Load() {
			v.work.Go(func() { v.apart(ctx, q) })
			continue
		}
		v.number++
		mine := v.number
		v.inline.Store(mine)
		v.arm(ctx)
		more := v.s.router.CanRecv()
		if more {
			v.s.Gather(0)
		}
		v.handle(ctx, q)
		if !more {
			v.s.LetGo()
		}
		<-v.places
		if !v.inline.CompareAndSwap(mine, 0) {
			return
		}
	}
}

// apart runs a handler on a goroutine of its own.
func (v *server[T]) apart(ctx context.Context, q T) {
	defer func() { <-v.places }()
	begun := time.Now()
	v.handle(ctx, q)
	if time.Since(begun) >= quickHandler {
		v.quick.Store(0)
	} else if v.quick.Add(1) >= quickHandlers {
		v.spread.Store(false)
	}
}

// arm starts the tick that looks after handlers, which runs while there are some.
func (v *server[T]) arm(ctx context.Context) {
	if !v.armed.Load() && v.armed.CompareAndSwap(false, true) {
		v.s.after(serveTick, func() { v.tick(ctx) })
	}
}

func (v *server[T]) tick(ctx context.Context) {
	now := v.inline.Load()
	switch {
	case now == 0:
		v.seen = 0
		v.armed.Store(false)
		// A handler that began just now found the tick armed.
		if v.inline.Load() != 0 {
			v.arm(ctx)
		}
		return
	case now == v.seen && v.inline.CompareAndSwap(now, 0):
		v.quick.Store(0)
		v.spread.Store(true)
		v.s.LetGo()
		v.seen = 0
		v.armed.Store(false)
		v.work.Go(func() { v.receive(ctx) })
		return
	}
	v.seen = now
	v.s.after(serveTick, func() { v.tick(ctx) })
}
