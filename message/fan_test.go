package message_test

import (
	"strings"
	"testing"

	"github.com/sprocketmq/sp/message"
)

// encode counts what is made in n.
func encode(n *int) func([]byte, *message.Message) []byte {
	return func(dst []byte, m *message.Message) []byte {
		*n++
		return append(append(dst, '<'), m.Body...)
	}
}

func TestFanEncodesOnceAFraming(t *testing.T) {
	m := &message.Message{Body: []byte("body")}
	m.Fan()
	made := 0
	for _, framing := range []string{"a", "a", "b", "b"} {
		if got := m.AppendFrame([]byte("x"), framing, encode(&made)); string(got) != "x<body" {
			t.Errorf("frame %q", got)
		}
	}
	if made != 2 {
		t.Errorf("encoded %d times, want 2", made)
	}
	// A codec without a name makes something else of each message.
	m.AppendFrame(nil, "", encode(&made))
	m.AppendFrame(nil, "", encode(&made))
	if made != 4 {
		t.Errorf("encoded %d times, want 4", made)
	}
	m.Unfan()
	m.AppendFrame(nil, "a", encode(&made))
	if made != 5 {
		t.Error("a frame was remembered after Unfan")
	}
	m.Unfan()
}

func TestFanForgetsTheLastMessage(t *testing.T) {
	made := 0
	for _, body := range []string{"one", "two"} {
		m := &message.Message{Body: []byte(body)}
		m.Fan()
		if got := m.AppendFrame(nil, "a", encode(&made)); string(got) != "<"+body {
			t.Errorf("frame %q of %q", got, body)
		}
		m.Unfan()
	}
}

// Who keeps what several get says that it is shared; who copies has a copy of
// its own.
func TestFanShares(t *testing.T) {
	for _, size := range []int{10, 100_000} {
		text := strings.Repeat("x", size)
		given := &message.Message{Body: []byte(text)}
		given.Fan()
		if kept := given.Move(); !kept.Shared() {
			t.Errorf("%d bytes given: not shared", size)
		}
		given.Unfan()

		lent := []byte(text)
		m := new(message.Message)
		m.Borrow(lent)
		m.Fan()
		var kept []message.Message
		for range 2 {
			m.Own()
			kept = append(kept, m.Move())
		}
		m.Unfan()
		clear(lent)
		for _, k := range kept {
			if string(k.Body) != text || !k.Shared() || k.Borrowed() {
				t.Errorf("%d bytes lent: kept %.10q, shared %v, borrowed %v", size, k.Body, k.Shared(), k.Borrowed())
			}
		}
	}
}

// The receivers do not know of each other, so no memory goes round.
func TestFanLetsMemoryGo(t *testing.T) {
	c := message.NewChunk(message.SmallChunk)
	m := &message.Message{Body: c.Bytes[:1]}
	m.SetChunk(c)
	m.Fan()
	a, b := m.Move(), m.Move()
	m.Unfan()
	a.Drop()
	b.Drop()
	if !c.Sole() {
		t.Error("a shared body's memory was given back by one of its receivers")
	}
}
