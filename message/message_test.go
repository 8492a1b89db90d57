package message_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
)

type peer struct{ message.Peer }

func check(t *testing.T, what string, m *message.Message, header, body string) {
	t.Helper()
	if string(m.Header) != header || string(m.Body) != body {
		t.Errorf("%s: header %q and body %q, want %q and %q", what, m.Header, m.Body, header, body)
	}
}

func TestLen(t *testing.T) {
	m := &message.Message{Header: []byte("ab"), Body: []byte("cde"), More: [][]byte{[]byte("f"), nil}}
	if m.Len() != 6 || message.New(7).Len() != 7 {
		t.Errorf("lengths %d and %d, want 6 and 7", m.Len(), message.New(7).Len())
	}
}

func TestBorrowAndOwn(t *testing.T) {
	lent := []byte("lent")
	m := &message.Message{Header: []byte("gone")}
	m.Borrow(lent)
	check(t, "borrowed", m, "", "lent")
	m.Header = []byte("head")
	if !m.Borrowed() {
		t.Error("Borrow, and not Borrowed")
	}
	header := m.Header
	m.Own()
	clear(lent)
	clear(header)
	check(t, "owned", m, "head", "lent")
	if m.Borrowed() {
		t.Error("owned and still Borrowed")
	}
	body := &m.Body[0]
	if m.Own(); body != &m.Body[0] {
		t.Error("what is owned was copied")
	}
}

func TestJoin(t *testing.T) {
	c := message.NewChunk(message.SmallChunk)
	p := peer{}
	m := &message.Message{Header: []byte("a"), Body: []byte("b")}
	m.SetPeer(p)
	c.Retain(1)
	m.SetChunk(c)
	m.Join()
	check(t, "joined", m, "", "ab")
	if !c.Sole() || m.Peer() != message.Peer(p) {
		t.Error("a joined message keeps its old memory, or forgets its peer")
	}
}

func TestMoveAndUnmove(t *testing.T) {
	c := message.NewChunk(message.SmallChunk)
	m := &message.Message{Body: c.Bytes[:3]}
	m.SetChunk(c)
	moved := m.Move()
	if m.Chunk() != nil || moved.Chunk() != c {
		t.Error("Move did not hand over the memory")
	}
	m.Unmove(&moved)
	if m.Chunk() != c {
		t.Error("Unmove did not take the memory back")
	}
	m.Drop()
	if m.Body != nil || m.Chunk() != nil {
		t.Error("Drop left something")
	}
}

func TestDetach(t *testing.T) {
	c := message.NewChunk(message.SmallChunk)
	c.Retain(1)
	copy(c.Bytes, "headbodymore")
	m := &message.Message{Header: c.Bytes[:4], Body: c.Bytes[4:8], More: [][]byte{c.Bytes[8:12]}}
	m.SetChunk(c)
	var a message.Arena
	m.Detach(&a)
	clear(c.Bytes[:12])
	check(t, "detached", m, "head", "body")
	if string(m.More[0]) != "more" || !c.Sole() || cap(m.Body) != 4 {
		t.Errorf("more %q, capacity %d, sole user %v", m.More[0], cap(m.Body), c.Sole())
	}
	body := &m.Body[0]
	if m.Detach(&a); body != &m.Body[0] {
		t.Error("what is detached was copied")
	}
}

// What has a chunk nearly for itself stays where it is, and the chunk never goes
// round.
func TestDetachKeeps(t *testing.T) {
	for _, c := range []struct {
		size int
		keep bool
	}{{1 << 20, true}, {message.LargeChunk, true}, {message.LargeChunk / 2, true}, {message.LargeChunk/2 - 1, false}} {
		chunk := message.NewChunk(max(c.size, message.LargeChunk))
		m := &message.Message{Body: chunk.Bytes[:c.size]}
		m.SetChunk(chunk)
		was := &m.Body[0]
		m.Detach(nil)
		if kept := was == &m.Body[0]; kept != c.keep || m.Chunk() != nil || cap(m.Body) != c.size {
			t.Errorf("%d bytes: kept %v, chunk %v, capacity %d", c.size, kept, m.Chunk(), cap(m.Body))
		}
		held := message.NewChunk(c.size)
		held.Retain(1)
		m = &message.Message{Body: held.Bytes[:c.size]}
		m.SetChunk(held)
		was = &m.Body[0]
		if m.Detach(nil); was == &m.Body[0] || !held.Sole() {
			t.Errorf("%d bytes: kept what somebody else uses", c.size)
		}
	}
}

func TestTaken(t *testing.T) {
	m := &message.Message{Header: []byte("a"), Body: []byte("b")}
	m.Taken()
	check(t, "taken", m, "", "")
}

func TestSpend(t *testing.T) {
	c := message.NewChunk(message.SmallChunk)
	c.Retain(1)
	m := &message.Message{Body: c.Bytes[:1]}
	m.SetChunk(c)
	m.Spend()
	m.Spend()
	if !c.Sole() {
		t.Error("memory of spent bytes is held, or was given up twice")
	}
}
