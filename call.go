package sp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

var (
	errSocketClosed = fmt.Errorf("socket is closed: %w", net.ErrClosed)
	errCanceled     = errors.New("request was canceled")
	errTaken        = errors.New("reply has been taken already")
)

func (c *Call) finished() bool {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	return c.done
}

// wait waits until the call is done.
func (c *Call) wait(ctx context.Context) error {
	if err := c.e.Start(ctx, "request"); err != nil && !c.finished() {
		return err
	}
	ok, err := c.e.WaitArrival(ctx, func() (bool, error) { return c.finished(), nil }, c.park, c.unpark)
	if err != nil {
		return err
	}
	if !ok {
		return c.e.WaitError(ctx, "request")
	}
	return nil
}

// park registers a caller that waits, and returns what is closed when the call
// is done.
func (c *Call) park() <-chan struct{} {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if c.token == nil {
		c.token = make(chan struct{})
		if c.done {
			close(c.token)
		}
	}
	if !c.done {
		c.parked++
		c.e.Parked.Add(1)
	}
	return c.token
}

// unpark takes a registration back.
func (c *Call) unpark() {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if !c.done {
		c.parked--
		c.e.Parked.Add(-1)
	}
}

// wake wakes all who wait, with the lock, when the call is done.
func (c *Call) wake() {
	if c.parked > 0 {
		c.e.Parked.Add(int32(-c.parked))
	}
	if c.token != nil {
		close(c.token)
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
	c.e.CountReceived(m)
	return m, nil
}

// Attach implements pattern.Router.
func (r *requests) Attach(p pattern.Peer) (pattern.Seat, error) {
	return &requestSeat{r, p, r.out.Attach(p)}, nil
}

type requestSeat struct {
	r    *requests
	peer pattern.Peer
	out  pattern.OutSeat
}

func (s *requestSeat) Ready() {
	s.out.Ready()
	s.r.drain()
}

// Detach ignores what was not begun: lost sends it again.
func (s *requestSeat) Detach([]message.Message) {
	s.out.Detach(nil)
	s.r.lost(s.peer.ID())
}

// Deliver finds the calls that replies are for.
func (s *requestSeat) Deliver(batch []message.Message) int { return answers(s.peer, batch, s.reply) }

func (s *requestSeat) reply(id uint32, m *message.Message) pattern.Drop {
	r := s.r
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.byID[id]
	if c == nil {
		return pattern.Late
	}
	if !c.mayAnswer(s.peer.ID()) {
		return pattern.Foreign
	}
	r.finish(c, answer(s.peer, m, &r.arena), nil)
	return pattern.None
}

func (c *Call) mayAnswer(peer uint32) bool { return slices.Contains(c.asked, peer) }

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
