package ws

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// readFrames parses what an Append made with the library.
func readFrames(t *testing.T, b []byte) (frames []ws.Frame) {
	t.Helper()
	in := bytes.NewReader(b)
	for in.Len() > 0 {
		f, err := readFrame(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Header.Masked {
			ws.Cipher(f.Payload, f.Header.Mask, 0)
		}
		frames = append(frames, f)
	}
	return frames
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

func TestAppend(t *testing.T) {
	for _, client := range []bool{false, true} {
		for _, header := range []int{0, 4, 12} {
			for _, size := range []int{0, 1, 125, 126, 65535 - header, Fragment - header, Fragment - header + 1, 3*Fragment - header, 3<<20 + 5} {
				t.Run(fmt.Sprintf("client=%v/header=%d/body=%d", client, header, size), func(t *testing.T) {
					testAppend(t, client, &message.Message{Header: random(header), Body: random(size)})
				})
			}
		}
	}
}

func testAppend(t *testing.T, client bool, m *message.Message) {
	want := append(bytes.Clone(m.Header), m.Body...)
	c := New(client, false)
	prefix := []byte("before")
	b := c.Append(bytes.Clone(prefix), m)
	if !bytes.HasPrefix(b, prefix) {
		t.Fatal("what was there is gone")
	}
	b = b[len(prefix):]

	var got []byte
	frames := readFrames(t, b)
	for i, f := range frames {
		op := opMore
		if i == 0 {
			op = opBin
		}
		if f.Header.OpCode != op || f.Header.Fin != (i == len(frames)-1) || f.Header.Masked != client {
			t.Errorf("frame %d of %d: %+v", i, len(frames), f.Header)
		}
		if f.Header.Length > Fragment {
			t.Errorf("frame of %d bytes", f.Header.Length)
		}
		got = append(got, f.Payload...)
	}
	if !bytes.Equal(got, want) {
		t.Error("not what was sent")
	}

	r := &reader{codec: New(!client, false)}
	r.feed(b)
	if r.err != nil || len(r.events) != 1 || r.events[0].payload != string(want) {
		t.Errorf("the other side got %s, %v", show(r.events), r.err)
	}

	head, ok := c.AppendHead(bytes.Clone(prefix), m)
	if ok != (!client && len(want) <= Fragment) {
		t.Errorf("AppendHead: %v", ok)
	}
	if ok {
		if !bytes.Equal(append(head[len(prefix):], m.Body...), b) {
			t.Error("AppendHead and the body are not what Append makes")
		}
		if back := c.Undo(head[len(prefix):]); !bytes.Equal(back, m.Header) {
			t.Error("Undo does not give the header back")
		}
	} else if !bytes.Equal(head, prefix) {
		t.Error("AppendHead left something behind")
	}

	if back := c.Undo(b); !bytes.Equal(back, want) {
		t.Error("Undo does not give the message back")
	}
}

func TestFraming(t *testing.T) {
	if f := New(true, false).Framing(); f != "" {
		t.Errorf("masked frames are called %q, as if they were all the same", f)
	}
	if a, b := New(false, false).Framing(), New(false, true).Framing(); a == "" || b == "" || a == b {
		t.Errorf("framings %q and %q", a, b)
	}
}

func TestUndoLeavesSharedBytes(t *testing.T) {
	c := New(false, false)
	b := c.Append(nil, message.New(2*Fragment))
	before := bytes.Clone(b)
	c.Undo(b)
	if !bytes.Equal(b, before) {
		t.Error("frames that other connections may share were changed")
	}
}

func TestUndoOfGarbage(t *testing.T) {
	c := New(false, false)
	for _, b := range [][]byte{nil, {0x82}, {0x82, 5}, {0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		if got := c.Undo(b); len(got) != 0 {
			t.Errorf("% x became % x", b, got)
		}
	}
}

func TestText(t *testing.T) {
	c := New(false, true)
	big := strings.Repeat("\u20ac", Fragment) // characters across fragments
	for _, test := range []struct {
		header, body string
		op           ws.OpCode
	}{
		{"", "", opText},
		{"", "gr\u00fc\u00df", opText},
		{"", "\xff", opBin},
		{"\x80\x00\x00\x01", "text", opBin}, // the id of a request is none
		{"\xe2", "\x82\xac", opText},
		{"", big, opText},
		{"", big + "\xff", opBin},
	} {
		m := &message.Message{Header: []byte(test.header), Body: []byte(test.body)}
		b := c.Append(nil, m)
		if f := readFrames(t, b); f[0].Header.OpCode != test.op {
			t.Errorf("%.20q: opcode %d, want %d", test.header+test.body, f[0].Header.OpCode, test.op)
		}
		r := &reader{codec: New(true, true)}
		r.feed(b)
		if r.err != nil || len(r.events) != 1 || r.events[0].payload != test.header+test.body {
			t.Errorf("%.20q: got %s, %v", test.header+test.body, show(r.events), r.err)
		}
	}
}

func TestRefuses(t *testing.T) {
	for name, b := range map[string]string{
		"unmasked":         "\x82\x01x",
		"length of 2^63":   "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00abcd",
		"16 bit for 125":   "\x82\xfe\x00\x7dabcd",
		"64 bit for 65535": "\x82\xff\x00\x00\x00\x00\x00\x00\xff\xffabcd",
	} {
		_, err := New(false, false).Parse([]byte(b))
		var e *CloseError
		if !errors.As(err, &e) || e.Code != CodeProtocol || e.Remote || e.Reason() != "ws-1002" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(true, false).Parse([]byte("\x82\x81abcdx")); err == nil {
		t.Error("a client takes a masked frame")
	}
}

func TestHugeLengthIsOnlyReported(t *testing.T) {
	f, err := New(false, false).Parse([]byte("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffabcd"))
	if err != nil || f.Size != 1<<63-1 || f.Head != 14 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestTooBig(t *testing.T) {
	parts := []frame{{op: opBin, more: true, payload: "12345"}, {op: opMore, more: true, payload: "12345"}, {op: opMore, payload: "1"}}
	r := &reader{codec: New(false, false), max: 10}
	for _, f := range parts {
		r.feed(f.bytes(false))
	}
	if len(r.events) != 1 || r.events[0] != closes(CodeTooBig) {
		t.Errorf("got %s", show(r.events))
	}
}

func TestFarewell(t *testing.T) {
	for _, test := range []struct {
		err  error
		code uint16
	}{
		{nil, CodeNormal},
		{io.EOF, CodeNormal},
		{&CloseError{Code: CodeNotUTF8}, CodeNotUTF8},
		{fmt.Errorf("reading: %w", &CloseError{Code: CodeProtocol}), CodeProtocol},
		{fmt.Errorf("from x: %w", bigError{}), CodeTooBig},
		{fmt.Errorf("request: %w", wire.ErrMalformed), CodeProtocol},
		{errors.New("anything else"), CodePolicy},
	} {
		for _, client := range []bool{false, true} {
			c := New(client, false)
			r := &reader{codec: c}
			r.sent(c.AppendFarewell(nil, test.err))
			if len(r.events) != 1 || r.events[0] != closes(test.code) {
				t.Errorf("%v: %s", test.err, show(r.events))
			}
			if b := c.AppendFarewell(nil, nil); len(b) != 0 {
				t.Errorf("a second farewell: % x", b)
			}
			// What comes now is not answered any more.
			for _, f := range []frame{{op: opPing}, closeNormal} {
				r.feed(f.bytes(client))
			}
			if len(r.events) != 1 || r.err != io.EOF {
				t.Errorf("after the farewell: %s, %v", show(r.events), r.err)
			}
		}
	}
}

func TestPeersComplaint(t *testing.T) {
	r := &reader{codec: New(false, false)}
	r.feed(closeWith(CodeTooBig, "no more than 3").bytes(false))
	var e *CloseError
	if !errors.As(r.err, &e) || !e.Remote || e.Code != CodeTooBig || e.Text != "no more than 3" {
		t.Errorf("got %v", r.err)
	}
	if want := "websocket closed by peer: 1009: no more than 3"; r.err.Error() != want {
		t.Errorf("says %q, want %q", r.err, want)
	}
}

func TestNoAllocation(t *testing.T) {
	m := message.New(64)
	for _, client := range []bool{false, true} {
		out, in := New(client, false), New(!client, false)
		buf := make([]byte, 0, 256)
		n := testing.AllocsPerRun(100, func() {
			b := out.Append(buf, m)
			f, err := in.Parse(b)
			if err == nil {
				_, err = in.Open(f, b[f.Head:])
			}
			if err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("client=%v: %v allocations a message", client, n)
		}
	}
}

// readFrame reads a frame that is known to be small.
func readFrame(r io.Reader) (f ws.Frame, err error) {
	if f.Header, err = ws.ReadHeader(r); err != nil {
		return f, err
	}
	f.Payload = make([]byte, f.Header.Length)
	_, err = io.ReadFull(r, f.Payload)
	return f, err
}
