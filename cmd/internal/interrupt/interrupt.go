// Package interrupt lets a program that gets a signal finish in good order.
package interrupt

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Interruption is the signal that ended the program. The first one lets it
// finish in good order, the second one ends it at once.
type Interruption struct{ signal os.Signal }

func (i *Interruption) Error() string { return i.signal.String() }

// Context returns a context that a signal ends.
func Context() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-signals:
			signal.Reset()
			cancel(&Interruption{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// Of returns the interruption that ended ctx; nil if none did.
func Of(ctx context.Context) *Interruption {
	i, _ := context.Cause(ctx).(*Interruption)
	return i
}
