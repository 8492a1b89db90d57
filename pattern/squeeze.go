package pattern

import (
	"unsafe"

	"github.com/sprocketmq/sp/message"
)

// What waits in a queue lies where it was read, beside what was not wanted or made no
// sense. So that a small message does not hold a whole chunk for that, messages that
// use less than a quarter of their memory are copied out of it: when the next memory
// begins, and when the peer has gone.
const sparse = 4

// heap is runs of a queue that follow each other in the same memory.
type heap struct {
	first, end int // their indices
	place      int // the index of their first message
	size       int // of their messages
	holds      int // what they keep alive
}

// turn is called before messages come that lie in c: what came before is complete.
func (q *queue) turn(c *message.Chunk) {
	if q.runs.n > 0 && q.runs.back().memory() != c {
		h := q.heap(q.runs.n, q.places.n)
		q.squeeze(&h)
	}
}

// pack is called when nothing more comes. It returns what the queue keeps alive
// besides its messages.
func (q *queue) pack() (besides int) {
	for end, place := q.runs.n, q.places.n; end > 0; {
		h := q.heap(end, place)
		q.squeeze(&h)
		besides += h.holds - h.size
		end, place = h.first, h.place
	}
	placeRings.fit(&q.places)
	runRings.fit(&q.runs)
	return besides + len(q.places.slots)*int(unsafe.Sizeof(place{})) + len(q.runs.slots)*int(unsafe.Sizeof(run{}))
}

// heap finds the runs that end before the index end, and their messages, which end
// before the index place.
func (q *queue) heap(end, place int) heap {
	last := q.runs.at(end - 1)
	h := heap{end, end, place, 0, 0}
	c := last.memory()
	for h.first > 0 {
		r := q.runs.at(h.first - 1)
		if r != last && (c == nil || r.memory() != c) {
			break
		}
		h.first--
		h.place -= r.n
		for i := range r.n {
			h.size += r.size(*q.places.at(h.place + i))
		}
	}
	if h.holds = max(cap(last.bytes), h.size); c != nil {
		h.holds = cap(c.Bytes)
	}
	return h
}

// squeeze gives the messages of h memory of their own, if they are sparse.
func (q *queue) squeeze(h *heap) {
	if sparse*h.size >= h.holds {
		return
	}
	h.holds = h.size
	own := make([]byte, 0, h.size)
	at := h.place
	for i := h.first; i < h.end; i++ {
		r := q.runs.at(i)
		if r.whole != nil {
			r.whole.Detach(nil)
			at++
			continue
		}
		from := len(own)
		for range r.n {
			p := q.places.at(at)
			start := len(own) - from
			own = append(own, r.bytes[p.start:p.end]...)
			*p = place{int32(start), int32(start) + p.body - p.start, int32(start) + p.end - p.start}
			at++
		}
		if r.chunk != nil {
			r.chunk.Release(r.n)
		}
		r.bytes, r.chunk = own[from:len(own):len(own)], nil
	}
}

// memory is the chunk that the run lies in, if it lies in one.
func (r *run) memory() *message.Chunk {
	if r.whole != nil {
		return r.whole.Chunk()
	}
	return r.chunk
}
