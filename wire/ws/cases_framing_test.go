package ws

import (
	"fmt"
	"strings"

	"github.com/gobwas/ws"
)

const hello = "Hello, world!"

const binary8 = "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"

// framingCases are section 1: lengths at the borders of their three forms.
func framingCases() (cases []testCase) {
	for section, kind := range []struct {
		op   ws.OpCode
		unit string
	}{{opText, "*"}, {opBin, "\xfe"}} {
		sizes := []int{0, 125, 126, 127, 128, 65535, 65536, 65536}
		for i, size := range sizes {
			payload := strings.Repeat(kind.unit, size)
			c := testCase{
				number: fmt.Sprintf("1.%d.%d", section+1, i+1),
				send:   []frame{{op: kind.op, payload: payload}, closeNormal},
				want:   []event{gets(payload), closes(1000)},
			}
			if i == len(sizes)-1 {
				c.chop = 997
			}
			cases = append(cases, c)
		}
	}
	return cases
}

// pingCases are section 2.
func pingCases() []testCase {
	long := strings.Repeat("\xfe", 125)
	unasked := frame{op: opPong, payload: "unsolicited pong payload"}
	var pings []frame
	var pongs []event
	for i := range 10 {
		p := fmt.Sprintf("payload-%d", i)
		pings = append(pings, frame{op: opPing, payload: p})
		pongs = append(pongs, pong(p))
	}
	pings = append(pings, closeNormal)
	pongs = append(pongs, closes(1000))
	return []testCase{
		{number: "2.1", send: []frame{{op: opPing}, closeNormal}, want: []event{pong(""), closes(1000)}},
		{number: "2.2", send: []frame{{op: opPing, payload: hello}, closeNormal}, want: []event{pong(hello), closes(1000)}},
		{number: "2.3", send: []frame{{op: opPing, payload: binary8}, closeNormal}, want: []event{pong(binary8), closes(1000)}},
		{number: "2.4", send: []frame{{op: opPing, payload: long}, closeNormal}, want: []event{pong(long), closes(1000)}},
		{number: "2.5", send: []frame{{op: opPing, payload: long + "\xfe"}}, want: []event{closes(1002)}},
		{number: "2.6", chop: 1, send: []frame{{op: opPing, payload: long}, closeNormal}, want: []event{pong(long), closes(1000)}},
		{number: "2.7", send: []frame{{op: opPong}, closeNormal}, want: []event{closes(1000)}},
		{number: "2.8", send: []frame{unasked, closeNormal}, want: []event{closes(1000)}},
		{number: "2.9", send: []frame{unasked, {op: opPing, payload: "ping payload"}, closeNormal}, want: []event{pong("ping payload"), closes(1000)}},
		{number: "2.10", send: pings, want: pongs},
		{number: "2.11", send: pings, want: pongs, chop: 1},
	}
}

// reservedCases are sections 3, reserved bits, and 4, reserved opcodes.
func reservedCases() []testCase {
	text, ping := frame{op: opText, payload: hello}, frame{op: opPing}
	rsv := func(op ws.OpCode, bits byte, payload string) frame {
		return frame{op: op, rsv: bits, payload: payload}
	}
	failed := []event{closes(1002)}
	after := []event{gets(hello), closes(1002)}
	unknown := "reserved opcode payload"
	return []testCase{
		{number: "3.1", send: []frame{rsv(opText, 1, hello)}, want: failed},
		{number: "3.2", send: []frame{text, rsv(opText, 2, hello), ping}, want: after},
		// The suite sends this one a frame at a time; in half frames
		// is harder.
		{number: "3.3", send: []frame{text, rsv(opText, 3, hello), ping}, want: after, chop: 9},
		{number: "3.4", send: []frame{text, rsv(opText, 4, hello), ping}, want: after, chop: 1},
		{number: "3.5", send: []frame{rsv(opBin, 5, binary8)}, want: failed},
		{number: "3.6", send: []frame{rsv(opPing, 6, hello)}, want: failed},
		{number: "3.7", send: []frame{rsv(opClose, 7, "")}, want: failed},

		{number: "4.1.1", send: []frame{{op: 3}}, want: failed},
		{number: "4.1.2", send: []frame{{op: 4, payload: unknown}}, want: failed},
		{number: "4.1.3", send: []frame{text, {op: 5}, ping}, want: after},
		{number: "4.1.4", send: []frame{text, {op: 6, payload: hello}, ping}, want: after},
		{number: "4.1.5", send: []frame{text, {op: 7, payload: hello}, ping}, want: after, chop: 1},
		{number: "4.2.1", send: []frame{{op: 11}}, want: failed},
		{number: "4.2.2", send: []frame{{op: 12, payload: unknown}}, want: failed},
		{number: "4.2.3", send: []frame{text, {op: 13}, ping}, want: after},
		{number: "4.2.4", send: []frame{text, {op: 14, payload: hello}, ping}, want: after},
		{number: "4.2.5", send: []frame{text, {op: 15, payload: hello}, ping}, want: after, chop: 1},
	}
}

// fragmentCases are section 5.
func fragmentCases() []testCase {
	part := func(op ws.OpCode, payload string) frame { return frame{op: op, more: true, payload: payload} }
	last := func(payload string) frame { return frame{op: opMore, payload: payload} }
	ping := frame{op: opPing, payload: "ping payload"}
	text := frame{op: opText, payload: hello}
	two := []frame{part(opText, "fragment1"), last("fragment2"), closeNormal}
	three := []frame{part(opText, "fragment1"), ping, last("fragment2"), closeNormal}
	joined := []event{gets("fragment1fragment2"), closes(1000)}
	ponged := []event{pong("ping payload"), gets("fragment1fragment2"), closes(1000)}
	failed := []event{closes(1002)}
	orphan := []frame{last("non-continuation payload"), text}
	orphanMore := []frame{part(opMore, "non-continuation payload"), text}
	twice := func(f ...frame) []frame { return append(f, f...) }
	five := []frame{
		part(opText, "fragment1"), part(opMore, "fragment2"), {op: opPing, payload: "pongme 1!"},
		part(opMore, "fragment3"), part(opMore, "fragment4"), {op: opPing, payload: "pongme 2!"},
		last("fragment5"), closeNormal,
	}
	fiveJoined := []event{
		pong("pongme 1!"), pong("pongme 2!"),
		gets("fragment1fragment2fragment3fragment4fragment5"), closes(1000),
	}
	return []testCase{
		{number: "5.1", send: []frame{part(opPing, "fragment1"), last("fragment2")}, want: failed},
		{number: "5.2", send: []frame{part(opPong, "fragment1"), last("fragment2")}, want: failed},
		{number: "5.3", send: two, want: joined},
		{number: "5.4", send: two, want: joined, chop: 11},
		{number: "5.5", send: two, want: joined, chop: 1},
		{number: "5.6", send: three, want: ponged},
		{number: "5.7", send: three, want: ponged, chop: 11},
		{number: "5.8", send: three, want: ponged, chop: 1},
		{number: "5.9", send: orphan, want: failed},
		{number: "5.10", send: orphan, want: failed, chop: 26},
		{number: "5.11", send: orphan, want: failed, chop: 1},
		{number: "5.12", send: orphanMore, want: failed},
		{number: "5.13", send: orphanMore, want: failed, chop: 26},
		{number: "5.14", send: orphanMore, want: failed, chop: 1},
		{
			number: "5.15",
			send:   []frame{part(opText, "fragment1"), last("fragment2"), part(opMore, "fragment3"), {op: opText, payload: "fragment4"}},
			want:   []event{gets("fragment1fragment2"), closes(1002)},
		},
		{number: "5.16", send: twice(part(opMore, "fragment1"), part(opText, "fragment2"), last("fragment3")), want: failed},
		{number: "5.17", send: twice(last("fragment1"), part(opText, "fragment2"), last("fragment3")), want: failed},
		{number: "5.18", send: []frame{part(opText, "fragment1"), {op: opText, payload: "fragment2"}}, want: failed},
		{number: "5.19", send: five, want: fiveJoined},
		{number: "5.20", send: five, want: fiveJoined, chop: 11},
	}
}
