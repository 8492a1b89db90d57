//go:build linux

package capi

import (
	"math/rand/v2"
	"sync"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// requester is the router of a cooked REQ: one request, and its reply.
//
//	idle     a send                                        -> waiting
//	waiting  the reply                                     -> done
//	         a send forgets the request                    -> waiting
//	         its peer is lost, or Resend is over: once more
//	done     a receive takes the reply                     -> idle
//	         a send forgets the reply                      -> waiting
type requester struct {
	host pattern.Host
	out  *pattern.Balance

	sending sync.Mutex // held while the request is offered; before mu
	body    []byte     // the request's, under sending
	kind    message.Type

	mu     sync.Mutex
	stage  stage
	id     uint32
	header [wire.WordSize]byte
	peer   uint32 // who has the request; 0: nobody has room
	reply  message.Message
	stop   func() bool // of the timer that sends again
}

type stage uint8

const (
	idle stage = iota
	waiting
	done
)

func newRequester(h pattern.Host) pattern.Router {
	return &requester{host: h, out: pattern.NewBalance(h), id: rand.Uint32()}
}

// Send implements pattern.Router: a request can always be asked.
func (r *requester) Send(m *message.Message) (bool, error) {
	r.sending.Lock()
	defer r.sending.Unlock()
	if cap(r.body) < len(m.Body) {
		r.body = message.NewAside(len(m.Body))
	}
	r.body, r.kind = append(r.body[:0], m.Body...), m.Type()
	r.mu.Lock()
	r.forget()
	r.id++
	wire.AppendWord(r.header[:0], r.id|wire.RequestBit)
	r.stage = waiting
	r.mu.Unlock()
	r.offer()
	return true, nil
}

// forget gives up the request and its reply, with the lock.
func (r *requester) forget() {
	r.reply.Drop()
	r.stage = idle
	r.peer = 0
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
}

// Chosen implements pattern.Chooser: p is about to get the request.
func (r *requester) Chosen(p pattern.Peer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.peer = p.ID()
	return true
}

// offer gives the request to a peer, if one has room, with the lock sending.
func (r *requester) offer() {
	m := message.Get()
	m.Borrow(r.body) // it may have to be sent again
	m.Header = r.header[:]
	m.SetType(r.kind)
	given := r.out.GiveNoting(m, r) != nil
	message.Put(m)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stage != waiting {
		return
	}
	if !given {
		r.peer = 0 // Ready offers it
		return
	}
	if after := r.host.Limits().Resend; after > 0 {
		id := r.id
		if r.stop != nil {
			r.stop()
		}
		r.stop = r.host.After(after, func() { r.again(func() bool { return r.id == id }) })
	}
}

// again sends the request once more, if it waits and is the one meant.
func (r *requester) again(meant func() bool) {
	r.sending.Lock()
	defer r.sending.Unlock()
	r.mu.Lock()
	yes := r.stage == waiting && meant()
	r.mu.Unlock()
	if yes {
		r.offer()
	}
}

// Recv implements pattern.Router.
func (r *requester) Recv(m *message.Message) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stage != done {
		return false
	}
	*m = r.reply.Move()
	r.reply = message.Message{}
	r.stage = idle
	return true
}

// RecvError implements stateful.
func (r *requester) RecvError() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stage == idle {
		return EFSM
	}
	return nil
}

// CanSend implements pattern.Router.
func (r *requester) CanSend() bool { return true }

// CanRecv implements pattern.Router.
func (r *requester) CanRecv() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stage == done
}

// Depth implements pattern.Router: a socket that closes has given up its request.
func (r *requester) Depth() (out, in int) { return 0, 0 }

// Class is the priority of the peers in use.
func (r *requester) Class() int { return r.out.Class() }

// Close implements pattern.Router.
func (r *requester) Close() int {
	r.mu.Lock()
	r.forget()
	r.mu.Unlock()
	return r.out.Close()
}

// Attach implements pattern.Router.
func (r *requester) Attach(p pattern.Peer) (pattern.Seat, error) {
	return &requesterSeat{r, p, r.out.Attach(p)}, nil
}

type requesterSeat struct {
	r    *requester
	peer pattern.Peer
	out  pattern.OutSeat
}

// Ready offers a request that nobody had room for.
func (s *requesterSeat) Ready() {
	s.out.Ready()
	s.r.again(func() bool { return s.r.peer == 0 })
}

// Detach gives the request of a peer that has gone to another one.
func (s *requesterSeat) Detach([]message.Message) {
	s.out.Detach(nil)
	s.r.again(func() bool { return s.r.peer == s.peer.ID() })
}

// Deliver takes the reply to the request, and drops all others.
func (s *requesterSeat) Deliver(batch []message.Message) int {
	for i := range batch {
		if why := s.r.take(&batch[i]); why != pattern.None {
			s.peer.Count(why, 1)
			batch[i].Drop()
		}
	}
	return len(batch)
}

func (r *requester) take(m *message.Message) pattern.Drop {
	if why := pattern.OpenWord(m); why != pattern.None {
		return why
	}
	id, _ := wire.Word(m.Header)
	r.mu.Lock()
	if r.stage != waiting || id != r.id|wire.RequestBit {
		r.mu.Unlock()
		return pattern.Late
	}
	m.Own()
	r.reply = m.Move()
	r.reply.Header = nil
	r.stage = done
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
	r.mu.Unlock()
	r.host.Readable()
	return pattern.None
}
