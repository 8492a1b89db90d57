package pattern_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

// full is a body that fills a queue of its own.
var full = strings.Repeat("x", 256<<10)

// leave lets n peers come, send a body each, and go; it returns how many bodies were
// taken.
func leave(g *pattern.Merge, n, priority int, body string) (taken int) {
	for i := range n {
		_, s := attached(g, uint32(1000+i), priority)
		taken += s.Deliver(batch(body))
		s.Detach()
	}
	return taken
}

// What peers that have gone left is bounded: then newcomers wait, and those who were
// there before do not; when half of it has been received, all are let in.
func TestMergeGoneWait(t *testing.T) {
	g, _ := newMerge(nil)
	_, old := attached(g, 1, 8)
	if n := leave(g, 100, 8, full); n != 16 {
		t.Errorf("%d full queues of peers that have gone were kept, want 16", n)
	}
	deliver(t, old, 1, "old")
	var comers []interface{ Resumes() int }
	var seats []pattern.InSeat
	for i := range uint32(3) {
		p, s := attached(g, 2+i, 8)
		deliver(t, s, 0, "new")
		comers, seats = append(comers, p), append(seats, s)
	}
	if seats[0].(pattern.Roomy).HasRoom() {
		t.Error("a newcomer has room")
	}
	_, better := attached(g, 5, 7)
	deliver(t, better, 1, "better") // what is left of worse peers is no reason to wait
	_, worse := attached(g, 6, 9)
	deliver(t, worse, 1, "worse")
	seats[2].Detach() // does not wait to the end
	got := recv(g, 9)
	want(t, "first", got[:1], "better")
	for i, p := range comers {
		if n := p.Resumes(); n != 0 {
			t.Errorf("newcomer %d was resumed %d times while there is too much", i, n)
		}
	}
	recv(g, 2)
	for i, n := range []int{1, 1, 0} {
		if got := comers[i].Resumes(); got != n {
			t.Errorf("newcomer %d was resumed %d times, want %d", i, got, n)
		}
	}
	deliver(t, seats[0], 1, "new0")
	deliver(t, seats[1], 1, "new1")
	all := strings.Join(recv(g, 99), " ")
	for _, body := range []string{"new0", "new1", "worse"} {
		if !strings.Contains(all, body) {
			t.Errorf("%q was not received", body)
		}
	}
	if n := leave(g, 100, 8, full); n != 16 {
		t.Errorf("after that, %d full queues of peers that have gone were kept, want 16", n)
	}
}

// Where a full queue loses something, what peers that have gone left does.
func TestMergeGoneDrop(t *testing.T) {
	for full, left := range map[pattern.Full][]string{
		pattern.DropOldest: {"1085", "1099"},
		pattern.DropNewest: {"1000", "1015"},
	} {
		g, _ := newMerge(func(l *pattern.Limits) { l.Full = full })
		var peers []interface {
			Drops() [pattern.Drops]int
		}
		for i := range 100 {
			p, s := attached(g, 1, 8)
			deliver(t, s, 1, fmt.Sprint(1000+i, strings.Repeat("x", 255<<10)))
			s.Detach()
			peers = append(peers, p)
		}
		got := recv(g, 99)
		if first, last := got[0][:4], got[len(got)-1][:4]; first != left[0] || last != left[1] {
			t.Errorf("policy %d: %q to %q were kept, want %q", full, first, last, left)
		}
		lost := 0
		for _, p := range peers {
			lost += p.Drops()[pattern.QueueFull]
		}
		if lost+len(got) != len(peers) {
			t.Errorf("policy %d: of %d, %d were received and %d counted", full, len(peers), len(got), lost)
		}
	}
}

// Many that leave little leave much.
func TestMergeGoneLittle(t *testing.T) {
	g, _ := newMerge(nil)
	if n := leave(g, 5000, 8, "x"); n < 900 || n > 1100 {
		t.Errorf("%d peers were let in that say a byte and go, want about a thousand", n)
	}
	if got := len(recv(g, 9999)); got < 900 {
		t.Errorf("%d received", got)
	}
}

// came is what one read of a connection brings: wanted messages in a chunk, and
// others.
func came(size int, bodies ...string) *message.Bulk {
	c := message.NewChunk(size)
	b := &message.Bulk{Chunk: c, Bytes: c.Bytes}
	at := int32(0)
	for _, body := range bodies {
		end := at + int32(copy(c.Bytes[at:], body))
		b.Spans = append(b.Spans, message.Span{Start: at, End: end})
		at = end
	}
	return b
}

// A queue does not keep chunks alive of which it uses little, neither while its peer
// is there nor when it has gone.
func TestMergeLetsGoOfChunks(t *testing.T) {
	for _, headers := range []bool{false, true} {
		g, _ := newMerge(nil)
		_, s := attached(g, 1, 8)
		var chunks []*message.Chunk
		var sent []string
		for i := range 10 {
			n := fmt.Sprint(i)
			b := came(message.LargeChunk, n+"a", n+"b")
			chunks, sent = append(chunks, b.Chunk), append(sent, n+"a", n+"b", n+"c")
			if headers {
				for _, span := range b.Spans {
					m := message.Message{Header: b.Bytes[span.Start : span.Start+1], Body: b.Bytes[span.Start+1 : span.End]}
					m.SetChunk(b.Chunk)
					b.Chunk.Retain(1)
					s.Deliver([]message.Message{m})
				}
			} else {
				s.DeliverBulk(b)
			}
			// Another read goes on in the same chunk.
			s.DeliverBulk(&message.Bulk{Chunk: b.Chunk, Bytes: append(b.Chunk.Bytes[100:100], n+"c"...), Spans: []message.Span{{End: 2}}})
		}
		held := 0
		for _, c := range chunks {
			if !c.Sole() {
				held++
			}
		}
		if held != 1 {
			t.Errorf("%d chunks are held while the peer is there, want the last", held)
		}
		s.Detach()
		if !chunks[9].Sole() {
			t.Error("a chunk is held of which two bytes are used")
		}
		want(t, "received", recv(g, 99), sent...)
	}
}

// A chunk that is used is not copied.
func TestMergeKeepsFullChunks(t *testing.T) {
	g, _ := newMerge(nil)
	_, s := attached(g, 1, 8)
	body := strings.Repeat("x", message.SmallChunk/2)
	a, b := came(message.SmallChunk, body), came(message.SmallChunk, body)
	s.DeliverBulk(a)
	s.DeliverBulk(b)
	s.Detach()
	for range 2 {
		var m message.Message
		if !g.Recv(&m) || m.Chunk() != a.Chunk && m.Chunk() != b.Chunk {
			t.Error("copied")
		}
	}
}

// comer is a newcomer with messages at hand: what it brings, whenever it is told to.
type comer struct {
	*patterntest.Peer
	seat   pattern.InSeat
	name   string
	left   int
	wanted bool // it was refused, and Resume is owed
}

func (c *comer) bring(g *pattern.Merge) (taken int) {
	for c.left > 0 {
		if c.seat.Deliver(batch(c.name)) == 0 {
			c.wanted = true
			return taken
		}
		c.left--
		taken++
	}
	return taken
}

// However many others come, and though they are always faster, a newcomer gets a
// message through for each half of the bound that is received; and all together they
// keep no more than the bound and a message each.
func TestMergeGoneStarvesNobody(t *testing.T) {
	g, _ := newMerge(nil)
	leave(g, 16, 8, full)
	const crowd, size = 50, 100 << 10
	var comers []*comer
	for i := range uint32(crowd + 1) {
		c := &comer{name: strings.Repeat("a", size), left: 1000}
		if i == crowd {
			c.name, c.left = "honest", 5
		}
		c.Peer, c.seat = attached(g, i+1, 8)
		c.bring(g)
		comers = append(comers, c)
	}
	honest := comers[crowd]
	received, got, most := 0, 0, 0
	for got < 5 && received < 200<<20 {
		for _, body := range recv(g, 1) {
			received += len(body)
			if body == honest.name {
				got++
			}
		}
		for _, c := range comers {
			if c.Resumes() > 0 {
				c.wanted = false
				c.bring(g)
			}
		}
		held := 0
		for _, c := range comers[:crowd] {
			held += (1000 - c.left) * size
		}
		most = max(most, held-received+16*len(full))
	}
	if got < 5 || received > 5*(8<<20)+crowd*size {
		t.Errorf("%d messages of a newcomer came while %d MiB were received", got, received>>20)
	}
	if most > 4<<20+(crowd+2)*size {
		t.Errorf("%d KiB are kept", most>>10)
	}
}

// Who comes while a newcomer waits does not take the room that it waits for.
func TestMergeGoneNobodyOvertakes(t *testing.T) {
	g, _ := newMerge(nil)
	leave(g, 16, 8, full)
	honest := &comer{name: "honest", left: 1}
	honest.Peer, honest.seat = attached(g, 1, 8)
	honest.bring(g)
	for range 16 {
		recv(g, 1)
		leave(g, 4, 8, full)
		if honest.Resumes() > 0 {
			return
		}
	}
	t.Error("all that was there was received, and a newcomer still waits")
}

// What newcomers brought is received, and they bring nothing more: nobody who waits
// goes on waiting for what is not there any more.
func TestMergeGoneNewcomersFallSilent(t *testing.T) {
	g, _ := newMerge(nil)
	leave(g, 16, 8, full)
	var comers []*comer
	for i := range uint32(12) {
		c := &comer{name: full, left: 1}
		c.Peer, c.seat = attached(g, i+1, 8)
		comers = append(comers, c)
	}
	last := comers[11]
	last.left = 2
	for _, c := range comers {
		c.bring(g)
	}
	for more := true; more; {
		more = len(recv(g, 1)) > 0
		for _, c := range comers {
			if c.Resumes() > 0 && c.bring(g) > 0 {
				more = true
			}
		}
	}
	if last.left > 0 {
		t.Error("all was received, and a newcomer still waits")
	}
}

// Whatever order peers come, send and go in: what was taken is received, who was
// refused is resumed, and the account is right.
func TestMergeGoneRandomly(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 4 {
		g, h := newMerge(func(l *pattern.Limits) { l.RecvQueue = 1 + r.IntN(5) })
		var comers []*comer
		taken, got := 0, 0
		for range 400 {
			switch n := r.IntN(10); {
			case n < 3:
				c := &comer{name: strings.Repeat("x", r.IntN(2<<20)>>r.IntN(20)), left: r.IntN(9)}
				c.Peer, c.seat = attached(g, 1, 7+r.IntN(2))
				comers = append(comers, c)
			case n < 8 && len(comers) > 0:
				if c := comers[r.IntN(len(comers))]; !c.wanted {
					taken += c.bring(g)
				}
			case n == 8 && len(comers) > 0:
				i := r.IntN(len(comers))
				comers[i].seat.Detach()
				comers = slices.Delete(comers, i, i+1)
			default:
				got += len(recv(g, r.IntN(10)))
			}
		}
		for more := true; more; {
			n := len(recv(g, 9999))
			got += n
			more = n > 0
			for _, c := range comers {
				if c.Resumes() > 0 {
					c.wanted = false
					taken += c.bring(g)
					more = true
				}
			}
		}
		for _, c := range comers {
			if c.wanted {
				t.Fatal("a peer was refused, and not resumed though all was received")
			}
			c.seat.Detach()
		}
		if got != taken || g.Depth() != 0 {
			t.Fatalf("%d taken, %d received, %d wait", taken, got, g.Depth())
		}
		if g.Left() != 0 {
			t.Fatalf("%d bytes are left of peers that left nothing", g.Left())
		}
		drops(t, h, nil)
	}
}
