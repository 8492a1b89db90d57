package sp

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

var (
	errSocketClosed = fmt.Errorf("socket is closed: %w", net.ErrClosed)
	errCanceled     = errors.New("request was canceled")
	errTaken        = errors.New("reply has been taken already")
)

// What a Call's parked is when the call is done.
const (
	ended = -1 << 31
	// awaited says that a caller waited, and whoever brought the reply waits until it
	// has run.
	awaited = ended + 1
)

func (c *Call) finished() bool { return c.parked.Load() < 0 }

// wait waits until the call is done.
func (c *Call) wait(ctx context.Context) error {
	if c.finished() {
		return nil
	}
	if err := c.r.e.Start(ctx, "request"); err != nil {
		return err
	}
	if !c.r.e.WaitArrival(ctx, c) {
		return c.r.e.WaitError(ctx, "request")
	}
	return nil
}

// Arrived implements engine.Arrival.
func (c *Call) Arrived() bool { return c.finished() }

// Park implements engine.Arrival: it registers a caller that waits, and returns
// what tells it to look again.
func (c *Call) Park() <-chan struct{} {
	c.r.e.Parked.Add(1)
	if !c.register(1) {
		c.r.e.Parked.Add(-1)
	}
	return c.token
}

// Unpark takes a registration back.
func (c *Call) Unpark() {
	if c.register(-1) {
		c.r.e.Parked.Add(-1)
	}
}

// register changes the number of callers that wait, unless the call is done.
func (c *Call) register(n int32) bool {
	for {
		v := c.parked.Load()
		if v < 0 {
			return false
		}
		if c.parked.CompareAndSwap(v, v+n) {
			return true
		}
	}
}

// end makes the call one that is done, once, and reports whether somebody waits.
// Then parked is as.
func (c *Call) end(as int32) bool {
	for {
		n := c.parked.Load()
		done := as
		if n == 0 {
			done = ended
		}
		if !c.parked.CompareAndSwap(n, done) {
			continue
		}
		if n > 0 {
			c.r.e.Parked.Add(-n)
		}
		return n > 0
	}
}

// wake wakes all who wait for a call that is done. A token that is there already
// does so.
func (c *Call) wake() {
	if !c.own {
		close(c.token)
		return
	}
	tell(c.token)
}

func tell(token chan<- struct{}) {
	select {
	case token <- struct{}{}:
	default:
	}
}

// take hands over the reply, once.
func (c *Call) take() (*Message, error) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	switch {
	case c.err != nil:
		return nil, fmt.Errorf("request: %w", c.err)
	case c.given:
		return nil, errTaken
	}
	c.given = true
	m := c.reply
	c.reply = nil
	showPeer(m)
	c.r.e.CountReceived(len(m.Body))
	return m, nil
}

// body waits for the reply and hands over its body, where nobody else waits.
func (c *Call) body(ctx context.Context) ([]byte, error) {
	err := c.wait(ctx)
	if c.parked.Load() == awaited {
		c.waker.run.Done()
	}
	if err != nil {
		return nil, err
	}
	if c.answer != nil {
		c.r.e.CountReceived(len(c.answer))
		return c.answer, nil
	}
	m, err := c.take()
	if err != nil {
		return nil, err
	}
	r := c.r
	r.mu.Lock()
	m.Detach(&r.arena)
	r.mu.Unlock()
	body := m.Body
	message.Put(m)
	return body, nil
}

// Send and Recv implement pattern.Router; a Requester uses neither.
func (r *requests) Send(*message.Message) (bool, error) { return false, pattern.ErrCannotSend }
func (r *requests) Recv(*message.Message) bool          { return false }

// CanSend implements pattern.Router: a request can always be asked.
func (r *requests) CanSend() bool { return true }

// CanRecv implements pattern.Router.
func (r *requests) CanRecv() bool { return false }

// Depth implements pattern.Router.
func (r *requests) Depth() (out, in int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waiting), 0
}

// Class is the priority of the peers in use.
func (r *requests) Class() int { return r.out.Class() }

// Closing implements engine's Closer: calls do not wait for a closing socket.
func (r *requests) Closing() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, c := range r.byID {
		r.finish(c, nil, errSocketClosed)
	}
}

// Close implements pattern.Router.
func (r *requests) Close() int { return r.out.Close() }
