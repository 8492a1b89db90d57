package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// Pipe is one peer: a connection and its place in the router. It is what
// routers know as a pattern.Peer.
type Pipe struct {
	id      uint32
	number  uint64
	sock    *Socket
	end     *Endpoint
	link    transport.Link
	carrier carrier
	face    message.Peer
	seat    pattern.Seat
	begun   atomic.Bool // seat may be used
	born    time.Time

	lost     chan struct{} // closed when the connection is to end
	loseOnce sync.Once
	lostErr  error // why; set before lost is closed
	ours     bool  // this side ended it
	gone     sync.Once

	in    struct{ messages, bytes atomic.Uint64 }
	drops [pattern.Drops]atomic.Uint64
	// unknown is how many messages were begun when the connection ended.
	unknown atomic.Uint64
	// left says that the counters are in the books of the endpoint and the
	// socket; what those say of this peer is booked, each under its lock.
	left                 atomic.Bool
	endBooked, allBooked PeerStats
}

// carrier is the half of a pipe that depends on the kind of its link.
type carrier interface {
	Offer(*message.Message) bool
	// hasRoom tells whether Offer would take something.
	hasRoom() bool
	OfferBody(body []byte) bool
	Resume()
	// start says that the pipe has its seat.
	start()
	// run moves messages until the connection ends, and returns why. It is
	// called once, after the pipe has its seat.
	run() error
	// flush waits until what was accepted has been passed on, or ctx ends.
	flush(ctx context.Context) error
	// finish ends the connection because of err and returns what was accepted
	// and not begun, and how many messages were begun and not finished. Nothing
	// is moved when it returns.
	finish(err error) (unsent []message.Message, begun int)
	// idle tells whether nothing is left to flush.
	idle() bool
	count(*PeerStats)
}

func newPipe(e *Endpoint, k *shake) *Pipe {
	p := &Pipe{id: newID(), number: k.number, sock: e.sock, end: e, link: k.link, lost: make(chan struct{})}
	if face := e.sock.cfg.Face; face != nil {
		p.face = face(p)
	} else {
		p.face = p
	}
	return p
}

// ID implements message.Peer.
func (p *Pipe) ID() uint32 { return p.id }

// Addr implements message.Peer.
func (p *Pipe) Addr() string { return p.link.RemoteAddr() }

// LocalAddr implements message.Peer.
func (p *Pipe) LocalAddr() string { return p.link.LocalAddr() }

// State implements message.Peer.
func (p *Pipe) State() any { return p.link.State() }

// Close implements message.Peer.
func (p *Pipe) Close() error {
	p.lose(errClosedHere, true)
	return nil
}

// Face is what the package above made of the pipe.
func (p *Pipe) Face() message.Peer { return p.face }

// Offer implements pattern.Peer.
func (p *Pipe) Offer(m *message.Message) bool { return p.carrier.Offer(m) }

// HasRoom implements pattern.Roomy.
func (p *Pipe) HasRoom() bool { return p.carrier.hasRoom() }

// OfferBody implements pattern.BodyPeer.
func (p *Pipe) OfferBody(body []byte) bool { return p.carrier.OfferBody(body) }

// FarQueue implements pattern.Direct.
func (p *Pipe) FarQueue() (messages, bytes int) {
	if l, ok := p.link.(transport.DirectLink); ok {
		return l.FarQueue()
	}
	return 0, 0
}

// Resume implements pattern.Peer.
func (p *Pipe) Resume() { p.carrier.Resume() }

// Number implements pattern.Numbered.
func (p *Pipe) Number() uint64 { return p.number }

// SendPriority implements pattern.Peer.
func (p *Pipe) SendPriority() int { return p.end.cfg.SendPriority }

// RecvPriority implements pattern.Peer.
func (p *Pipe) RecvPriority() int { return p.end.cfg.RecvPriority }

// Count implements pattern.Peer. What a good peer does not cause is logged.
func (p *Pipe) Count(why pattern.Drop, n int) {
	p.drops[why].Add(uint64(n))
	p.late()
	level := slog.LevelWarn
	switch {
	case why == pattern.Malformed, why == pattern.TTL, why == pattern.Foreign:
	case why == pattern.Unwanted && !p.sock.pattern.Receives:
	case why == pattern.Late:
		level = slog.LevelInfo // a peer may just be slow
	default:
		return
	}
	p.end.tell(noticeKind{level, "dropped", why.String()}, []any{"peer", p.Addr(), "id", p.id, "reason", why.String()})
}

// tooBig counts and logs a message over the largest size.
func (p *Pipe) tooBig(err *wire.TooBigError) {
	p.Count(pattern.TooBig, 1)
	p.end.warn("message too big", "", "peer", p.Addr(), "size", err.Size, "max", err.Max)
}

// malformed counts and logs a frame that can't be read.
func (p *Pipe) malformed(err error) {
	p.drops[pattern.Malformed].Add(1)
	p.end.warn("malformed frame", "", "peer", p.Addr(), "err", err)
}

// arrived counts messages that came.
func (p *Pipe) arrived(messages, bytes int) {
	p.in.messages.Add(uint64(messages))
	p.in.bytes.Add(uint64(bytes))
	p.late()
}

// late sees to it that what is counted when the peer has left is not forgotten:
// a message handed over by a goroutine of the other side, or one that was queued
// and is not wanted any more.
func (p *Pipe) late() {
	if p.left.Load() {
		p.amend()
	}
}

func (p *Pipe) amend() {
	e, s := p.end, p.sock
	e.mu.Lock()
	if _, there := e.pipes[p]; !there {
		p.book(&e.past, &p.endBooked)
	}
	e.mu.Unlock()
	s.mu.Lock()
	if s.pipes[p.id] == nil {
		p.book(&s.past, &p.allBooked)
	}
	s.mu.Unlock()
}

// book adds to past what is not in it yet, with the lock of both.
func (p *Pipe) book(past, booked *PeerStats) {
	st := p.Stats()
	st.QueuedOut = 0
	past.add(st)
	past.sub(*booked)
	*booked = st
}

// Stats takes a snapshot.
func (p *Pipe) Stats() PeerStats {
	s := PeerStats{MessagesIn: p.in.messages.Load(), BytesIn: p.in.bytes.Load(), Unknown: p.unknown.Load()}
	for i := range s.Drops {
		s.Drops[i] = p.drops[i].Load()
	}
	if p.carrier != nil { // it has none while it is being admitted
		p.carrier.count(&s)
	}
	return s
}

var errClosedHere = errors.New("closed by this side")

// lose makes the connection end, for the first reason given.
func (p *Pipe) lose(err error, ours bool) {
	first := false
	p.loseOnce.Do(func() {
		p.lostErr, p.ours = err, ours
		close(p.lost)
		first = true
	})
	if first {
		p.link.Close() // may call back
	}
}

// attach gives the pipe its seat, after the handshake.
func (p *Pipe) attach() error {
	s := p.sock
	switch l := p.link.(type) {
	case *transport.StreamLink:
		p.carrier = newStream(p, l)
	case transport.MessageLink:
		lends, _ := l.(transport.BodyLink)
		p.carrier = &messages{p: p, link: l, lends: lends}
	default:
		return errors.New("transport's link is neither a stream nor carries messages")
	}
	p.born = time.Now()
	seat, err := s.router.Attach(p)
	if err != nil {
		return err
	}
	p.seat = seat
	// As soon as it can be sent to, Close has to know of it: it may be the next
	// thing that the sender calls.
	s.mu.Lock()
	s.coming[p] = struct{}{}
	known := s.phase.Load() != closed
	s.mu.Unlock()
	p.sit()
	p.carrier.start()
	p.end.joined(p)
	s.mu.Lock()
	delete(s.coming, p)
	// Whoever closes ends the context first and looks for pipes then. A socket that
	// knew of a stream ends it itself, in good order, for which it has to be read.
	ends := p.end.ctx.Err() != nil
	if s.phase.Load() == closed {
		ends = !known || !p.isStream()
	}
	if ends {
		s.mu.Unlock()
		p.lose(errClosed, true)
		p.leave()
		s.ready.check(s) // before anybody can see that the peer has gone
		p.end.left(p)
		p.late()
		return errClosed
	}
	s.pipes[p.id] = p
	s.changed()
	was := s.choose()
	s.mu.Unlock()
	was.poked()
	s.ready.check(s)
	p.end.announce(p)
	s.log.Info("connected", "endpoint", p.end.addr, "peer", p.Addr(), "id", p.id)
	return nil
}

// sit makes it possible to send to the peer. Whoever is told of it while it comes does
// the same: TrySend may be the next thing that the application calls.
func (p *Pipe) sit() {
	if p.isStream() {
		p.end.joined(p) // others are not among the peers before they have been started
	}
	p.begun.Store(true)
	p.seat.Ready()
}

// isStream tells whether messages are written, and not handed over within the process.
func (p *Pipe) isStream() bool {
	_, ok := p.carrier.(*stream)
	return ok
}

// changed tells who waits for peers, with the lock.
func (s *Socket) changed() {
	close(s.news)
	s.news = make(chan struct{})
}

// run moves messages until the connection ends, and cleans up.
func (p *Pipe) run() { p.detach(p.carrier.run()) }

// ready says that there is room again. Before the seat is there it need not: a
// router may offer as soon as it knows the peer.
func (p *Pipe) ready() {
	if p.begun.Load() {
		p.seat.Ready()
	}
}

// detach gives up the pipe's seat.
func (p *Pipe) detach(err error) {
	p.gone.Do(func() {
		s := p.sock
		p.lose(err, false)
		p.leave()
		s.ready.check(s) // before anybody can see that the peer has gone
		p.end.left(p)
		s.mu.Lock()
		delete(s.pipes, p.id)
		p.book(&s.past, &p.allBooked)
		was := s.choose()
		s.changed()
		s.mu.Unlock()
		was.poked()
		if s.phase.Load() == lingering {
			s.poked()
		}
		s.log.Info("disconnected", "endpoint", p.end.addr, "peer", p.Addr(), "id", p.id, "reason", p.lostErr)
		if c, ok := p.carrier.(*messages); ok && c.meets {
			p.end.meetLater(p)
		}
	})
}

// leave gives up the seat and what the peer had not got.
func (p *Pipe) leave() {
	s := p.sock
	unsent, begun := p.carrier.finish(p.lostErr)
	if s.phase.Load() == closed {
		s.leftOver(len(unsent) + begun)
		unsent, begun = nil, 0
	}
	p.unknown.Add(uint64(begun))
	p.seat.Detach(unsent)
}

// carriedOn tells whether the connection was worth anything: it carried a
// message, or lived for longer than d.
func (p *Pipe) carriedOn(d time.Duration) bool {
	st := p.Stats()
	return st.MessagesIn > 0 || st.MessagesOut > 0 || time.Since(p.born) > d
}
