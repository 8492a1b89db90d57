package pattern_test

import (
	"bytes"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

var openers = []struct {
	name string
	open func(m *message.Message, ttl int) pattern.Drop
}{
	{"hops", pattern.OpenHops},
	{"word", func(m *message.Message, _ int) pattern.Drop { return pattern.OpenWord(m) }},
	{"backtrace", pattern.OpenBacktrace},
}

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		opener       int
		payload      string
		ttl          int
		header, body string
		why          pattern.Drop
	}{
		{0, "\x00\x00\x00\x00hi", 8, "\x00\x00\x00\x00", "hi", pattern.None},
		{0, "\x00\x00\x00\x08hi", 8, "\x00\x00\x00\x08", "hi", pattern.None},
		{0, "\x00\x00\x00\x09hi", 8, "", "", pattern.TTL},
		{0, "\x00\x00\x01\x00hi", 8, "", "", pattern.Malformed},
		{0, "\x00\x00\x01", 8, "", "", pattern.Malformed},
		{1, "\x00\x00\x00\x07" + id + "hi", 8, "\x00\x00\x00\x07", id + "hi", pattern.None},
		{1, "\x80\x00", 8, "", "", pattern.Malformed},
		{2, id, 1, id, "", pattern.None},
		{2, "\x00\x00\x00\x07" + id + "hi", 2, "\x00\x00\x00\x07" + id, "hi", pattern.None},
		{2, "\x00\x00\x00\x07" + id + "hi", 1, "", "", pattern.TTL},
		{2, "hi", 8, "", "", pattern.Malformed},
		{2, "", 8, "", "", pattern.Malformed},
	} {
		// A stream brings it in one piece; a peer of this process apart, cut
		// wherever it likes.
		for cut := range len(c.payload) + 1 {
			m := &message.Message{Header: []byte(c.payload[:cut]), Body: []byte(c.payload[cut:])}
			why := openers[c.opener].open(m, c.ttl)
			if why != c.why || why == pattern.None && (string(m.Header) != c.header || string(m.Body) != c.body) {
				t.Errorf("%s of %q cut at %d: %v, header %q, body %q", openers[c.opener].name, c.payload, cut, why, m.Header, m.Body)
			}
		}
	}
}

// FuzzOpen checks that it does not matter how a payload was cut, nor whose its
// memory is.
func FuzzOpen(f *testing.F) {
	f.Add(byte(2), []byte("\x00\x00\x00\x01\x80\x00\x00\x01body"), byte(4), byte(8), true)
	f.Add(byte(0), []byte("\x00\x00\x00\x01body"), byte(2), byte(1), false)
	f.Add(byte(1), []byte("abc"), byte(1), byte(8), false)
	f.Fuzz(func(t *testing.T, which byte, payload []byte, at, limit byte, lent bool) {
		open, ttl := openers[int(which)%len(openers)].open, max(int(limit), 1)
		whole := &message.Message{Body: bytes.Clone(payload)}
		why := open(whole, ttl)

		cut := min(int(at), len(payload))
		m := &message.Message{Body: bytes.Clone(payload[cut:])}
		if lent {
			m.Borrow(m.Body)
		}
		m.Header = bytes.Clone(payload[:cut])
		if got := open(m, ttl); got != why {
			t.Fatalf("in one piece %v, cut at %d %v", why, cut, got)
		}
		if why != pattern.None {
			return
		}
		if !bytes.Equal(m.Header, whole.Header) || !bytes.Equal(m.Body, whole.Body) {
			t.Errorf("in one piece % x | % x, cut at %d % x | % x", whole.Header, whole.Body, cut, m.Header, m.Body)
		}
		if !bytes.Equal(append(bytes.Clone(m.Header), m.Body...), payload) {
			t.Errorf("bytes were lost: % x | % x of % x", m.Header, m.Body, payload)
		}
	})
}
