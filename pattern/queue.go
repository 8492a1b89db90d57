package pattern

import (
	"sync"

	"github.com/sprocketmq/sp/message"
)

// item is a received message in a queue: a message cut down to what most have,
// because moving messages is most of what receiving them costs.
type item struct {
	payload []byte         // header and body, one after the other
	chunk   *message.Chunk // as in a message
	rest    *message.Message
	head    int32 // how much of payload is header
}

func (it *item) size() int {
	if it.rest != nil {
		return it.rest.Len()
	}
	return len(it.payload)
}

func (it *item) body() []byte {
	if it.rest != nil {
		return it.rest.Body
	}
	return it.payload[it.head:]
}

// itemOf makes an item of m, whose content it takes.
func itemOf(m *message.Message) item {
	if len(m.Header) > 0 || len(m.More) > 0 || m.Shared() {
		whole := m.Move()
		return item{rest: &whole}
	}
	whole := m.Move()
	return item{payload: whole.Body, chunk: whole.Chunk()}
}

// message moves the item into m.
func (it *item) message(m *message.Message) {
	if it.rest != nil {
		*m = *it.rest
		return
	}
	*m = message.Message{Body: it.payload[it.head:]}
	if it.head > 0 {
		m.Header = it.payload[:it.head:it.head]
	}
	m.SetChunk(it.chunk)
}

// drop gives up the item's memory.
func (it *item) drop() {
	if it.rest != nil {
		it.rest.Drop()
	} else if it.chunk != nil {
		it.chunk.Release(1)
	}
}

// queue is a ring of messages that counts their bytes.
type queue struct {
	ring  []item
	head  int
	n     int
	bytes int
}

// full tells whether a message of size bytes would be over the limits. An
// empty queue always has room for one.
func (q *queue) full(size int, lim *Limits) bool {
	if lim.Last {
		return q.over(lim)
	}
	return q.n > 0 && (q.n >= lim.RecvQueue || q.bytes+size > lim.RecvBytes)
}

// over tells whether the limits have been reached, where the last message may go
// beyond them: as in nanomsg, which keeps one message beside a queue that is full.
func (q *queue) over(lim *Limits) bool {
	return q.n > 1 && q.bytes >= lim.RecvBytes || q.n > 0 && q.n >= lim.RecvQueue
}

func (q *queue) push(it *item) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = *it
	q.n++
	q.bytes += it.size()
}

// unpop puts back what was popped last.
func (q *queue) unpop(it *item) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.head = (q.head - 1) & (len(q.ring) - 1)
	q.ring[q.head] = *it
	q.n++
	q.bytes += it.size()
}

// A ring longer than fewSlots is lent by rings while its queue is not empty, so
// that an idle peer holds little.
const (
	fewSlots  = 16
	manySlots = 1024
)

var rings = sync.Pool{New: func() any { return new([manySlots]item) }}

func (q *queue) grow() {
	var ring []item
	switch n := len(q.ring); {
	case n == 0:
		ring = make([]item, fewSlots)
	case n < manySlots:
		ring = rings.Get().(*[manySlots]item)[:]
	default:
		ring = make([]item, 2*n)
	}
	k := copy(ring, q.ring[q.head:])
	copy(ring[k:], q.ring[:q.head])
	if len(q.ring) == manySlots {
		clear(q.ring)
	}
	q.giveBack()
	q.ring = ring
}

// giveBack gives back a lent ring, whose slots have to be empty.
func (q *queue) giveBack() {
	if len(q.ring) == manySlots {
		rings.Put((*[manySlots]item)(q.ring))
	}
	q.ring, q.head = nil, 0
}

// pop moves the oldest message out of the queue, which has one.
func (q *queue) pop() item {
	slot := &q.ring[q.head]
	it := *slot
	slot.payload, slot.chunk, slot.rest = nil, nil, nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	q.bytes -= it.size()
	if q.n == 0 && len(q.ring) > fewSlots {
		q.giveBack()
	}
	return it
}
