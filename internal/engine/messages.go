package engine

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// messages is the carrier of a connection that carries messages by itself. It
// is the link's sink.
type messages struct {
	p    *Pipe
	link transport.MessageLink
	meet bool // the other end is in this process: nobody runs the pipe

	out struct{ messages, bytes atomic.Uint64 }

	mu     sync.Mutex
	unsent []message.Message // what the link gave back
}

// Offer implements pattern.Peer.
func (c *messages) Offer(m *message.Message) bool {
	n := m.Len()
	if !c.link.Offer(m) {
		return false
	}
	c.out.messages.Add(1)
	c.out.bytes.Add(uint64(n))
	return true
}

// Resume implements pattern.Peer.
func (c *messages) Resume() { c.link.Resume() }

func (c *messages) run() error {
	c.link.Attach(c)
	<-c.p.lost
	return c.p.lostErr
}

func (c *messages) flush(ctx context.Context) error { return c.link.Flush(ctx) }

func (c *messages) idle() bool { return true }

func (c *messages) count(s *PeerStats) {
	s.MessagesOut += c.out.messages.Load()
	s.BytesOut += c.out.bytes.Load()
}

// Deliver implements transport.Sink.
func (c *messages) Deliver(batch []message.Message) int {
	max := uint64(c.p.end.maxSize.Load())
	for i := range batch {
		if size := uint64(batch[i].Len()); max > 0 && size > max {
			if n := c.pass(batch[:i]); n < i {
				return n
			}
			c.p.tooBig(&wire.TooBigError{Size: size, Max: max})
			batch[i].Drop()
			return i + 1 + c.Deliver(batch[i+1:])
		}
	}
	return c.pass(batch)
}

func (c *messages) pass(batch []message.Message) int {
	var few [8]int
	sizes := few[:0]
	for i := range batch {
		sizes = append(sizes, batch[i].Len())
	}
	n := c.p.seat.Deliver(batch)
	bytes := 0
	for _, size := range sizes[:n] {
		bytes += size
	}
	c.p.arrived(n, bytes)
	return n
}

// Ready implements transport.Sink.
func (c *messages) Ready() { c.p.ready() }

// Lost implements transport.Sink.
func (c *messages) Lost(err error, unsent []message.Message) {
	c.mu.Lock()
	c.unsent = unsent
	c.mu.Unlock()
	c.p.lose(err, false)
	if c.meet {
		c.p.detach(err)
		c.p.end.meetLater(c.p)
	}
}

func (c *messages) finish(error) []message.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	unsent := c.unsent
	c.unsent = nil
	return unsent
}
