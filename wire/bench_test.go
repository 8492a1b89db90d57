package wire_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// What is done for each message allocates nothing.
func TestAllocations(t *testing.T) {
	m := &message.Message{Header: []byte{0x80, 0, 0, 1}, Body: make([]byte, 64)}
	buf := make([]byte, 0, 4096)
	spans := make([]message.Span, 16)
	for _, codec := range []wire.Codec{wire.TCP, wire.IPC} {
		frame := codec.Append(nil, m)
		three := append(append(append([]byte(nil), frame...), frame...), frame...)
		for name, f := range map[string]func(){
			"Append":     func() { codec.Append(buf, m) },
			"AppendHead": func() { codec.AppendHead(buf, m) },
			"Parse":      func() { codec.Parse(frame) },
			"Scan":       func() { codec.(wire.Scanner).Scan(three, 0, spans) },
			"Backtrace":  func() { wire.Backtrace(frame[len(frame)-68:], 8) },
			"Hops":       func() { wire.Hops(m.Body) },
			"AppendWord": func() { wire.AppendWord(buf, 1) },
		} {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s %s: %v allocations", codec.Framing(), name, n)
			}
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	m := message.New(64)
	buf := make([]byte, 0, 4096)
	for b.Loop() {
		wire.TCP.Append(buf, m)
	}
}

func BenchmarkParse(b *testing.B) {
	frame := wire.TCP.Append(nil, message.New(64))
	for b.Loop() {
		wire.TCP.Parse(frame)
	}
}

// BenchmarkScan finds 64 messages at a time.
func BenchmarkScan(b *testing.B) {
	var src []byte
	for range 64 {
		src = wire.TCP.Append(src, message.New(64))
	}
	spans := make([]message.Span, 256)
	scan := wire.TCP.(wire.Scanner)
	for b.Loop() {
		scan.Scan(src, 0, spans)
	}
}

func BenchmarkBacktrace(b *testing.B) {
	payload := []byte{0, 0, 0, 1, 0, 0, 0, 2, 0x80, 0, 0, 3, 'x'}
	for b.Loop() {
		wire.Backtrace(payload, 8)
	}
}
