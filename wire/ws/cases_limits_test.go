package ws

import (
	"fmt"
	"strings"

	"github.com/gobwas/ws"
)

// limitCases are sections 9 and 10. The suite measures a server with them and
// sends up to 16 MiB; here sizes, fragments and chops are a 64th of that, and
// the counts a 20th, so that the shapes are the same.
func limitCases() (cases []testCase) {
	const textUnit, binUnit = "BAsd7&jh23", "\x00\xfe\x23\xfa\xf0"
	for section, kind := range []struct {
		op   ws.OpCode
		unit string
	}{{opText, textUnit}, {opBin, binUnit}} {
		fill := func(size int) string { return strings.Repeat(kind.unit, size/len(kind.unit)+1)[:size] }
		add := func(group, i int, chop int, frames []frame, want ...event) {
			cases = append(cases, testCase{
				number: fmt.Sprintf("9.%d.%d", group+section, i+1), chop: chop,
				send: append(frames, closeNormal), want: append(want, closes(1000)),
			})
		}
		for i, size := range []int{1, 4, 16, 64, 128, 256} {
			p := fill(size << 10)
			add(1, i, 0, []frame{{op: kind.op, payload: p}}, gets(p))
		}
		for i, size := range []int{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536} {
			p := fill(64 << 10)
			add(3, i, 0, fragments(kind.op, p, size), gets(p))
		}
		for i, chop := range []int{1, 2, 4, 8, 16, 32} {
			p := fill(16 << 10)
			add(5, i, chop, []frame{{op: kind.op, payload: p}}, gets(p))
		}
		for i, size := range []int{0, 16, 64, 256, 1024, 4096} {
			p := fill(size)
			var frames []frame
			var want []event
			for range 50 {
				frames = append(frames, frame{op: kind.op, payload: p})
				want = append(want, gets(p))
			}
			add(7, i, 0, frames, want...)
		}
	}
	text := strings.Repeat("*", 65536)
	return append(cases, testCase{
		number: "10.1.1",
		send:   append(fragments(opText, text, 1300), closeNormal),
		want:   []event{gets(text), closes(1000)},
	})
}

// fragments is a message in frames of at most size bytes.
func fragments(op ws.OpCode, payload string, size int) (frames []frame) {
	for len(payload) > size {
		frames = append(frames, frame{op: op, more: true, payload: payload[:size]})
		payload = payload[size:]
		op = opMore
	}
	return append(frames, frame{op: op, payload: payload})
}
