package wire_test

import (
	"bytes"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

func FuzzCheckHello(f *testing.F) {
	f.Add([]byte{0, 'S', 'P', 0, 0, 0x31, 0, 0})
	f.Add([]byte{0, 'S', 'P', 1, 0, 0x31, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		good := string(b) == "\x00SP\x00\x00\x31\x00\x00"
		if err := wire.CheckHello(b, wire.Req); good != (err == nil) {
			t.Errorf("% x: %v", b, err)
		}
	})
}

func codecOf(ipc bool) wire.Codec {
	if ipc {
		return wire.IPC
	}
	return wire.TCP
}

// FuzzParse gives a codec what a hostile peer may send.
func FuzzParse(f *testing.F) {
	f.Add(false, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(true, []byte{1, 0, 0, 0, 0, 0, 0, 0, 1, 'a'})
	f.Add(true, []byte{2})
	f.Fuzz(func(t *testing.T, ipc bool, src []byte) {
		before := bytes.Clone(src)
		codec := codecOf(ipc)
		frame, err := codec.Parse(src)
		if !bytes.Equal(src, before) {
			t.Fatal("Parse changed what it was given")
		}
		if err != nil && frame != (wire.Frame{}) {
			t.Errorf("%+v with an error", frame)
		}
		if frame.Head > len(src) || frame.Head < 0 {
			t.Errorf("head of %d in %d bytes", frame.Head, len(src))
		}
		spans := make([]message.Span, 4)
		found, used := codec.(wire.Scanner).Scan(src, 0, spans)
		at := 0
		for _, s := range spans[:found] {
			one, err := codec.Parse(src[at:])
			if err != nil || at+one.Head != int(s.Start) || uint64(s.End-s.Start) != one.Size {
				t.Fatalf("Scan found %v where Parse finds %+v, %v", s, one, err)
			}
			at = int(s.End)
		}
		if at != used {
			t.Errorf("Scan used %d bytes of messages that end at %d", used, at)
		}
	})
}

// FuzzRoundTrip parses what was appended, as it comes in pieces of any size.
func FuzzRoundTrip(f *testing.F) {
	f.Add(false, []byte{}, []byte("hi"), []byte{1, 7, 3})
	f.Add(true, []byte{0x80, 0, 0, 1}, []byte{}, []byte{255})
	f.Fuzz(func(t *testing.T, ipc bool, header, body, cuts []byte) {
		codec := codecOf(ipc)
		m := &message.Message{Header: header, Body: body}
		stream := codec.Append(codec.Append(nil, m), m)
		var came []byte
		messages := 0
		for i := 0; len(stream) > 0; i++ {
			n := len(stream)
			if i < len(cuts) {
				n = min(n, int(cuts[i]))
			}
			came = append(came, stream[:n]...)
			stream = stream[n:]
			for {
				frame, err := codec.Parse(came)
				if err != nil {
					t.Fatal(err)
				}
				if frame.Head == 0 || uint64(len(came)-frame.Head) < frame.Size {
					break
				}
				payload := came[frame.Head:][:frame.Size]
				if !bytes.Equal(payload, append(bytes.Clone(header), body...)) {
					t.Fatalf("payload % x", payload)
				}
				messages++
				came = came[uint64(frame.Head)+frame.Size:]
			}
		}
		if messages != 2 || len(came) != 0 {
			t.Errorf("%d messages and %d bytes, want 2 and 0", messages, len(came))
		}
	})
}

func FuzzBacktrace(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0x80, 0, 0, 2, 'a'}, byte(8))
	f.Add([]byte{0, 0, 0, 1}, byte(1))
	f.Fuzz(func(t *testing.T, b []byte, limit byte) {
		ttl := max(int(limit), 1)
		n, err := wire.Backtrace(b, ttl)
		if err != nil {
			if n != 0 {
				t.Errorf("%d with %v", n, err)
			}
			return
		}
		if n%wire.WordSize != 0 || n == 0 || n > len(b) || n/wire.WordSize > ttl {
			t.Fatalf("header of %d bytes in %d, TTL %d", n, len(b), ttl)
		}
		for i := 0; i < n; i += wire.WordSize {
			if last := i == n-wire.WordSize; last != (b[i]&0x80 != 0) {
				t.Errorf("word at %d of %d", i, n)
			}
		}
	})
}

func FuzzHops(f *testing.F) {
	f.Add([]byte{0, 0, 0, 9, 'a'})
	f.Fuzz(func(t *testing.T, b []byte) {
		hops, err := wire.Hops(b)
		if err == nil && !bytes.HasPrefix(b, wire.AppendHops(nil, hops)) {
			t.Errorf("% x: %d", b, hops)
		}
	})
}

func FuzzWord(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, b []byte) {
		w, ok := wire.Word(b)
		if ok != (len(b) >= wire.WordSize) || ok && !bytes.HasPrefix(b, wire.AppendWord(nil, w)) {
			t.Errorf("% x: %#x, %v", b, w, ok)
		}
	})
}
