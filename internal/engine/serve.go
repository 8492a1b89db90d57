package engine

import (
	"context"
	"sync"
)

// Serve takes one request after another from next and runs handle for each on
// a goroutine of its own, at most most at once; then it takes no more until
// one is done. It returns next's error when all handlers have returned. The
// context of handlers ends with ctx and when the socket begins to close.
func Serve[T any](ctx context.Context, s *Socket, most int, next func(context.Context) (T, error), handle func(context.Context, T)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(s.dying, cancel)
	defer stop()
	places := make(chan struct{}, most)
	var handlers sync.WaitGroup
	defer handlers.Wait()
	for {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			if err := s.Open(); err != nil {
				return err
			}
			return s.waitError(ctx, "serve")
		}
		q, err := next(ctx)
		if err != nil {
			if closed := s.Open(); closed != nil {
				return closed
			}
			return err
		}
		handlers.Go(func() {
			defer func() { <-places }()
			handle(ctx, q)
		})
	}
}
