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
	s.account()
	s.g.mu.Unlock()
	in.done()
	return taken
}

func (s *mergeSeat) DeliverBulk(b *message.Bulk) int {
	g := s.g
	in := intake{mergeSeat: s, lim: g.host.Limits()}
	taken := 0
	b.Chunk.Retain(len(b.Spans))
	r := run{bytes: b.Bytes, chunk: b.Chunk}
	g.mu.Lock()
	s.q.turn(b.Chunk)
	if g.topics == nil && g.Open == nil && !g.closed && !s.newcomer {
		taken = in.pushAll(&r, b.Spans)
	}
	for ; taken < len(b.Spans); taken++ {
		at := b.Spans[taken]
		p := place{at.Start, at.Start, at.End}
		payload := b.Bytes[at.Start:at.End]
		if why := in.want(payload); why != None {
			in.lose(why)
			continue
		}
		if room, why := in.room(len(payload)); !room {
			break
		} else if why != None {
			in.lose(why)
			continue
		}
		if g.Open != nil {
			g.opened = message.Message{Body: payload}
			if why := g.Open(s.peer, &g.opened); why != None {
				in.lose(why)
				continue
			}
			p.body += int32(len(g.opened.Header))
		}
		in.push(&r, p)
	}
	s.account()
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
	if lim := s.g.host.Limits(); lim.Full == Wait && !s.g.closed && (s.crowded(0, lim) || s.q.full(0, lim)) {
		s.stalled = true
	} else {
		return true
	}
	return false
}

// pushAll queues those at the beginning that there is room for. They were read, so the
// peer is not a Direct one.
func (in *intake) pushAll(r *run, spans []message.Span) int {
	n, size := 0, 0
	for room := in.lim.RecvQueue - in.q.n; n < min(room, len(spans)); n++ {
		more := int(spans[n].End - spans[n].Start)
		if in.lim.Last {
			if in.q.n+n > 1 && in.q.bytes+size >= in.lim.RecvBytes {
				break
			}
		} else if in.q.bytes+size+more > in.lim.RecvBytes {
			break
		}
		size += more
	}
	if n > 0 {
		in.listed()
		in.q.pushAll(r, spans[:n], size)
		in.g.depth += n
		in.queued += n
	}
	return n
}

func (s *mergeSeat) Bodies() bool { return s.g.Open == nil }

// DeliverBody is short where a small body is wanted and has room, and shorter where
// it is copied right behind the last one in the queue.
func (s *mergeSeat) DeliverBody(body []byte) bool {
	g, q := s.g, &s.q
	lim := g.host.Limits()
	g.mu.Lock()
	if len(body) > longCopy || g.topics != nil || g.closed || s.gone || s.newcomer || q.full(len(body), lim) {
		g.mu.Unlock()
		return s.deliverBody(body, lim)
	}
	from, to := g.used, g.used+len(body)
	if tail := q.tail(); tail != nil && tail.goesOn(&g.block) && to <= len(g.block.bytes) && g.block.n < prepaid && q.places.n < len(q.places.slots) {
		copy(g.block.bytes[from:to], body)
		q.follow(tail, place{int32(from), int32(from), int32(to)})
		g.copied(to)
		g.depth++
	} else {
		s.push(&g.block, g.copyIn(nil, body))
	}
	s.passed(len(body))
	g.mu.Unlock()
	g.host.Readable()
	return true
}

// passed counts, with the lock, a body of size bytes that DeliverBody took.
func (s *mergeSeat) passed(size int) {
	s.bodies++
	s.bodyBytes += uint64(size)
}

// Passed implements BodySeat.
func (s *mergeSeat) Passed() (messages, bytes uint64) {
	s.g.mu.Lock()
	defer s.g.mu.Unlock()
	return s.bodies, s.bodyBytes
}

func (s *mergeSeat) deliverBody(body []byte, lim *Limits) bool {
	g := s.g
	in := intake{mergeSeat: s, lim: lim}
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
	case long != nil:
		in.push(&run{bytes: long}, place{end: int32(len(long))})
	default:
		in.push(&g.block, g.copyIn(nil, body))
	}
	if room {
		s.passed(len(body))
	}
	s.account()
	g.mu.Unlock()
	in.done()
	return room
}

// A chunk is held for so many messages in advance, not once more for each: who
// receives writes to the same line of memory when one is given back.
const prepaid = 1 << 20

// copyIn copies a small message into the block, with the lock, and returns where it
// lies there.
func (g *Merge) copyIn(header, body []byte) place {
	n := len(header) + len(body)
	if len(g.block.bytes)-g.used < n || g.block.bytes == nil || g.block.n == prepaid {
		g.newBlock(n)
	}
	p := place{int32(g.used), int32(g.used + len(header)), int32(g.used + n)}
	copy(g.block.bytes[p.start:], header)
	copy(g.block.bytes[p.body:], body)
	g.copied(g.used + n)
	return p
}

// copied notes that the block is used as far as to, by one message more.
func (g *Merge) copied(to int) {
	g.used = to
	g.block.n++
}

// newBlock begins a block, with a body of n bytes. Small bodies that are lent are
// copied next to each other there, so that one costs no allocation of its own; one that
// is kept pins the block. Where the application gives messages back, it is a chunk,
// which goes round: the first a small one, for who receives little.
func (g *Merge) newBlock(n int) {
	size := message.SmallChunk
	if c := g.block.chunk; c != nil {
		c.Release(1 + prepaid - g.block.n) // ours
		size = message.LargeChunk
	}
	g.used = 0
	if !g.round || g.Keeps {
		g.block = run{bytes: message.NewBlock(n)}
		return
	}
	c := message.NewChunk(size)
	c.Retain(prepaid)
	g.block = run{bytes: c.Bytes, chunk: c}
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
	if m.Borrowed() && m.Len() <= longCopy && len(m.More) == 0 {
		in.push(&g.block, g.copyIn(m.Header, m.Body))
		return true
	}
	if m.Borrowed() {
		m.Detach(nil)
	}
	r, p := single(m)
	in.q.turn(r.memory())
	in.push(&r, p)
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
	if !in.crowded(size, in.lim) && !in.q.full(size, in.lim) {
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

// listed lets the peer take turns, as it is about to have a message.
func (s *mergeSeat) listed() {
	if s.q.n == 0 {
		s.g.some.add(s.class(), s)
	}
}

// push queues a message, with the lock.
func (s *mergeSeat) push(r *run, p place) {
	s.listed()
	s.q.push(r, p)
	s.g.depth++
}

func (in *intake) push(r *run, p place) {
	in.mergeSeat.push(r, p)
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
