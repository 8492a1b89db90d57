package engine

import (
	"context"
	"sync"
	"sync/atomic"
)

// waitq is the callers that wait for one kind of event. Who makes the event
// happen wakes one; who leaves something behind wakes the next.
type waitq struct {
	n    atomic.Int32
	mu   sync.Mutex
	list []*waiter
}

type waiter struct {
	token chan struct{} // gets one token when the waiter is taken off the list
}

var waiters = sync.Pool{New: func() any { return &waiter{token: make(chan struct{}, 1)} }}

func (q *waitq) join() *waiter {
	w := waiters.Get().(*waiter)
	q.mu.Lock()
	q.list = append(q.list, w)
	q.n.Store(int32(len(q.list)))
	q.mu.Unlock()
	return w
}

// leave takes w off the list. If it was woken, the news goes to the next one
// unless it was used.
func (q *waitq) leave(w *waiter, used bool) {
	q.mu.Lock()
	found := false
	for i, v := range q.list {
		if v == w {
			q.list = append(q.list[:i], q.list[i+1:]...)
			q.n.Store(int32(len(q.list)))
			found = true
			break
		}
	}
	q.mu.Unlock()
	if !found {
		select {
		case <-w.token:
		default:
		}
		if !used {
			q.wake()
		}
	}
	waiters.Put(w)
}

func (q *waitq) wake() {
	if q.n.Load() == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) > 0 {
		q.list[0].token <- struct{}{}
		q.list = append(q.list[:0], q.list[1:]...)
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
	q.list = nil
	q.n.Store(0)
}

// wait repeats try until it succeeds or fails, each time there is news. It
// returns false if ctx ended before.
func (q *waitq) wait(ctx context.Context, try func() (bool, error)) (bool, error) {
	for {
		w := q.join()
		if ok, err := try(); ok || err != nil {
			q.leave(w, false)
			return ok, err
		}
		select {
		case <-w.token:
			// Taken off the list already.
			waiters.Put(w)
			if ok, err := try(); ok || err != nil {
				return ok, err
			}
		case <-ctx.Done():
			q.leave(w, false)
			return false, nil
		}
	}
}
