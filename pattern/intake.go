package pattern

import "github.com/sprocketmq/sp/message"

// A lent body longer than this is copied under no lock.
const longCopy = 1 << 10

// intake is one delivery in progress.
type intake struct {
	*mergeSeat
	lim    *Limits
	queued int
	losses int
	lost   [Drops]int // of these, by reason
}

func (in *intake) lose(why Drop) {
	in.losses++
	in.lost[why]++
}

func (s *mergeSeat) Deliver(batch []message.Message) int {
	in := intake{mergeSeat: s, lim: s.g.host.Limits()}
	taken := 0
	s.g.mu.Lock()
	for ; taken < len(batch) && in.take(&batch[taken]); taken++ {
	}
	s.g.mu.Unlock()
	in.done()
	return taken
}

func (s *mergeSeat) DeliverBulk(b *message.Bulk) int {
	g := s.g
	in := intake{mergeSeat: s, lim: g.host.Limits()}
	taken := 0
	b.Chunk.Retain(len(b.Spans))
	g.mu.Lock()
	for ; taken < len(b.Spans); taken++ {
		it := item{payload: b.At(taken), chunk: b.Chunk}
		if why := in.want(it.payload); why != None {
			in.lose(why)
			continue
		}
		if room, why := in.room(len(it.payload)); !room {
			break
		} else if why != None {
			in.lose(why)
			continue
		}
		if g.Open != nil {
			g.opened = message.Message{Body: it.payload}
			if why := g.Open(s.peer, &g.opened); why != None {
				in.lose(why)
				continue
			}
			it.head = int32(len(g.opened.Header))
		}
		in.push(&it)
	}
	g.mu.Unlock()
	if unused := len(b.Spans) - in.queued; unused > 0 {
		b.Chunk.Release(unused)
	}
	in.done()
	return taken
}

// HasRoom implements Roomy.
func (s *mergeSeat) HasRoom() bool {
	s.g.mu.Lock()
	defer s.g.mu.Unlock()
	if lim := s.g.host.Limits(); lim.Full == Wait && !s.g.closed && s.q.full(0, lim) {
		s.stalled = true
	} else {
		return true
	}
	return false
}

func (s *mergeSeat) Bodies() bool { return s.g.Open == nil }

func (s *mergeSeat) DeliverBody(body []byte) bool {
	g := s.g
	in := intake{mergeSeat: s, lim: g.host.Limits()}
	var long []byte
	g.mu.Lock()
	why := in.want(body)
	if why == None && len(body) > longCopy {
		g.mu.Unlock()
		long = message.Clone(body)
		g.mu.Lock()
		why = in.want(body)
	}
	room := true
	if why == None {
		room, why = in.room(len(body))
	}
	switch {
	case !room:
	case why != None:
		in.lose(why)
	default:
		if long == nil {
			long = g.arena.Copy(body)
		}
		in.push(&item{payload: long})
	}
	g.mu.Unlock()
	in.done()
	return room
}

// take queues or drops m, and returns false if it has to wait for room.
func (in *intake) take(m *message.Message) bool {
	g := in.g
	if g.Open == nil && len(m.Header) > 0 {
		m.Join() // an inproc peer put a header where there is none
	}
	why := in.want(m.Body)
	if why == None && m.Borrowed() && len(m.Body) > longCopy {
		g.mu.Unlock()
		m.Own()
		g.mu.Lock()
		why = in.want(m.Body)
	}
	if why == None {
		var room bool
		if room, why = in.room(m.Len()); !room {
			return false
		}
	}
	if why == None && g.Open != nil {
		why = g.Open(in.peer, m)
	}
	if why != None {
		in.lose(why)
		m.Drop()
		return true
	}
	if m.Borrowed() {
		m.Detach(&g.arena)
	}
	it := itemOf(m)
	in.push(&it)
	return true
}

// want tells why a message is not wanted.
func (in *intake) want(body []byte) Drop {
	if g := in.g; g.closed || g.topics != nil && !g.topics.Match(body) {
		return Unwanted
	}
	return None
}

// room tells whether there is room for a message, makes some, or says why to
// drop it.
func (in *intake) room(size int) (room bool, why Drop) {
	if !in.q.full(size, in.lim) {
		return true, None
	}
	switch in.lim.Full {
	case DropNewest:
		return true, QueueFull
	case DropOldest:
		for in.q.full(size, in.lim) {
			in.g.discard(in.mergeSeat)
			in.lose(QueueFull)
		}
		return true, None
	}
	in.stalled = true
	return false, None
}

func (in *intake) push(it *item) {
	if in.q.n == 0 {
		in.g.some.add(in.peer.RecvPriority(), in.mergeSeat)
	}
	in.q.push(it)
	in.g.depth++
	in.queued++
}

// done tells the news, without the lock.
func (in *intake) done() {
	for why, n := range in.lost {
		if in.losses == 0 {
			break
		}
		if n > 0 {
			in.peer.Count(Drop(why), n)
		}
	}
	if in.queued > 0 {
		in.g.host.Readable()
	}
}
