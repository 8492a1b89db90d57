package ws

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"unicode/utf8"
)

// FuzzFrames feeds any bytes, all at once and in pieces: both ways see the
// same, and nothing but errors that say so ends a connection.
func FuzzFrames(f *testing.F) {
	for _, c := range allCases() {
		var all []byte
		for _, frame := range c.send {
			all = append(all, frame.bytes(false)...)
		}
		if len(all) < 1<<10 {
			f.Add(all, uint8(c.chop), false)
		}
	}
	f.Add([]byte("\x81\x05hello"), uint8(1), true)
	f.Fuzz(func(t *testing.T, data []byte, chop uint8, client bool) {
		whole := &reader{codec: New(client, false), max: 1 << 20}
		whole.feed(bytes.Clone(data))
		pieces := &reader{codec: New(client, false), max: 1 << 20}
		for p := range slices.Chunk(data, int(chop)+1) {
			pieces.feed(p)
		}
		if !slices.Equal(whole.events, pieces.events) {
			t.Errorf("at once %s, in pieces %s", show(whole.events), show(pieces.events))
		}
		if (whole.err == nil) != (pieces.err == nil) {
			t.Errorf("at once %v, in pieces %v", whole.err, pieces.err)
		}
		var e *CloseError
		if whole.err != nil && whole.err != io.EOF && !errors.As(whole.err, &e) && !errors.Is(whole.err, bigError{}) {
			t.Errorf("error %v", whole.err)
		}
	})
}

// FuzzUTF8 compares the check in pieces with that of the standard library.
func FuzzUTF8(f *testing.F) {
	for _, g := range utf8Groups() {
		for _, text := range g.texts {
			f.Add([]byte(text), uint8(1))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, chop uint8) {
		var u utf8Check
		ok := true
		for p := range slices.Chunk(text, int(chop)+1) {
			ok = ok && u.add(p)
		}
		if ok = ok && u.whole(); ok != utf8.Valid(text) {
			t.Errorf("% x in pieces of %d: %v", text, int(chop)+1, ok)
		}
	})
}
