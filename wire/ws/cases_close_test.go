package ws

import (
	"fmt"
	"strings"
)

// closeWith is a Close frame with a code and a reason.
func closeWith(code int, reason string) frame {
	return frame{op: opClose, payload: string([]byte{byte(code >> 8), byte(code)}) + reason}
}

// closeCases are section 7.
func closeCases() []testCase {
	text := frame{op: opText, payload: "Hello World!"}
	ping := frame{op: opPing}
	big := strings.Repeat("BAsd7&jh23", 256<<10/10)
	normal := []event{closes(1000)}
	failed := []event{closes(1002)}
	cases := []testCase{
		{number: "7.1.1", send: []frame{text, closeNormal}, want: []event{gets("Hello World!"), closes(1000)}},
		{number: "7.1.2", send: []frame{closeNormal, {op: opClose}}, want: normal},
		{number: "7.1.3", send: []frame{closeNormal, ping}, want: normal},
		{number: "7.1.4", send: []frame{closeNormal, text}, want: normal},
		{number: "7.1.5", send: []frame{{op: opText, more: true, payload: "fragment1"}, closeNormal, {op: opMore, payload: "fragment2"}}, want: normal},
		{
			number: "7.1.6",
			send:   []frame{{op: opText, payload: big}, text, closeNormal, ping},
			want:   []event{gets(big), gets("Hello World!"), closes(1000)},
		},
		{number: "7.3.1", send: []frame{{op: opClose}}, want: normal},
		{number: "7.3.2", send: []frame{{op: opClose, payload: "a"}}, want: failed},
		{number: "7.3.3", send: []frame{closeNormal}, want: normal},
		{number: "7.3.4", send: []frame{closeWith(1000, "Hello World!")}, want: normal},
		{number: "7.3.5", send: []frame{closeWith(1000, strings.Repeat("*", 123))}, want: normal},
		{number: "7.3.6", send: []frame{closeWith(1000, strings.Repeat("*", 124))}, want: failed},
		{number: "7.5.1", send: []frame{closeWith(1000, greek+"\xed\xa0\x80edited")}, want: []event{closes(1007)}},
	}
	for i, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		cases = append(cases, testCase{number: fmt.Sprintf("7.7.%d", i+1), send: []frame{closeWith(code, "")}, want: []event{closes(uint16(code))}})
	}
	for i, code := range []int{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		cases = append(cases, testCase{number: fmt.Sprintf("7.9.%d", i+1), send: []frame{closeWith(code, "")}, want: failed})
	}
	// The suite leaves open what becomes of these.
	for i, code := range []int{5000, 65536 - 1} {
		cases = append(cases, testCase{number: fmt.Sprintf("7.13.%d", i+1), send: []frame{closeWith(code, "")}, want: failed})
	}
	return cases
}
