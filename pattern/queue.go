package pattern

import "github.com/sprocketmq/sp/message"

// queue is a ring of messages that counts their bytes.
type queue struct {
	ring  []message.Message
	head  int
	n     int
	bytes int
}

// full tells whether a message of size bytes would be over the limits. An
// empty queue always has room for one.
func (q *queue) full(size, messages, bytes int) bool {
	return q.n > 0 && (q.n >= messages || q.bytes+size > bytes)
}

func (q *queue) push(m *message.Message) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = *m
	q.n++
	q.bytes += m.Len()
}

func (q *queue) grow() {
	ring := make([]message.Message, max(8, 2*len(q.ring)))
	k := copy(ring, q.ring[q.head:])
	copy(ring[k:], q.ring[:q.head])
	q.ring, q.head = ring, 0
}

// pop moves the oldest message into m.
func (q *queue) pop(m *message.Message) bool {
	if q.n == 0 {
		return false
	}
	slot := &q.ring[q.head]
	*m = *slot
	*slot = message.Message{}
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	q.bytes -= m.Len()
	if q.n == 0 && len(q.ring) > 64 {
		q.ring, q.head = nil, 0 // an idle peer holds no memory
	}
	return true
}
