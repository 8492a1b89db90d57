package message_test

import (
	"bytes"
	"testing"

	"github.com/sprocketmq/sp/message"
)

// FuzzArena copies pieces of what it is given and writes over everything it
// may: no copy may change another.
func FuzzArena(f *testing.F) {
	f.Add([]byte("hello"), []byte{5, 0, 1, 255})
	f.Add(make([]byte, 3000), []byte{255, 254, 9, 9, 9})
	f.Fuzz(func(t *testing.T, src, sizes []byte) {
		var a message.Arena
		var copies, wants [][]byte
		for i, size := range sizes {
			// Sizes on both sides of what the arena takes.
			n := min(int(size)*9, len(src))
			b := bytes.Clone(src[:n])
			c := a.Copy(b)
			if c == nil || !bytes.Equal(c, b) || cap(c) != len(c) {
				t.Fatalf("copy %d of %d bytes has %d, capacity %d", i, n, len(c), cap(c))
			}
			for j := range c {
				c[j] ^= byte(i)
				b[j] ^= byte(i)
			}
			copies, wants = append(copies, c), append(wants, b)
		}
		for i := range copies {
			if !bytes.Equal(copies[i], wants[i]) {
				t.Fatalf("copy %d was changed by another", i)
			}
		}
	})
}

func TestArenaAllocations(t *testing.T) {
	var a message.Arena
	b := make([]byte, 64)
	if n := testing.AllocsPerRun(1000, func() { a.Copy(b) }); n >= 0.1 {
		t.Errorf("%v allocations for 64 bytes", n)
	}
}

func BenchmarkArena64(b *testing.B) {
	var a message.Arena
	src := make([]byte, 64)
	for b.Loop() {
		a.Copy(src)
	}
}
