package sp

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// Request is a request or a survey that came, and the way back to who sent it.
// It may be answered once, or not at all.
type Request struct {
	// Body is the caller's.
	Body []byte

	header   []byte
	pipe     *engine.Pipe
	e        *engine.Socket
	out      *pattern.Return
	answered atomic.Bool
}

// Peer is who sent the request, or the device that passed it on.
func (q *Request) Peer() *Peer { return q.pipe.Face().(*Peer) }

// Reply answers with that body, which it copies. It waits until the peer has
// room. It fails with ErrAnswered if the request has been answered, and with
// ErrPeerGone if who asked is not connected any more. After another error it may
// be tried again.
func (q *Request) Reply(ctx context.Context, body []byte) error {
	m := message.Get()
	m.Borrow(body)
	err := q.answer(ctx, m)
	message.Put(m)
	return err
}

// ReplyMessage is Reply with a message that it takes over if and only if it
// returns nil.
func (q *Request) ReplyMessage(ctx context.Context, m *Message) error {
	err := q.answer(ctx, m.Used())
	if err == nil {
		m.Taken()
	}
	return err
}

func (q *Request) answer(ctx context.Context, m *Message) error {
	if q.answered.Swap(true) {
		return fmt.Errorf("reply to %s: %w", q.pipe.Addr(), ErrAnswered)
	}
	theirs, n := m.Header, len(m.Body)
	m.Header = q.header
	err := q.e.Start(ctx, "reply")
	if err == nil {
		var ok bool
		if ok, err = q.out.To(m, q.pipe.ID()); !ok && err == nil {
			err = q.e.Await(ctx, "reply", func() (bool, error) { return q.out.To(m, q.pipe.ID()) })
		}
	}
	if err != nil {
		m.Header = theirs
		q.answered.Store(false)
		return fmt.Errorf("reply to %s: %w", q.pipe.Addr(), err)
	}
	q.e.CountSent(n)
	return nil
}
