package kit

import (
	"context"
	"sync"
	"testing"
)

// Join waits until work is done. If ctx ends before, the test fails with what was
// waited for: else it would hang until the tool stops all tests, and say nothing.
func Join(t testing.TB, ctx context.Context, what string, work *sync.WaitGroup) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("waited in vain for ", what)
	}
}
