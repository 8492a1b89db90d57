package patterntest

import (
	"slices"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// deliver checks that what came is received, once, in the order of its peer.
func deliver(b *table) {
	for range b.some(3) {
		b.attach(-1)
	}
	b.host.News()
	sent := make([][]string, len(b.peers))
	for i, seat := range b.seats {
		sent[i] = numbers("from "+string(rune('a'+i)), 5)
		if n := seat.Deliver(b.incoming(sent[i]...)); n != 5 {
			b.Errorf("Deliver of 5 took %d, with room for all", n)
		}
	}
	total := 5 * len(b.peers)
	if !b.Pattern.Receives {
		unwanted(b, total)
		return
	}
	if readable, _ := b.host.News(); readable == 0 {
		b.Error("messages came and Readable was not called")
	}
	if _, in := b.router.Depth(); in != total {
		b.Errorf("Depth says that %d wait, want %d", in, total)
	}
	got := make([][]string, len(b.peers))
	for range total {
		var m message.Message
		if !b.router.CanRecv() || !b.router.Recv(&m) {
			b.Fatal("messages came and cannot be received")
		}
		i := slices.IndexFunc(b.peers, func(p *Peer) bool { return message.Peer(p) == m.Peer() })
		if i < 0 {
			b.Fatalf("the message's peer is %v, none of those that sent", m.Peer())
		}
		got[i] = append(got[i], string(m.Body))
	}
	for i := range got {
		b.same("received of one peer", got[i], sent[i])
	}
	if _, in := b.router.Depth(); in != 0 || b.router.CanRecv() || len(b.recvAll()) > 0 {
		b.Errorf("all was received, and Depth says %d", in)
	}
	if n := b.dropped(); n != 0 {
		b.Errorf("%d drops counted, with room for all", n)
	}
}

// unwanted checks that a socket that does not receive counts what it is sent.
func unwanted(b *table, delivered int) {
	if n := b.dropped(); n != delivered {
		b.Errorf("the socket does not receive: %d drops counted, want %d", n, delivered)
	}
	if b.router.CanRecv() || len(b.recvAll()) > 0 {
		b.Error("the socket does not receive, and Recv finds something")
	}
}

// deliverLent checks that what is lent is copied, small or large.
func deliverLent(b *table) {
	_, seat := b.attach(-1)
	large := string(make([]byte, 100_000))
	for _, body := range []string{"short", large} {
		lent := []byte(b.Incoming(body))
		batch := make([]message.Message, 1)
		batch[0].Borrow(lent)
		if n := seat.Deliver(batch); n != 1 {
			b.Fatalf("Deliver took %d", n)
		}
		for i := range lent {
			lent[i] = 0xdd
		}
		if b.Pattern.Receives && !slices.Equal(b.recvAll(), []string{body}) {
			b.Errorf("%d bytes that were lent have changed under the router: it has to copy them", len(body))
		}
	}
}

// deliverBulk checks a seat that takes messages where they lie.
func deliverBulk(b *table) {
	_, seat := b.attach(-1)
	s, ok := seat.(pattern.BulkSeat)
	if !ok {
		b.Skip("the seat takes messages one by one only")
	}
	for _, full := range []pattern.Full{pattern.Wait, pattern.DropNewest, pattern.DropOldest} {
		b.host.SetLimits(func(l *pattern.Limits) { l.Full, l.RecvQueue = full, 3 })
		bulk, bodies := b.bulk(8)
		before, offered := b.dropped(), len(bulk.Spans)
		var got []string
		for len(bulk.Spans) > 0 {
			n := s.DeliverBulk(bulk)
			bulk.Spans = bulk.Spans[n:]
			if len(bulk.Spans) == 0 && bulk.Chunk.Sole() {
				// Whoever did not retain this memory has copied it, or else
				// sees now that it is used for something else.
				clear(bulk.Bytes)
			}
			all := b.recvAll()
			if n == 0 && len(all) == 0 {
				b.Fatal("nothing is taken, with an empty queue")
			}
			got = append(got, all...)
		}
		if !bulk.Chunk.Sole() {
			b.Error("all messages are received and released, and their memory is held still, or was given up too often")
		}
		if lost := b.dropped() - before; len(got)+lost != offered {
			b.Errorf("%d delivered, %d received, %d counted as dropped", offered, len(got), lost)
		}
		if full == pattern.Wait && b.Pattern.Receives && !b.Lossy {
			b.same("received", got, bodies)
		}
		for _, body := range got {
			if !slices.Contains(bodies, body) {
				b.Errorf("received %q, which nobody sent", body)
			}
		}
	}
}

// bulk makes n messages that lie in one chunk, and their bodies.
func (b *table) bulk(n int) (*message.Bulk, []string) {
	c := message.NewChunk(message.SmallChunk)
	bulk := &message.Bulk{Chunk: c, Bytes: c.Bytes}
	bodies := numbers("bulk", n)
	at := 0
	for _, body := range bodies {
		end := at + copy(c.Bytes[at:], b.Incoming(body))
		bulk.Spans = append(bulk.Spans, message.Span{Start: int32(at), End: int32(end)})
		at = end
	}
	return bulk, bodies
}

// deliverGarbage checks that a peer may send what it likes.
func deliverGarbage(b *table) {
	_, seat := b.attach(-1)
	garbage := []string{
		"", "\x00", "\x80", "\x00\x00\x00", "\xff\xff\xff\xff", "\x00\x00\x00\x00", "\x00\x00\x00\xff",
		"\x7f\xff\xff\xff\x7f\xff\xff\xff", string(make([]byte, 4096)), "\x80\x00\x00\x00rest",
	}
	delivered, got := 0, 0
	for _, all := range garbage {
		for cut := range min(len(all), 9) + 1 {
			// A stream brings one piece; a peer of this process may cut it
			// anywhere.
			m := message.Message{Body: []byte(all[cut:])}
			if cut > 0 {
				m.Header = []byte(all[:cut])
			}
			delivered++
			if n := seat.Deliver([]message.Message{m}); n != 1 {
				b.Errorf("Deliver of %.20q took %d", all, n)
			}
			got += len(b.recvAll())
		}
	}
	if n := b.dropped(); got+n != delivered {
		b.Errorf("%d delivered, %d received, %d counted as dropped", delivered, got, n)
	}
}

// fullQueue checks that what a full queue loses is counted exactly.
func fullQueue(b *table) {
	_, seat := b.attach(-1)
	for _, full := range []pattern.Full{pattern.DropOldest, pattern.DropNewest} {
		for _, limit := range []pattern.Limits{
			{RecvQueue: 0, RecvBytes: 1 << 20}, {RecvQueue: 3, RecvBytes: 1 << 20}, {RecvQueue: 100, RecvBytes: 20},
		} {
			b.host.SetLimits(func(l *pattern.Limits) {
				l.Full, l.RecvQueue, l.RecvBytes = full, limit.RecvQueue, limit.RecvBytes
			})
			before := b.dropped()
			n := seat.Deliver(b.incoming(numbers("many", 10)...))
			if got, lost := len(b.recvAll()), b.dropped()-before; n != got+lost {
				b.Errorf("queue of %d: %d taken, %d received, %d counted as dropped", limit.RecvQueue, n, got, lost)
			}
			if n < 10 && !b.Pattern.Receives {
				b.Errorf("a socket that does not receive took %d of 10", n)
			}
		}
	}
}

// resume checks that what was not taken is asked for again.
func resume(b *table) {
	p, seat := b.attach(-1)
	b.host.SetLimits(func(l *pattern.Limits) { l.RecvQueue = 4 })
	sent := numbers("pressed", 50)
	rest := b.incoming(sent...)
	if !b.Pattern.Receives {
		if n := seat.Deliver(rest); n != len(rest) {
			b.Errorf("Deliver took %d of %d: who does not receive drops all", n, len(rest))
		}
		return
	}
	var got []string
	for {
		n := seat.Deliver(rest)
		rest = rest[n:]
		if len(rest) == 0 {
			break
		}
		for p.Resumes() == 0 {
			var m message.Message
			if !b.router.Recv(&m) {
				b.Fatal("the queue is empty, and Resume was not called for the messages that were not taken")
			}
			got = append(got, string(m.Body))
		}
	}
	got = append(got, b.recvAll()...)
	n := b.dropped()
	if b.Lossy {
		if len(got)+n != len(sent) {
			b.Errorf("%d came, %d were received, %d counted as dropped", len(sent), len(got), n)
		}
		return
	}
	b.same("received", got, sent)
	if n != 0 {
		b.Errorf("%d drops counted under back-pressure", n)
	}
}
