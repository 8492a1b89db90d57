package pattern

import (
	"sync"

	"github.com/sprocketmq/sp/message"
)

// Out is a way out: Balance, Broadcast or Return.
type Out interface {
	Attach(Peer) OutSeat
	Send(*message.Message) (bool, error)
	CanSend() bool
	Depth() int
	Close() int
}

// OutSeat is a peer's place in a way out.
type OutSeat interface {
	Ready()
	Detach(unsent []message.Message)
}

// InSeat is a peer's place in a way in.
type InSeat interface {
	Deliver(batch []message.Message) int
	BulkSeat
	BodySeat
	Detach()
}

// Joined is a router made of a way out and a way in. Either may be nil: such
// a socket does not send, or drops what it is sent.
type Joined struct {
	Out Out
	In  *Merge
	// Most is how many peers there may be; 0 for any number.
	Most int

	mu     sync.Mutex
	peers  int
	newest uint64 // connection that there was, where there is one at a time
}

type joinedSeat struct {
	j    *Joined
	peer Peer
	out  OutSeat
	in   InSeat
}

// Attach implements Router.
func (j *Joined) Attach(p Peer) (Seat, error) {
	if err := j.admit(p); err != nil {
		return nil, err
	}
	s := &joinedSeat{j: j, peer: p}
	if j.Out != nil {
		s.out = j.Out.Attach(p)
	}
	if j.In != nil {
		s.in = j.In.Attach(p)
	}
	return s, nil
}

// admit counts p among the peers, or tells why it is not wanted. Who has one peer at a
// time may be reached by one that has connected again before the handshake of its lost
// connection was over here: what came by that one is older than what it has sent since.
func (j *Joined) admit(p Peer) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.Most > 0 && j.peers >= j.Most {
		return ErrBusy
	}
	if c, ok := p.(Numbered); ok && j.Most == 1 {
		if c.Number() < j.newest {
			return ErrOlder
		}
		j.newest = c.Number()
	}
	j.peers++
	return nil
}

func (s *joinedSeat) Deliver(batch []message.Message) int {
	if s.in != nil {
		return s.in.Deliver(batch)
	}
	for i := range batch {
		batch[i].Drop()
	}
	s.peer.Count(Unwanted, len(batch))
	return len(batch)
}

// DeliverBulk implements BulkSeat.
func (s *joinedSeat) DeliverBulk(b *message.Bulk) int {
	if s.in != nil {
		return s.in.DeliverBulk(b)
	}
	s.peer.Count(Unwanted, len(b.Spans))
	return len(b.Spans)
}

// HasRoom implements Roomy.
func (s *joinedSeat) HasRoom() bool {
	r, ok := s.in.(Roomy)
	return !ok || r.HasRoom()
}

// Bodies implements BodySeat.
func (s *joinedSeat) Bodies() bool { return s.in != nil && s.in.Bodies() }

// DeliverBody implements BodySeat.
func (s *joinedSeat) DeliverBody(body []byte) bool { return s.in.DeliverBody(body) }

// Passed implements BodySeat.
func (s *joinedSeat) Passed() (messages, bytes uint64) {
	if s.in == nil {
		return 0, 0
	}
	return s.in.Passed()
}

func (s *joinedSeat) Ready() {
	if s.out != nil {
		s.out.Ready()
	}
}

func (s *joinedSeat) Detach(unsent []message.Message) {
	if s.in != nil {
		s.in.Detach()
	}
	if s.out != nil {
		s.out.Detach(unsent)
	}
	s.j.mu.Lock()
	s.j.peers--
	s.j.mu.Unlock()
}

// Send implements Router.
func (j *Joined) Send(m *message.Message) (bool, error) {
	if j.Out == nil {
		return false, ErrCannotSend
	}
	return j.Out.Send(m)
}

// SendBody implements BodySender.
func (j *Joined) SendBody(body []byte) bool {
	b, ok := j.Out.(*Balance)
	return ok && b.SendBody(body)
}

// Recv implements Router.
func (j *Joined) Recv(m *message.Message) bool { return j.In != nil && j.In.Recv(m) }

// RecvBody implements BodyReceiver.
func (j *Joined) RecvBody() ([]byte, bool) {
	if j.In == nil {
		return nil, false
	}
	return j.In.RecvBody()
}

// Taken implements Counter.
func (j *Joined) Taken() (messages, bytes uint64) {
	if j.In == nil {
		return 0, 0
	}
	return j.In.Taken()
}

// CanSend implements Router.
func (j *Joined) CanSend() bool { return j.Out != nil && j.Out.CanSend() }

// CanRecv implements Router.
func (j *Joined) CanRecv() bool { return j.In != nil && j.In.CanRecv() }

// Depth implements Router.
func (j *Joined) Depth() (out, in int) {
	if j.Out != nil {
		out = j.Out.Depth()
	}
	if j.In != nil {
		in = j.In.Depth()
	}
	return out, in
}

// Close implements Router.
func (j *Joined) Close() int {
	if j.In != nil {
		j.In.Close()
	}
	if j.Out != nil {
		return j.Out.Close()
	}
	return 0
}

// Class is the priority in use, where the way out has one and there may be more
// peers than one.
func (j *Joined) Class() int {
	if b, ok := j.Out.(*Balance); ok && j.Most != 1 {
		return b.Class()
	}
	return 0
}
