package engine

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// messages is the carrier of a connection that carries messages by itself. It
// is the link's sink.
type messages struct {
	p      *Pipe
	link   transport.MessageLink
	lends  transport.BodyLink // the link, if it is one: then it counts what goes out
	bodies pattern.BodySeat   // the seat, if it takes bodies alone: it counts them
	out    struct{ messages, bytes atomic.Uint64 }
	odd    struct{ messages, bytes atomic.Uint64 } // bodies that the seat does not count

	mu     sync.Mutex
	meets  bool              // the other end is in this process
	unsent []message.Message // what the link gave back
}

// Offer implements pattern.Peer.
func (c *messages) Offer(m *message.Message) bool {
	n := m.Len()
	if !c.link.Offer(m) {
		return false
	}
	c.sent(n)
	return true
}

func (c *messages) hasRoom() bool {
	r, ok := c.link.(pattern.Roomy)
	return !ok || r.HasRoom()
}

// HasRoom implements pattern.Roomy, for the other end of the link.
func (c *messages) HasRoom() bool {
	r, ok := c.p.seat.(pattern.Roomy)
	return !ok || r.HasRoom()
}

// OfferBody implements pattern.BodyPeer.
func (c *messages) OfferBody(body []byte) bool {
	if c.lends == nil || !c.lends.OfferBody(body) {
		return false
	}
	c.p.late()
	return true
}

// sent counts a message of size bytes that the link has taken.
func (c *messages) sent(size int) {
	if c.lends == nil {
		c.out.messages.Add(1)
		c.out.bytes.Add(uint64(size))
	}
	c.p.late()
}

// Resume implements pattern.Peer.
func (c *messages) Resume() { c.link.Resume() }

func (c *messages) start() {
	if b, ok := c.p.seat.(pattern.BodySeat); ok && b.Bodies() {
		c.bodies = b
	}
	c.link.Attach(c)
}

func (c *messages) run() error {
	<-c.p.lost
	return c.p.lostErr
}

func (c *messages) flush(ctx context.Context) error { return c.link.Flush(ctx) }

func (c *messages) idle() bool { return true }

func (c *messages) count(s *PeerStats) {
	s.MessagesOut += c.out.messages.Load()
	s.BytesOut += c.out.bytes.Load()
	if c.lends != nil {
		n, bytes := c.lends.Passed()
		s.MessagesOut += n
		s.BytesOut += bytes
	}
	if c.bodies != nil {
		n, bytes := c.bodies.Passed()
		s.MessagesIn += n
		s.BytesIn += bytes
	}
}

// Bodies implements transport.Sink.
func (c *messages) Bodies() (messages, bytes uint64) {
	if c.bodies != nil {
		messages, bytes = c.bodies.Passed()
	}
	return messages + c.odd.messages.Load(), bytes + c.odd.bytes.Load()
}

// Deliver implements transport.Sink.
func (c *messages) Deliver(batch []message.Message) int {
	most := c.p.end.most()
	for i := range batch {
		if size := uint64(batch[i].Len()); size > most {
			if n := c.pass(batch[:i]); n < i {
				return n
			}
			c.p.tooBig(&wire.TooBigError{Size: size, Max: most})
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

// DeliverBody implements transport.Sink.
func (c *messages) DeliverBody(body []byte) bool {
	if c.bodies == nil || uint64(len(body)) > c.p.end.most() {
		batch := make([]message.Message, 1)
		batch[0].Borrow(body)
		if c.Deliver(batch) == 0 {
			return false
		}
		c.odd.messages.Add(1)
		c.odd.bytes.Add(uint64(len(body)))
		return true
	}
	if !c.bodies.DeliverBody(body) {
		return false
	}
	c.p.late()
	return true
}

// Ready implements transport.Sink.
func (c *messages) Ready() { c.p.ready() }

// Lost implements transport.Sink.
func (c *messages) Lost(err error, unsent []message.Message) {
	c.mu.Lock()
	c.unsent = unsent
	meets := c.meets
	c.mu.Unlock()
	c.p.lose(err, false)
	if meets {
		c.p.detach(err)
	}
}

// meet says that nobody runs the pipe: from now on Lost cleans up. What was lost
// before is cleaned up here.
func (c *messages) meet() {
	c.mu.Lock()
	c.meets = true
	c.mu.Unlock()
	select {
	case <-c.p.lost:
		c.p.detach(c.p.lostErr)
	default:
	}
}

func (c *messages) finish(error) (unsent []message.Message, begun int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	unsent = c.unsent
	c.unsent = nil
	return unsent, 0
}
