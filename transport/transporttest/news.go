package transporttest

import (
	"context"
	"log/slog"
	"maps"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// news is the last thing that a socket of the test said.
type news struct {
	mu   sync.Mutex
	last string
}

func (n *news) logger() *slog.Logger { return slog.New(n) }

// Enabled implements slog.Handler.
func (n *news) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (n *news) Handle(_ context.Context, r slog.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = r.Message
	return nil
}

// WithAttrs implements slog.Handler.
func (n *news) WithAttrs([]slog.Attr) slog.Handler { return n }

// WithGroup implements slog.Handler.
func (n *news) WithGroup(string) slog.Handler { return n }

// until waits for what a socket counts, by looking again and again: what happens
// often is not logged each time.
func (t *test) until(what string, is func() bool) {
	t.Helper()
	for !is() {
		if t.ctx.Err() != nil {
			t.log.mu.Lock()
			defer t.log.mu.Unlock()
			t.Fatalf("in vain: %s; the last that a socket said is %q", what, t.log.last)
		}
		runtime.Gosched()
	}
}

// goroutines are the stacks of all goroutines that belong to sockets.
func goroutines() map[string]string {
	buf := make([]byte, 4<<20)
	all := make(map[string]string)
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, "internal/engine.") {
			id, _, _ := strings.Cut(stack, " [")
			all[id] = stack
		}
	}
	return all
}

// nothingLeft checks that the goroutines of all sockets have ended. One that
// has done its work may still be on its last instructions.
func nothingLeft(t *testing.T, before map[string]string) {
	limit := time.Now().Add(time.Minute)
	for {
		left := goroutines()
		for id := range before {
			delete(left, id)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(limit) {
			for stack := range maps.Values(left) {
				t.Error(stack)
			}
			return
		}
		runtime.Gosched()
	}
}
