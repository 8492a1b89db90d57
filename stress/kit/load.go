package kit

import (
	"context"
	"sync"
	"testing"
)

// Load is what goes on while something else happens.
type Load struct {
	t    testing.TB
	stop chan struct{}
	work sync.WaitGroup
}

// NewLoad returns a load of nothing.
func NewLoad(t testing.TB) *Load { return &Load{t: t, stop: make(chan struct{})} }

// Add does step over and over, beside all that was added before, until End or an
// error, which fails the test.
func (l *Load) Add(step func() error) {
	l.work.Go(func() {
		for {
			select {
			case <-l.stop:
				return
			default:
			}
			if err := step(); err != nil {
				l.t.Error(err)
				return
			}
		}
	})
}

// End lets nothing begin any more, and waits for what has begun.
func (l *Load) End(ctx context.Context) {
	l.t.Helper()
	close(l.stop)
	Join(l.t, ctx, "the load", &l.work)
}
