package engine

import (
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// deliver hands what was found to the router, and reports whether that took all
// of it.
func (r *reader) deliver() bool {
	if len(r.bulk.Spans) > 0 && !r.deliverBulk() {
		return false
	}
	if f := r.found; f != nil {
		n := r.p.seat.Deliver(f.list[f.next:])
		if f.next += n; f.next < len(f.list) {
			return false
		}
		clear(f.list)
		f.list, f.next = f.list[:0], 0
		r.found = nil
		founds.Put(f)
	}
	return true
}

func (r *reader) deliverBulk() bool {
	b := &r.bulk
	if seat, ok := r.p.seat.(pattern.BulkSeat); ok {
		if b.Spans = b.Spans[seat.DeliverBulk(b):]; len(b.Spans) > 0 {
			return false
		}
	} else {
		r.found = founds.Get().(*found)
		for i := range b.Spans {
			r.found.list = append(r.found.list, b.Message(i))
		}
	}
	b.Chunk.Release(1)
	r.bulk = message.Bulk{}
	spanLists.Put(r.spans)
	r.spans = nil
	return true
}

// awaitRoom waits until the router has room again.
func (r *reader) awaitRoom() error {
	select {
	case <-r.resume:
		return nil
	case <-r.p.lost:
		return r.p.lostErr
	}
}
