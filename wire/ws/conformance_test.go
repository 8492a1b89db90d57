package ws

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/gobwas/ws"

	"github.com/sprocketmq/sp/wire"
)

// The cases of the Autobahn test suite, sections 1 to 7, 9 and 10, on raw
// bytes: what a connection makes of them, read through the codec as the
// engine reads it. Each row carries the suite's number of its case.

// A testCase is what comes in, and what has to become of it.
type testCase struct {
	number string
	send   []frame
	chop   int // bytes that arrive at once; 0 is all of them
	want   []event
	// nonStrict says why only what the suite calls non-strict is reached.
	nonStrict string
}

// frame is a frame to send, right or wrong.
type frame struct {
	op      ws.OpCode
	more    bool // without FIN
	rsv     byte
	payload string
}

// event is what the reader of a connection sees.
type event struct {
	kind    string // "message", "pong", "close" (sent by us)
	payload string
	code    uint16
}

const (
	opText  = ws.OpText
	opBin   = ws.OpBinary
	opMore  = ws.OpContinuation
	opPing  = ws.OpPing
	opPong  = ws.OpPong
	opClose = ws.OpClose
)

func gets(payload string) event { return event{kind: "message", payload: payload} }
func pong(payload string) event { return event{kind: "pong", payload: payload} }
func closes(code uint16) event  { return event{kind: "close", code: code} }

var closeNormal = frame{op: opClose, payload: "\x03\xe8"}

// bytes makes a frame of f as the other side of client would send it.
func (f frame) bytes(client bool) []byte {
	h := ws.Header{Fin: !f.more, Rsv: f.rsv, OpCode: f.op, Masked: !client, Length: int64(len(f.payload))}
	if h.Masked {
		h.Mask = newMask()
	}
	var b bytes.Buffer
	_ = ws.WriteHeader(&b, h)
	n := b.Len()
	b.WriteString(f.payload)
	if h.Masked {
		ws.Cipher(b.Bytes()[n:], h.Mask, 0)
	}
	return b.Bytes()
}

// reader reads a connection as the engine does.
type reader struct {
	codec   *Codec
	max     int // largest message; 0 is any
	buf     []byte
	message []byte
	events  []event
	err     error
}

type bigError struct{}

func (bigError) Error() string { return "message too big" }
func (bigError) TooBig() bool  { return true }

// feed takes what arrived. After an error it does nothing.
func (r *reader) feed(p []byte) {
	r.buf = append(r.buf, p...)
	for r.err == nil {
		f, err := r.codec.Parse(r.buf)
		if err == nil && f.Head == 0 {
			return
		}
		if err == nil && f.Kind != wire.Control && r.max > 0 && uint64(len(r.message))+f.Size > uint64(r.max) {
			err = bigError{}
		}
		if err == nil && uint64(len(r.buf)-f.Head) < f.Size {
			return
		}
		var answer []byte
		if err == nil {
			end := f.Head + int(f.Size)
			answer, err = r.frame(f, r.buf[f.Head:end])
			r.buf = r.buf[end:]
		}
		r.sent(answer)
		if err != nil {
			r.sent(r.codec.AppendFarewell(nil, err))
			r.err = err
		}
	}
}

func (r *reader) frame(f wire.Frame, payload []byte) (answer []byte, err error) {
	payload, err = r.codec.Open(f, payload)
	if err != nil {
		return nil, err
	}
	switch f.Kind {
	case wire.Control:
		return r.codec.Control(f, payload)
	case wire.Part:
		r.message = append(r.message, payload...)
	case wire.Whole:
		r.message = append(r.message, payload...)
		r.events = append(r.events, gets(string(r.message)))
		r.message = r.message[:0]
	}
	return nil, nil
}

// sent notes the frames that go out.
func (r *reader) sent(b []byte) {
	in := bytes.NewReader(b)
	for in.Len() > 0 {
		f, err := readFrame(in)
		if err != nil || f.Header.Masked != r.codec.client {
			panic(fmt.Sprintf("sent % x: %v", b, err))
		}
		if f.Header.Masked {
			ws.Cipher(f.Payload, f.Header.Mask, 0)
		}
		switch f.Header.OpCode {
		case opPong:
			r.events = append(r.events, pong(string(f.Payload)))
		case opClose:
			r.events = append(r.events, closes(uint16(f.Payload[0])<<8|uint16(f.Payload[1])))
		}
	}
}

func (c *testCase) run(t *testing.T, client bool) {
	if c.nonStrict != "" {
		t.Log("non-strict:", c.nonStrict)
	}
	r := &reader{codec: New(client, false)}
	var all []byte
	for _, f := range c.send {
		all = append(all, f.bytes(client)...)
	}
	chop := c.chop
	if chop == 0 {
		chop = max(len(all), 1)
	}
	for p := range slices.Chunk(all, chop) {
		r.feed(p)
	}
	if !slices.Equal(r.events, c.want) {
		t.Errorf("got %s\nwant %s", show(r.events), show(c.want))
	}
	last := event{}
	if n := len(r.events); n > 0 {
		last = r.events[n-1]
	}
	if (last.kind == "close") != (r.err != nil) {
		t.Errorf("last %s, error %v", show([]event{last}), r.err)
	}
	if last.code == CodeNormal && !errors.Is(r.err, io.EOF) {
		t.Errorf("good order: error %v", r.err)
	}
}

func show(events []event) string {
	s := ""
	for _, e := range events {
		s += fmt.Sprintf(" %s(%d %.40q #%d)", e.kind, e.code, e.payload, len(e.payload))
	}
	return s
}

func allCases() []testCase {
	return slices.Concat(framingCases(), pingCases(), reservedCases(), fragmentCases(),
		utf8Cases(), closeCases(), limitCases())
}

func TestConformance(t *testing.T) {
	for _, c := range allCases() {
		for _, end := range []string{"server", "client"} {
			t.Run(c.number+"/"+end, func(t *testing.T) { c.run(t, end == "client") })
		}
	}
}

// TestConformanceIsComplete compares the numbers with those of the suite.
func TestConformanceIsComplete(t *testing.T) {
	sections := []struct {
		name  string
		cases int
	}{
		{"1.1", 8}, {"1.2", 8}, {"2", 11}, {"3", 7}, {"4.1", 5}, {"4.2", 5}, {"5", 20},
		{"6.1", 3}, {"6.2", 4}, {"6.3", 2}, {"6.4", 4}, {"6.5", 5}, {"6.6", 11}, {"6.7", 4},
		{"6.8", 2}, {"6.9", 4}, {"6.10", 3}, {"6.11", 5}, {"6.12", 8}, {"6.13", 5},
		{"6.14", 10}, {"6.15", 1}, {"6.16", 3}, {"6.17", 5}, {"6.18", 5}, {"6.19", 5},
		{"6.20", 7}, {"6.21", 8}, {"6.22", 34}, {"6.23", 7},
		{"7.1", 6}, {"7.3", 6}, {"7.5", 1}, {"7.7", 13}, {"7.9", 9}, {"7.13", 2},
		{"9.1", 6}, {"9.2", 6}, {"9.3", 9}, {"9.4", 9}, {"9.5", 6}, {"9.6", 6}, {"9.7", 6}, {"9.8", 6},
		{"10.1", 1},
	}
	want := map[string]bool{}
	for _, s := range sections {
		for i := range s.cases {
			want[fmt.Sprintf("%s.%d", s.name, i+1)] = true
		}
	}
	if len(want) != 301 {
		t.Errorf("%d numbers, the suite has 301", len(want))
	}
	have := map[string]bool{}
	for _, c := range allCases() {
		if have[c.number] {
			t.Errorf("case %s is there twice", c.number)
		}
		have[c.number] = true
		if !want[c.number] {
			t.Errorf("case %s is not the suite's", c.number)
		}
	}
	for n := range want {
		if !have[n] {
			t.Errorf("case %s is missing", n)
		}
	}
}
