package pattern_test

import (
	"strconv"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

// newMerge makes a way in whose callbacks come back in, so that a lock that is
// held while calling out shows as a hang.
func newMerge(limits func(*pattern.Limits)) (*pattern.Merge, *patterntest.Host) {
	h := patterntest.NewHost()
	if limits != nil {
		h.SetLimits(limits)
	}
	g := pattern.NewMerge(h)
	h.Enter = func() { g.CanRecv() }
	return g, h
}

func attached(g *pattern.Merge, id uint32, priority int) (*patterntest.Peer, pattern.InSeat) {
	p := room(id, -1, priority)
	p.Enter = func() { g.CanRecv() }
	return p, g.Attach(p)
}

func deliver(t *testing.T, s pattern.InSeat, n int, bodies ...string) {
	t.Helper()
	if got := s.Deliver(batch(bodies...)); got != n {
		t.Errorf("%d of %q taken, want %d", got, bodies, n)
	}
}

func recv(g *pattern.Merge, most int) []string {
	var all []string
	var m message.Message
	for len(all) < most && g.Recv(&m) {
		all = append(all, string(m.Body))
	}
	return all
}

func TestMergeTurns(t *testing.T) {
	g, _ := newMerge(nil)
	_, a := attached(g, 1, 8)
	_, b := attached(g, 2, 8)
	_, c := attached(g, 3, 8)
	deliver(t, a, 4, "a1", "a2", "a3", "a4")
	deliver(t, b, 2, "b1", "b2")
	deliver(t, c, 1, "c1")
	want(t, "received", recv(g, 99), "a1", "b1", "c1", "a2", "b2", "a3", "a4")
}

func TestMergePriorities(t *testing.T) {
	g, _ := newMerge(nil)
	_, worst := attached(g, 1, 16)
	_, best := attached(g, 2, 1)
	_, good := attached(g, 3, 2)
	deliver(t, worst, 2, "w1", "w2")
	deliver(t, good, 1, "g1")
	deliver(t, best, 2, "b1", "b2")
	want(t, "received", recv(g, 3), "b1", "b2", "g1")
	deliver(t, best, 1, "b3")
	want(t, "received", recv(g, 99), "b3", "w1", "w2")
}

func TestMergeOutlivesPeers(t *testing.T) {
	g, _ := newMerge(nil)
	p, s := attached(g, 1, 8)
	deliver(t, s, 2, "a", "b")
	s.Detach()
	var m message.Message
	if !g.Recv(&m) || string(m.Body) != "a" || m.Peer() != message.Peer(p) {
		t.Errorf("received %q of %v", m.Body, m.Peer())
	}
	want(t, "received", recv(g, 99), "b")
}

func TestMergeWait(t *testing.T) {
	g, _ := newMerge(func(l *pattern.Limits) { l.RecvQueue = 4 })
	p, s := attached(g, 1, 8)
	_, other := attached(g, 2, 8)
	deliver(t, s, 4, "1", "2", "3", "4", "5", "6")
	deliver(t, s, 0, "5", "6")
	deliver(t, other, 1, "other") // a full queue is the peer's, not the socket's
	want(t, "received", recv(g, 3), "1", "other", "2")
	if n := p.Resumes(); n != 1 {
		t.Errorf("%d calls of Resume when the queue is half empty, want 1", n)
	}
	deliver(t, s, 2, "5", "6")
	want(t, "received", recv(g, 99), "3", "4", "5", "6")
	if n := p.Resumes(); n != 0 {
		t.Errorf("%d calls of Resume that nobody waits for", n)
	}
	drops(t, p, nil)
}

func TestMergeWaitForBytes(t *testing.T) {
	g, _ := newMerge(func(l *pattern.Limits) { l.RecvBytes = 10 })
	p, s := attached(g, 1, 8)
	deliver(t, s, 2, "12345", "12345", "1")
	want(t, "received", recv(g, 1), "12345")
	if n := p.Resumes(); n != 1 {
		t.Errorf("%d calls of Resume with half of the bytes, want 1", n)
	}
	recv(g, 99)
	deliver(t, s, 1, "one message always fits an empty queue", "")
	recv(g, 99)
	deliver(t, s, 4, "", "", "1234567890", "", "1")
}

func TestMergeFull(t *testing.T) {
	for _, c := range []struct {
		full        pattern.Full
		queue, most int
		kept        []string
	}{
		{pattern.DropOldest, 2, 1 << 20, []string{"d", "e"}},
		{pattern.DropNewest, 2, 1 << 20, []string{"a", "b"}},
		{pattern.DropOldest, 0, 1 << 20, []string{"e"}},
		{pattern.DropNewest, 0, 1 << 20, []string{"a"}},
		{pattern.DropOldest, 9, 3, []string{"c", "d", "e"}},
		{pattern.DropNewest, 9, 3, []string{"a", "b", "c"}},
	} {
		g, _ := newMerge(func(l *pattern.Limits) { l.Full, l.RecvQueue, l.RecvBytes = c.full, c.queue, c.most })
		p, s := attached(g, 1, 8)
		deliver(t, s, 5, "a", "b", "c", "d", "e")
		want(t, "kept", recv(g, 99), c.kept...)
		drops(t, p, map[pattern.Drop]int{pattern.QueueFull: 5 - len(c.kept)})
		if p.Resumes() != 0 {
			t.Error("Resume without back-pressure")
		}
	}
}

// What is dropped of a read must not give up the memory that the rest of the
// read lies in.
func TestMergeBulkMemory(t *testing.T) {
	for _, full := range []pattern.Full{pattern.Wait, pattern.DropOldest, pattern.DropNewest} {
		g, _ := newMerge(func(l *pattern.Limits) { l.Full, l.RecvQueue = full, 2 })
		g.Subscribe([]byte("x"))
		_, s := attached(g, 1, 8)
		c := message.NewChunk(message.SmallChunk)
		b := &message.Bulk{Chunk: c, Bytes: c.Bytes}
		copy(c.Bytes, "x1x2--x3x4x5")
		for i := range int32(6) {
			b.Spans = append(b.Spans, message.Span{Start: 2 * i, End: 2*i + 2})
		}
		n := s.DeliverBulk(b)
		if wanted := map[pattern.Full]int{pattern.Wait: 3, pattern.DropOldest: 6, pattern.DropNewest: 6}[full]; n != wanted {
			t.Errorf("policy %d: %d taken, want %d", full, n, wanted)
		}
		if c.Sole() {
			t.Errorf("policy %d: messages wait and nobody holds their memory", full)
		}
		for {
			var m message.Message
			if !g.Recv(&m) {
				break
			}
			if m.Chunk() != c {
				t.Errorf("policy %d: a message in other memory", full)
			}
			m.Drop()
		}
		if !c.Sole() {
			t.Errorf("policy %d: all messages were released, and their memory is still held", full)
		}
	}
}

func TestMergeSubscribe(t *testing.T) {
	g, _ := newMerge(nil)
	p, s := attached(g, 1, 8)
	deliver(t, s, 1, "everything is wanted without topics")
	g.Subscribe([]byte("ab"))
	g.Subscribe([]byte("ab"))
	g.Subscribe([]byte("c"))
	deliver(t, s, 4, "a", "ab", "abc", "cd")
	drops(t, p, map[pattern.Drop]int{pattern.Unwanted: 1})
	if g.Unsubscribe([]byte("a")) {
		t.Error("unsubscribed from what was not subscribed")
	}
	if !g.Unsubscribe([]byte("ab")) || g.Depth() != 3 {
		t.Errorf("one of two subscriptions is gone, %d wait", g.Depth())
	}
	if !g.Unsubscribe([]byte("ab")) || g.Unsubscribe([]byte("ab")) {
		t.Error("n subscriptions need n of Unsubscribe")
	}
	want(t, "left", recv(g, 99), "cd")
	drops(t, p, map[pattern.Drop]int{pattern.Unwanted: 4})
	g.Unsubscribe([]byte("c"))
	deliver(t, s, 1, "everything again")
}

func TestMergeFilterAll(t *testing.T) {
	g, _ := newMerge(nil)
	g.FilterAll()
	p, s := attached(g, 1, 8)
	deliver(t, s, 1, "a")
	g.Subscribe(nil)
	deliver(t, s, 1, "b")
	want(t, "received", recv(g, 99), "b")
	g.Unsubscribe(nil)
	deliver(t, s, 1, "c")
	drops(t, p, map[pattern.Drop]int{pattern.Unwanted: 2})
}

// Room that comes by unsubscribing is room.
func TestMergeUnsubscribeResumes(t *testing.T) {
	g, _ := newMerge(func(l *pattern.Limits) { l.RecvQueue = 4 })
	p, s := attached(g, 1, 8)
	g.Subscribe([]byte("a"))
	g.Subscribe([]byte("b"))
	deliver(t, s, 4, "a1", "a2", "a3", "b1", "b2")
	g.Unsubscribe([]byte("a"))
	if n := p.Resumes(); n != 1 {
		t.Errorf("%d calls of Resume, want 1", n)
	}
	want(t, "left", recv(g, 99), "b1")
}

func TestMergeClose(t *testing.T) {
	g, _ := newMerge(func(l *pattern.Limits) { l.RecvQueue = 2 })
	_, s := attached(g, 1, 8)
	deliver(t, s, 2, "a", "b", "c")
	g.Close()
	if g.Depth() != 0 || g.CanRecv() {
		t.Errorf("%d wait after Close", g.Depth())
	}
	deliver(t, s, 3, "d", "e", "f")
	want(t, "received", recv(g, 99))
}

// A long queue is taken by the handful, which nobody sees.
func TestMergeLongQueue(t *testing.T) {
	g, _ := newMerge(func(l *pattern.Limits) { l.RecvQueue = 3000 })
	g.Subscribe([]byte("n"))
	p, s := attached(g, 1, 8)
	var sent []string
	for i := range 2000 {
		sent = append(sent, "n"+strconv.Itoa(i))
	}
	deliver(t, s, 2000, sent...)
	want(t, "received", recv(g, 10), sent[:10]...)
	if n := g.Depth(); n != 1990 {
		t.Errorf("%d wait, want 1990", n)
	}
	_, late := attached(g, 2, 1)
	deliver(t, late, 1, "no")
	g.Subscribe([]byte("n1"))
	g.Unsubscribe([]byte("n"))
	for _, body := range recv(g, 9999) {
		if body[:2] != "n1" {
			t.Errorf("received %q, unsubscribed", body)
		}
	}
	if messages, _ := g.Taken(); int(messages)+p.Drops()[pattern.Unwanted] != 2000 {
		t.Errorf("%d received and %d dropped of 2000", messages, p.Drops()[pattern.Unwanted])
	}
}

// A body that is received is the caller's: nobody else's, and no longer than it
// says.
func TestMergeRecvBody(t *testing.T) {
	g, _ := newMerge(nil)
	_, s := attached(g, 1, 8)
	c := message.NewChunk(message.SmallChunk)
	copy(c.Bytes, "chunk")
	b := &message.Bulk{Chunk: c, Bytes: c.Bytes, Spans: []message.Span{{Start: 0, End: 5}}}
	s.DeliverBulk(b)
	given := make([]byte, 5, 100)
	copy(given, "given")
	shared := msg("share")
	shared.Fan()
	all := []message.Message{{Body: given}, shared.Move()}
	shared.Unfan()
	s.Deliver(all)
	for _, body := range []string{"chunk", "given", "share"} {
		got, ok := g.RecvBody()
		if !ok || string(got) != body || cap(got) != len(got) {
			t.Errorf("%q, %v, capacity %d; want %q", got, ok, cap(got), body)
		}
		clear(got)
	}
	if string(c.Bytes[:5]) != "chunk" || string(shared.Body) != "share" {
		t.Error("a received body is somebody else's too")
	}
	if _, ok := g.RecvBody(); ok {
		t.Error("received what was not sent")
	}
	if messages, bytes := g.Taken(); messages != 3 || bytes != 15 {
		t.Errorf("counted %d messages and %d bytes", messages, bytes)
	}
}

func TestMergeSetsPeer(t *testing.T) {
	g, _ := newMerge(nil)
	p, s := attached(g, 1, 8)
	q, r := attached(g, 2, 8)
	deliver(t, s, 1, "a")
	deliver(t, r, 1, "b")
	for _, from := range []*patterntest.Peer{p, q} {
		var m message.Message
		if g.Recv(&m); m.Peer() != message.Peer(from) {
			t.Errorf("%q is from %v", m.Body, m.Peer())
		}
	}
}

// What one peer after the other sent comes in that order, whatever had not been
// received when the first had gone.
func TestMergeOneAfterTheOther(t *testing.T) {
	g, _ := newMerge(nil)
	var want3 []string
	for id, priority := range []int{8, 16, 1} {
		_, s := attached(g, uint32(id+1), priority)
		n := strconv.Itoa(id)
		deliver(t, s, 3, n+"a", n+"b", n+"c")
		want3 = append(want3, n+"a", n+"b", n+"c")
		if id < 2 {
			s.Detach()
		}
	}
	want(t, "received", recv(g, 99), want3...)
}

// Who has sent and gone while others are there keeps its turn, and gains none.
func TestMergeGoneAmongOthers(t *testing.T) {
	g, _ := newMerge(nil)
	_, a := attached(g, 1, 8)
	_, b := attached(g, 2, 8)
	attached(g, 3, 8)
	deliver(t, a, 2, "a1", "a2")
	deliver(t, b, 2, "b1", "b2")
	a.Detach()
	want(t, "received", recv(g, 99), "a1", "b1", "a2", "b2")
}
