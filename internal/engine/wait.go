package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// waitq is the callers that wait for one kind of event. Who makes the event
// happen wakes one; who leaves something behind wakes the next.
type waitq struct {
	n     atomic.Int32
	mu    sync.Mutex
	list  []*waiter
	spare []*waiter // not a pool of the process: their channels are the socket's

	near atomic.Bool // who makes the event happen is in this process: waiters spin
	spin spin
}

type waiter struct {
	token chan struct{} // gets one token when the waiter is taken off the list
}

// mostSpare is how many waiters a queue keeps for the next ones.
const mostSpare = 16

func (q *waitq) join() *waiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	var w *waiter
	if n := len(q.spare); n > 0 {
		w, q.spare = q.spare[n-1], q.spare[:n-1]
	} else {
		w = &waiter{token: make(chan struct{}, 1)}
	}
	q.list = append(q.list, w)
	q.n.Store(int32(len(q.list)))
	return w
}

// keep keeps a waiter that is off the list and has no token, with the lock.
func (q *waitq) keep(w *waiter) {
	if len(q.spare) < mostSpare {
		q.spare = append(q.spare, w)
	}
}

// leave takes w off the list. If it was woken, the news goes to the next one.
func (q *waitq) leave(w *waiter) {
	q.mu.Lock()
	i := slices.Index(q.list, w)
	if i >= 0 {
		q.list = slices.Delete(q.list, i, i+1)
		q.n.Store(int32(len(q.list)))
	} else {
		<-w.token
	}
	q.keep(w)
	q.mu.Unlock()
	if i < 0 {
		q.wake()
	}
}

// give gives back a waiter that got its token.
func (q *waitq) give(w *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.keep(w)
}

func (q *waitq) wake() {
	if q.n.Load() > 0 {
		q.wakeOne()
	}
}

func (q *waitq) wakeOne() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) > 0 {
		q.list[0].token <- struct{}{}
		q.list = slices.Delete(q.list, 0, 1)
		q.n.Store(int32(len(q.list)))
	}
}

func (q *waitq) wakeAll() {
	if q.n.Load() == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, w := range q.list {
		w.token <- struct{}{}
	}
	q.list = slices.Delete(q.list, 0, len(q.list))
	q.n.Store(0)
}

// wait repeats try until it succeeds or fails, each time there is news. It
// returns false if ctx ended before.
func (q *waitq) wait(ctx context.Context, try func() (bool, error)) (bool, error) {
	for {
		w := q.join()
		if ok, err := try(); ok || err != nil {
			q.leave(w)
			return ok, err
		}
		if q.near.Load() {
			q.look(w)
		}
		if !awaitToken(ctx, w.token) {
			q.leave(w)
			return false, nil
		}
		q.give(w)
		if ok, err := try(); ok || err != nil {
			return ok, err
		}
	}
}

// look looks for the token of w for a moment, if that is promising.
func (q *waitq) look(w *waiter) {
	q.mu.Lock()
	promising := q.spin.promising()
	q.mu.Unlock()
	if !promising {
		return
	}
	came := look(func() bool { return len(w.token) > 0 })
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spin.learn(came)
}

// awaitToken waits for a token. It returns false if ctx ended before.
func awaitToken(ctx context.Context, token <-chan struct{}) bool {
	done := ctx.Done()
	if done == nil { // cheaper
		<-token
		return true
	}
	select {
	case <-token:
		return true
	case <-done:
		return false
	}
}
