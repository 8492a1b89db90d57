package pattern_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// What is lent is copied, header and body, whatever becomes of the lender's memory.
func TestMergeLent(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		for _, size := range []int{0, 1, 100, 1000, 1 << 10, 5000} {
			t.Run(fmt.Sprint(keeps, "/", size), func(t *testing.T) {
				g, _ := newMerge(nil)
				g.Open = func(_ pattern.Peer, m *message.Message) pattern.Drop { return pattern.OpenWord(m) }
				g.Keeps = keeps
				_, s := attached(g, 1, 8)
				var taken []message.Message
				const n = 50
				for i := range byte(n) {
					header, body := wire.AppendWord(nil, uint32(i)), []byte(strings.Repeat(string('a'+i%26), size))
					var one [1]message.Message
					one[0].Borrow(body)
					one[0].Header = header
					if s.Deliver(one[:]) != 1 {
						t.Fatal("not taken")
					}
					clear(header)
					clear(body)
					var m message.Message
					if !g.Recv(&m) {
						t.Fatal("not received")
					}
					if keeps && m.Chunk() != nil {
						t.Fatal("memory that goes round was lent to who keeps it")
					}
					taken = append(taken, m)
				}
				for _, m := range taken { // one that grows changes no other
					_, _ = append(m.Header, "xxxxxxxx"...), append(m.Body, "xxxxxxxx"...)
				}
				for i := range taken {
					m := &taken[i]
					id, _ := wire.Word(m.Header)
					if want := strings.Repeat(string('a'+byte(i)%26), size); id != uint32(i) || string(m.Body) != want {
						t.Errorf("message %d is %d: %.10q of %d bytes", i, id, m.Body, len(m.Body))
					}
				}
			})
		}
	}
}

// A seat counts the bodies it took, and only those.
func TestMergePassed(t *testing.T) {
	g, _ := newMerge(func(l *pattern.Limits) { l.RecvQueue = 2 })
	p, s := attached(g, 1, 8)
	passed := func(messages, bytes uint64) {
		t.Helper()
		if m, b := s.Passed(); m != messages || b != bytes {
			t.Errorf("passed %d messages, %d bytes; want %d, %d", m, b, messages, bytes)
		}
	}
	for i, room := range []bool{true, true, false} {
		if got := s.DeliverBody([]byte("abc")); got != room {
			t.Errorf("body %d taken: %v", i, got)
		}
	}
	passed(2, 6)
	recv(g, 1)
	g.Subscribe([]byte("b"))
	if !s.DeliverBody([]byte("ac")) { // dropped: it came nevertheless
		t.Error("an unwanted body is refused")
	}
	if !s.DeliverBody(make([]byte, 5000)) {
		t.Error("an unwanted long body is refused")
	}
	passed(4, 5008)
	drops(t, p, map[pattern.Drop]int{pattern.Unwanted: 2})
}

// A chunk that bodies are copied to goes round when the last of them has been given
// back and the next one is in use, however many of them there were.
func TestMergeBlockGoesRound(t *testing.T) {
	g, _ := newMerge(nil)
	_, s := attached(g, 1, 8)
	body := []byte(strings.Repeat("a", 64))
	var first *message.Chunk
	for i := range 5000 {
		if !s.DeliverBody(body) {
			t.Fatal("not taken")
		}
		var m message.Message
		if !g.Recv(&m) || string(m.Body) != string(body) {
			t.Fatalf("message %d: %q", i, m.Body)
		}
		c := m.Chunk()
		if first == nil && c != nil {
			first = c
			c.Retain(1) // the test's
		}
		m.Drop()
		if first != nil && c != first {
			if !first.Sole() {
				t.Error("a chunk that nobody uses is held")
			}
			return
		}
	}
	t.Error("bodies are not copied to chunks, or all to the same")
}
