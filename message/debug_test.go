//go:build spdebug

package message_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
)

func panics(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s after Release does not panic", what)
		}
	}()
	f()
}

func TestReleased(t *testing.T) {
	m := message.New(3)
	body := m.Body
	m.Release()
	if body[0] != 0xdd || m.Body != nil {
		t.Errorf("the body is %x and can still be read", body)
	}
	panics(t, "Use", m.Use)
	panics(t, "Used", func() { m.Used() })
	panics(t, "Release", m.Release)
}

func TestReleasedShared(t *testing.T) {
	m := &message.Message{Body: []byte("x")}
	m.Fan()
	kept := m.Move()
	m.Unfan()
	kept.Release()
	if m.Body[0] != 'x' {
		t.Error("releasing a shared body destroyed the others'")
	}
}
