package message_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
)

// A message is of the same type wherever it lies.
func TestType(t *testing.T) {
	m := message.New(1)
	if m.Type() != message.Untyped {
		t.Errorf("a new message is of type %d", m.Type())
	}
	typed := func(what string, m *message.Message) {
		t.Helper()
		if m.Type() != message.Text {
			t.Errorf("%s: type %d", what, m.Type())
		}
	}
	lent := func() *message.Message {
		var m message.Message
		m.Borrow([]byte("body"))
		m.SetType(message.Text)
		return &m
	}
	for what, change := range map[string]func(*message.Message){
		"owned":    (*message.Message).Own,
		"held":     (*message.Message).Hold,
		"detached": func(m *message.Message) { m.Detach(nil) },
		"joined":   (*message.Message).Join,
		"fanned":   func(m *message.Message) { m.Fan(); m.Unfan() },
		"spent":    (*message.Message).Spend,
	} {
		m := lent()
		change(m)
		typed(what, m)
	}
	moved := lent().Move()
	typed("moved", &moved)
}

// Who refuses a message may have taken its type for something else.
func TestTypeComesBack(t *testing.T) {
	m := message.New(1)
	m.SetType(message.Text)
	moved := m.Move()
	moved.SetType(message.Untyped)
	if m.Unmove(&moved); m.Type() != message.Text {
		t.Errorf("taken back as type %d", m.Type())
	}
}

func TestTypeGoesWithTheContent(t *testing.T) {
	for what, end := range map[string]func(*message.Message){
		"taken":    (*message.Message).Taken,
		"dropped":  (*message.Message).Drop,
		"borrowed": func(m *message.Message) { m.Borrow(nil) },
	} {
		m := message.New(1)
		m.SetType(message.Text)
		if end(m); m.Type() != message.Untyped {
			t.Errorf("%s: type %d is left", what, m.Type())
		}
	}
}
