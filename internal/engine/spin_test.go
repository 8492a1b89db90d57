package engine

import "testing"

// A spin in vain is followed by many waits without one; after one that was worth it,
// some may be in vain.
func TestSpinLearns(t *testing.T) {
	defer func(was bool) { several = was }(several)
	several = true
	var s spin
	waits := func() (n int) {
		for !s.promising() {
			n++
		}
		return n
	}
	s.learn(false)
	if n := waits(); n != spinPause {
		t.Errorf("%d waits without a spin, want %d", n, spinPause)
	}
	s.learn(true)
	for i := range spinHope {
		if n := waits(); n != 0 {
			t.Errorf("no spin before %d waits, after %d in vain", n, i)
		}
		s.learn(false)
	}
	if n := waits(); n != spinPause {
		t.Errorf("then %d waits without a spin, want %d", n, spinPause)
	}
	several = false
	if s.promising() {
		t.Error("a spin with one processor, where the other side can't run")
	}
}

// Who waits where the other side is in this process finds its token without being
// parked, and gives up looking where the clock stands still.
func TestWaitSpins(t *testing.T) {
	defer func(was bool) { several = was }(several)
	several = true
	var q waitq
	w := q.join()
	q.look(w)
	if q.spin.hope >= 0 {
		t.Error("a look in vain was worth it")
	}
	q.wake()
	q.spin = spin{}
	q.look(w)
	if q.spin.hope != spinHope {
		t.Error("a token that was there was not found")
	}
	<-w.token
	q.give(w)
}
