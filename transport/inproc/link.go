package inproc

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// link is one end of a connection. What it is offered it delivers at the
// other end, on the goroutine that offers.
type link struct {
	addr string
	far  *link
	both *shared

	sink    atomic.Pointer[transport.Sink]          // set by Attach
	whole   struct{ messages, bytes atomic.Uint64 } // offered here and taken, but for bodies
	refused atomic.Bool                             // an Offer here was: Ready is owed to our sink
	ours    side                                    // from its handshake on
	callIn  func()                                  // makes the dialer join; at the listener's end
	met     bool                                    // it has been called
}

// side is what the other end asks of the socket at this one.
type side struct {
	protocol          wire.Protocol
	queue, queueBytes int // what it lets wait to be sent
}

// shared is what the two ends have in common.
type shared struct {
	mu     sync.Mutex
	live   atomic.Bool // both ends are attached, neither is closed
	closed bool
}

var (
	_ transport.MessageLink = (*link)(nil)
	_ transport.DirectLink  = (*link)(nil)
)

func newPair(addr string) (near, far *link) {
	both := new(shared)
	near = &link{addr: addr, both: both}
	far = &link{addr: addr, both: both, far: near}
	near.far = far
	return near, far
}

func (l *link) LocalAddr() string  { return l.addr }
func (l *link) RemoteAddr() string { return l.addr }
func (l *link) State() any         { return nil }

// Handshake of the listener's end calls the dialer's side in, and goes on when
// that has made up its mind: neither side sees a peer that can't be one.
func (l *link) Handshake(_ context.Context, hello transport.Hello) error {
	if err := hello.Admit(); err != nil {
		return err
	}
	l.ours = side{hello.Protocol, hello.Queue, hello.QueueBytes}
	if l.callIn != nil {
		l.met = true
		l.callIn()
	}
	got := l.far.ours.protocol.Self
	if got != 0 && got != hello.Protocol.Peer {
		return &wire.WrongProtocolError{Want: hello.Protocol.Peer, Got: got}
	}
	if l.both.isClosed() || got == 0 && l.callIn == nil {
		return errRefused
	}
	return nil
}

// FarQueue implements transport.DirectLink.
func (l *link) FarQueue() (messages, bytes int) { return l.far.ours.queue, l.far.ours.queueBytes }

var errRefused = fmt.Errorf("refused by the other side: %w", io.EOF)

func (s *shared) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Attach implements transport.MessageLink.
func (l *link) Attach(sink transport.Sink) {
	l.both.mu.Lock()
	l.sink.Store(&sink)
	closed := l.both.closed
	far := l.far.sink.Load()
	if !closed && far != nil {
		l.both.live.Store(true)
	}
	l.both.mu.Unlock()
	switch {
	case closed:
		sink.Lost(io.EOF, nil)
	case far != nil:
		sink.Ready()
		(*far).Ready()
	}
}

var single = sync.Pool{New: func() any { return new([1]message.Message) }}

// Offer implements transport.MessageLink.
func (l *link) Offer(m *message.Message) bool {
	if !l.both.live.Load() {
		return false // Attach or Lost follows
	}
	if m.Borrowed() && len(m.Header) == 0 {
		return l.twice(func() bool { return (*l.far.sink.Load()).DeliverBody(m.Body) })
	}
	size := m.Len()
	batch := single.Get().(*[1]message.Message)
	batch[0] = m.Move()
	batch[0].SetType(message.Untyped) // here, too, it is a matter of frames
	far := *l.far.sink.Load()
	taken := l.twice(func() bool { return far.Deliver(batch[:]) == 1 })
	if taken {
		l.whole.messages.Add(1)
		l.whole.bytes.Add(uint64(size))
	} else {
		m.Unmove(&batch[0])
	}
	batch[0] = message.Message{}
	single.Put(batch)
	return taken
}

// OfferBody implements transport.BodyLink.
func (l *link) OfferBody(body []byte) bool {
	return l.both.live.Load() && (*l.far.sink.Load()).DeliverBody(body)
}

// Passed implements transport.BodyLink. Bodies are counted once, where they arrive.
func (l *link) Passed() (messages, bytes uint64) {
	if far := l.far.sink.Load(); far != nil {
		messages, bytes = (*far).Bodies()
	}
	return messages + l.whole.messages.Load(), bytes + l.whole.bytes.Load()
}

// twice tries again after a refusal, which is noted before: if room came in
// between, the second try succeeds, and if not, Resume comes after it.
func (l *link) twice(try func() bool) bool {
	if try() {
		return true
	}
	l.refused.Store(true)
	return try()
}

// HasRoom tells whether Offer would take a message.
func (l *link) HasRoom() bool {
	if !l.both.live.Load() {
		return false // Attach or Lost follows
	}
	far, ok := (*l.far.sink.Load()).(interface{ HasRoom() bool })
	return !ok || l.twice(far.HasRoom)
}

// Resume implements transport.MessageLink: our sink has room for what the
// other end was refused.
func (l *link) Resume() {
	if l.far.refused.Swap(false) {
		if sink := l.far.sink.Load(); sink != nil {
			(*sink).Ready()
		}
	}
}

// Flush implements transport.MessageLink: nothing is kept here.
func (l *link) Flush(context.Context) error { return nil }

// Close implements transport.Link. It tells both ends.
func (l *link) Close() error {
	l.both.mu.Lock()
	if l.both.closed {
		l.both.mu.Unlock()
		return nil
	}
	l.both.closed = true
	l.both.live.Store(false)
	l.both.mu.Unlock()
	if sink := l.sink.Load(); sink != nil {
		(*sink).Lost(net.ErrClosed, nil)
	}
	if sink := l.far.sink.Load(); sink != nil {
		(*sink).Lost(io.EOF, nil)
	}
	return nil
}
