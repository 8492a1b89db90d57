package engine

import (
	"context"
	"runtime"
	"testing"
)

// Trying again ends with success, and is left for a while where it was in vain.
func TestEager(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var e eager
	tries := func(succeed int) (n int) {
		ok, err := e.try(context.Background(), func() (bool, error) {
			n++
			return n == succeed, nil
		})
		if err != nil || ok != (succeed > 0 && n == succeed) {
			t.Errorf("after %d tries: %v, %v", n, ok, err)
		}
		return n
	}
	for i := range eagerHope {
		if n := tries(7); n != 7 {
			t.Errorf("time %d: %d tries, want 7", i, n)
		}
	}
	for i := range eagerHope {
		if n := tries(0); n != eagerTries {
			t.Errorf("in vain %d: %d tries, want %d", i, n, eagerTries)
		}
	}
	for i := range eagerPause {
		if n := tries(1); n != 0 {
			t.Errorf("wait %d of the pause: %d tries", i, n)
		}
	}
	if n := tries(1); n != 1 {
		t.Errorf("after the pause: %d tries", n)
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	n := 0
	if ok, err := e.try(over, func() (bool, error) { n++; return false, nil }); ok || err != nil || n != 1 {
		t.Errorf("the context has ended: %v, %v after %d tries", ok, err, n)
	}
	runtime.GOMAXPROCS(1)
	if n := tries(1); n != 0 {
		t.Errorf("one processor: %d tries", n)
	}
}
