package pattern

import (
	"math"
	"slices"
)

// What peers that have gone left in their queues has a bound too, or whoever comes,
// sends and goes again and again would fill the memory of an application that does
// not receive. Who comes while there is too much, or while a newcomer waits, is a
// newcomer: its queue counts as if it had gone, and is full while there is too much.
// Peers that were there before keep what is theirs. Where a full queue drops messages,
// these are dropped.
//
// When half of it has been received, all newcomers that wait may try again, and each
// may bring at least one message then: so nobody waits for ever, whoever else comes.

// remains is what is left of peers of one priority: others might be served before
// them for ever, and are no reason to wait.
type remains struct {
	cost    int          // of its memory
	seats   []*mergeSeat // of those who have gone, in that order
	waiting []*mergeSeat // newcomers
}

const (
	// seatCost is what a peer that has gone holds besides its queue.
	seatCost = 4 << 10
	// leastRemains may be there whatever the limits of a queue: a thousand peers
	// that come to say one thing each.
	leastRemains = 4 << 20
)

// mostRemains is the bound: four full queues.
func (lim *Limits) mostRemains() int {
	return max(4*min(lim.RecvBytes, math.MaxInt/4), leastRemains)
}

func (s *mergeSeat) remains() *remains { return &s.g.left[s.peer.RecvPriority()] }

// come finds out, with the lock, whether the peer is a newcomer.
func (s *mergeSeat) come() {
	lim, r := s.g.host.Limits(), s.remains()
	s.besides = seatCost
	s.newcomer = lim.Full != DropOldest && (r.cost > lim.mostRemains() || len(r.waiting) > 0)
}

// leave notes, with the lock, that the peer has gone, and returns what is to be told
// of it.
func (s *mergeSeat) leave() (all []news) {
	lim, r := s.g.host.Limits(), s.remains()
	r.waiting = without(r.waiting, s)
	r.cost -= s.cost
	s.gone, s.cost, s.besides = true, 0, seatCost+s.q.pack()
	s.account()
	for lim.Full == DropOldest && r.cost > lim.mostRemains() && len(r.seats) > 0 {
		oldest, n := r.seats[0], 0
		for ; oldest.q.n > 0 && r.cost > lim.mostRemains(); n++ {
			s.g.discard(oldest)
		}
		all = append(all, news{peer: oldest.peer, why: QueueFull, n: n})
	}
	return append(all, s.freed()...)
}

// account brings up to date, with the lock, what is left of a peer.
func (s *mergeSeat) account() {
	if s.gone || s.newcomer {
		s.recount()
	}
}

func (s *mergeSeat) recount() {
	r, was := s.remains(), s.cost
	s.cost = 0
	if s.q.n > 0 {
		s.cost = s.besides + s.q.bytes
		s.turn = false
	}
	r.cost += s.cost - was
	switch {
	case s.gone && was == 0 && s.cost > 0:
		r.seats = append(r.seats, s)
	case s.gone && was > 0 && s.cost == 0:
		r.seats = without(r.seats, s)
	}
}

// crowded tells, with the lock, whether a newcomer has no room for size bytes. When
// one has to wait, all have to: else the quick ones would fill what room there is,
// each time.
func (s *mergeSeat) crowded(size int, lim *Limits) bool {
	return s.newcomer && s.tooMuch(size, lim)
}

func (s *mergeSeat) tooMuch(size int, lim *Limits) bool {
	s.recount()
	r, most := s.remains(), lim.mostRemains()
	first := s.q.n == 0
	if first && s.turn {
		return false
	}
	if len(r.waiting) == 0 && (r.cost+size <= most || first && r.cost <= most/2) {
		return false
	}
	if lim.Full == Wait && !s.waits {
		s.waits = true
		r.waiting = append(r.waiting, s)
	}
	return true
}

// freed returns, with the lock, the newcomers to be resumed as enough has been
// received.
func (s *mergeSeat) freed() (all []news) {
	r := s.remains()
	if len(r.waiting) == 0 || r.cost > s.g.host.Limits().mostRemains()/2 {
		return nil
	}
	for _, o := range r.waiting {
		o.waits, o.stalled, o.turn = false, false, true
		all = append(all, news{peer: o.peer, resume: true})
	}
	r.waiting = nil
	return all
}

func without(all []*mergeSeat, s *mergeSeat) []*mergeSeat {
	return slices.DeleteFunc(all, func(o *mergeSeat) bool { return o == s })
}

// resumed is the peer, if there is one, and others, to be resumed as one.
func resumed(p Peer, others []news) Peer {
	if len(others) == 0 {
		return p
	}
	return &several{p, others}
}

type several struct {
	Peer
	others []news
}

// Resume implements Peer.
func (s *several) Resume() {
	if s.Peer != nil {
		s.Peer.Resume()
	}
	tell(s.others)
}
