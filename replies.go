package sp

import (
	"slices"
	"sync"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Attach implements pattern.Router.
func (r *requests) Attach(p pattern.Peer) (pattern.Seat, error) {
	return &requestSeat{r: r, peer: p, out: r.out.Attach(p)}, nil
}

type requestSeat struct {
	r     *requests
	peer  pattern.Peer
	out   pattern.OutSeat
	woken []chan<- struct{} // by the delivery that is going on
	run   sync.WaitGroup    // those who have been woken and have not run yet
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
	c, why := s.call(id)
	if why == pattern.None {
		r.finish(c, answer(s.peer, m, &r.arena), nil)
	}
	return why
}

// call finds the call that a reply is for, with the lock, or says why it is dropped.
func (s *requestSeat) call(id uint32) (*Call, pattern.Drop) {
	c := s.r.byID[id]
	switch {
	case c == nil:
		return nil, pattern.Late
	case !slices.Contains(c.asked, s.peer.ID()):
		return nil, pattern.Foreign
	}
	return c, pattern.None
}

// DeliverBulk implements pattern.BulkSeat: the replies of one read, for which there
// often are as many callers.
func (s *requestSeat) DeliverBulk(b *message.Bulk) int {
	r := s.r
	r.mu.Lock()
	for i := range b.Spans {
		if why := s.replyAt(b, i); why != pattern.None {
			// Before anybody can have what came after it.
			r.mu.Unlock()
			s.peer.Count(why, 1)
			r.mu.Lock()
		}
	}
	r.mu.Unlock()
	s.wake()
	return len(b.Spans)
}

// wake wakes, under no lock, those whose replies have come: they are going to ask again.
// If there are several, what they ask is gathered, until all have run: the reader would
// be taken over by another processor as soon as it yields, before the first of them has.
func (s *requestSeat) wake() {
	n := len(s.woken)
	if n > 1 {
		s.r.e.Gather(n)
	}
	for _, token := range s.woken {
		tell(token)
	}
	clear(s.woken)
	s.woken = s.woken[:0]
	if n > 1 {
		s.run.Wait()
		s.r.e.LetGo()
	}
}

// replyAt takes message i of a delivery, with the lock, or says why it is dropped.
func (s *requestSeat) replyAt(b *message.Bulk, i int) pattern.Drop {
	payload := b.At(i)
	id, why := answered(payload)
	if why != pattern.None {
		return why
	}
	c, why := s.call(id)
	if why != pattern.None {
		return why
	}
	body := payload[wire.WordSize:]
	if c.own && len(body) <= longAnswer {
		// Out of the memory of the read, together with the others that came in it.
		c.answer = s.r.arena.Copy(body)
		s.done(c)
		return pattern.None
	}
	m := b.Message(i)
	m.Body = body
	c.reply = answer(s.peer, &m, &s.r.arena)
	s.done(c)
	return pattern.None
}

// done ends a call that a delivery has brought the reply of, with the lock.
func (s *requestSeat) done(c *Call) {
	if !c.own {
		s.r.finish(c, c.reply, nil)
		return
	}
	c.waker = s
	s.run.Add(1) // before the caller can have run
	if s.r.close(c, awaited) {
		s.woken = append(s.woken, c.token)
	} else {
		s.run.Done()
	}
}
