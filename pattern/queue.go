package pattern

import (
	"math"

	"github.com/sprocketmq/sp/message"
)

// queue is the received messages of one peer. Messages that came together lie in
// the same memory: that is a run, and a place says where in it a message lies. A
// place has no pointer, so moving a message costs the garbage collector nothing.
type queue struct {
	places ring[place]
	runs   ring[run]
	n      int                           // messages
	bytes  int                           // of them
	far    struct{ messages, bytes int } // see Direct
}

// place is where a message lies in its run: header, then body.
type place struct{ start, body, end int32 }

// run is where messages lie that follow each other in the queue.
type run struct {
	bytes []byte
	chunk *message.Chunk   // memory that goes round, held once for each message; or nil
	whole *message.Message // instead of bytes: a message that has more than a header and a body
	n     int              // messages
	kind  message.Type     // of all of them
}

var (
	placeRings = rings[place]{few: 16}
	runRings   = rings[run]{few: 4}
)

// message moves the message at p into m.
func (r *run) message(p place, m *message.Message) {
	if r.whole != nil {
		*m = *r.whole
		return
	}
	*m = message.Message{Body: r.bytes[p.body:p.end:p.end]}
	if p.body > p.start {
		m.Header = r.bytes[p.start:p.body:p.body]
	}
	m.SetChunk(r.chunk)
	m.SetType(r.kind)
}

func (r *run) size(p place) int {
	if r.whole != nil {
		return r.whole.Len()
	}
	return int(p.end - p.start)
}

// single makes a run of m alone, whose content it takes.
func single(m *message.Message) (run, place) {
	if len(m.Header) > 0 || len(m.More) > 0 || m.Shared() || len(m.Body) > math.MaxInt32 {
		whole := m.Move()
		return run{whole: &whole}, place{}
	}
	bare := m.Move()
	return run{bytes: bare.Body, chunk: bare.Chunk(), kind: bare.Type()}, place{end: int32(len(bare.Body))}
}

// goesOn reports whether a message of r can be added to the run o.
func (r *run) goesOn(o *run) bool {
	return r.whole == nil && o.whole == nil && r.chunk == o.chunk && r.kind == o.kind &&
		len(r.bytes) > 0 && len(o.bytes) > 0 && &r.bytes[0] == &o.bytes[0]
}

func (r *run) body(p place) []byte {
	if r.whole != nil {
		return r.whole.Body
	}
	return r.bytes[p.body:p.end]
}

// drop gives up the memory of a message of the run.
func (r *run) drop() {
	if r.whole != nil {
		r.whole.Drop()
	} else if r.chunk != nil {
		r.chunk.Release(1)
	}
}

// full tells whether a message of size bytes would be over the limits. An
// empty queue always has room for one.
func (q *queue) full(size int, lim *Limits) bool {
	if lim.Last {
		return q.over(lim)
	}
	far, farBytes := q.inPlace(lim)
	return q.n > 0 && (q.n-far >= lim.RecvQueue || q.bytes-farBytes+size > lim.RecvBytes)
}

// halfFull tells whether more is in the queue than half of the limits.
func (q *queue) halfFull(lim *Limits) bool {
	far, farBytes := q.inPlace(lim)
	return 2*q.n-far > lim.RecvQueue || q.n > 0 && 2*q.bytes-farBytes > lim.RecvBytes
}

// inPlace is how much may wait here that a Direct peer would let wait to be sent.
func (q *queue) inPlace(lim *Limits) (messages, bytes int) {
	if lim.Full != Wait || lim.Last {
		return 0, 0
	}
	return q.far.messages, q.far.bytes
}

// over tells whether the limits have been reached, where the last message may go
// beyond them: as in nanomsg, which keeps one message beside a queue that is full.
func (q *queue) over(lim *Limits) bool {
	return q.n > 1 && q.bytes >= lim.RecvBytes || q.n > 0 && q.n >= lim.RecvQueue
}

// last returns the run to add a message of r to.
func (q *queue) last(r *run) *run {
	if last := q.tail(); last != nil && last.goesOn(r) {
		return last
	}
	last := runRings.push(&q.runs)
	*last = *r
	last.n = 0
	return last
}

// pushAll adds messages that lie in r and have no header yet, of size bytes
// together.
func (q *queue) pushAll(r *run, spans []message.Span, size int) {
	q.last(r).n += len(spans)
	for _, s := range spans {
		*placeRings.push(&q.places) = place{s.Start, s.Start, s.End}
	}
	q.n += len(spans)
	q.bytes += size
}

// push adds a message that lies in r at p.
func (q *queue) push(r *run, p place) {
	last := q.last(r)
	last.n++
	*placeRings.push(&q.places) = p
	q.n++
	q.bytes += last.size(p)
}

// tail is the last run, if there is one.
func (q *queue) tail() *run {
	if q.runs.n == 0 {
		return nil
	}
	return q.runs.back()
}

// follow adds a message at p to the tail, which lies in bytes; a slot is free.
func (q *queue) follow(tail *run, p place) {
	tail.n++
	q.places.n++
	*q.places.back() = p
	q.n++
	q.bytes += int(p.end - p.start)
}

// take moves at most len(places) messages of the front run out of the queue,
// which is not empty, and returns them: a run, and how many.
func (q *queue) take(places []place) run {
	front := q.runs.front()
	taken := *front
	taken.n = min(front.n, len(places))
	for i := range taken.n {
		p := *q.places.front()
		q.places.pop(1)
		places[i] = p
		q.bytes -= taken.size(p)
	}
	q.n -= taken.n
	if front.n -= taken.n; front.n == 0 {
		*front = run{}
		q.runs.pop(1)
	}
	placeRings.rest(&q.places)
	runRings.rest(&q.runs)
	return taken
}

// untake puts back what was taken last and not used: the messages of r at places.
func (q *queue) untake(r run, places []place) {
	for i := len(places) - 1; i >= 0; i-- {
		*placeRings.unpop(&q.places) = places[i]
		q.bytes += r.size(places[i])
	}
	q.n += len(places)
	if q.runs.n > 0 && q.runs.front().goesOn(&r) {
		q.runs.front().n += len(places)
		return
	}
	r.n = len(places)
	*runRings.unpop(&q.runs) = r
}

// pop takes the oldest message out of the queue, which has one.
func (q *queue) pop() (run, place) {
	var p [1]place
	r := q.take(p[:])
	return r, p[0]
}
