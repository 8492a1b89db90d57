package ws

import (
	"testing"

	"github.com/gobwas/ws"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// The type of a message counts, whatever the connection sends others as; but text is
// text.
func TestAppendTypes(t *testing.T) {
	for _, test := range []struct {
		kind message.Type
		body string
		text bool // what others are sent as
		op   ws.OpCode
	}{
		{message.Untyped, "a", false, opBin},
		{message.Untyped, "a", true, opText},
		{message.Text, "a", false, opText},
		{message.Text, "a", true, opText},
		{message.Text, "\xff", false, opBin},
		{message.Binary, "a", false, opBin},
		{message.Binary, "a", true, opBin},
		{200, "a", false, opBin},
		{200, "a", true, opBin},
	} {
		m := &message.Message{Body: []byte(test.body)}
		m.SetType(test.kind)
		c := New(false, test.text)
		if f := readFrames(t, c.Append(nil, m)); f[0].Header.OpCode != test.op {
			t.Errorf("%+v: opcode %d", test, f[0].Header.OpCode)
		}
		head, _ := c.AppendHead(nil, m)
		if op := ws.OpCode(head[0] & 0xf); op != test.op {
			t.Errorf("%+v: opcode %d before the body", test, op)
		}
	}
}

// Only the frame that ends a message tells its type, and only where it is asked to.
func TestParseTypes(t *testing.T) {
	for _, types := range []bool{false, true} {
		c := New(true, false)
		c.Types = types
		for i, test := range []struct {
			frame
			kind message.Type
		}{
			{frame{op: opText}, message.Text},
			{frame{op: opBin}, message.Binary},
			{frame{op: opText, more: true}, message.Untyped},
			{frame{op: opPing}, message.Untyped},
			{frame{op: opMore, more: true}, message.Untyped},
			{frame{op: opMore}, message.Text},
			{frame{op: opBin, more: true}, message.Untyped},
			{frame{op: opMore}, message.Binary},
		} {
			f, err := c.Parse(test.bytes(true))
			if err != nil {
				t.Fatal(err)
			}
			want := test.kind
			if !types {
				want = message.Untyped
			}
			if f.Type != want {
				t.Errorf("frame %d: type %d, want %d", i, f.Type, want)
			}
			if _, err := c.Open(f, nil); err != nil {
				t.Fatal(err)
			}
			if f.Kind == wire.Control && f.Type != message.Untyped {
				t.Errorf("a control frame is of type %d", f.Type)
			}
		}
	}
}
