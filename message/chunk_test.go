package message_test

import (
	"sync"
	"testing"
	"unsafe"

	"github.com/sprocketmq/sp/message"
)

func TestChunkSizes(t *testing.T) {
	for _, c := range []struct{ ask, get int }{
		{1, message.SmallChunk}, {message.SmallChunk, message.SmallChunk}, {message.SmallChunk + 1, 16 << 10},
		{message.LargeChunk, message.LargeChunk}, {message.LargeChunk + 1, message.LargeChunk + 1},
	} {
		if got := len(message.NewChunk(c.ask).Bytes); got != c.get {
			t.Errorf("asked for %d bytes, got %d, want %d", c.ask, got, c.get)
		}
	}
}

// A long chunk serves again for what fits, whatever its length was before.
func TestLongChunksGoRound(t *testing.T) {
	again := 0
	for range 100 {
		c := message.NewChunk(100_000)
		was := &c.Bytes[0]
		c.Release(1)
		d := message.NewChunk(90_000)
		if len(d.Bytes) != 90_000 {
			t.Fatalf("%d bytes", len(d.Bytes))
		}
		if was == &d.Bytes[0] {
			again++
		}
		d.Release(1)
		if e := message.NewChunk(131_000); len(e.Bytes) != 131_000 {
			t.Fatalf("%d bytes", len(e.Bytes))
		}
	}
	if again == 0 {
		t.Error("never used again")
	}
}

// A large body with a head in front of it does not begin where a page does.
func TestChunksLieAside(t *testing.T) {
	for _, size := range []int{message.LargeChunk + 1, message.LargeChunk + 4, 1<<20 + 4} {
		c := message.ExactChunk(size)
		at := uintptr(unsafe.Pointer(&c.Bytes[0])) % 4096
		if at < message.Aside || len(c.Bytes) != size || cap(c.Bytes) != size {
			t.Errorf("%d bytes of %d begin %d behind a page", len(c.Bytes), cap(c.Bytes), at)
		}
	}
}

// Nobody gets a chunk that somebody still has.
func TestChunkHasOneUser(t *testing.T) {
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 1000 {
				c := message.NewChunk(message.SmallChunk)
				c.Bytes[0] = byte(i)
				c.Retain(2)
				c.Release(1)
				c.Release(1)
				if c.Bytes[0] != byte(i) || !c.Sole() {
					t.Error("a chunk with a user was given to another")
				}
				c.Release(1)
			}
		})
	}
	all.Wait()
}

func TestBulk(t *testing.T) {
	c := message.NewChunk(message.SmallChunk)
	copy(c.Bytes, "abcdef")
	b := &message.Bulk{Chunk: c, Bytes: c.Bytes, Spans: []message.Span{{Start: 0, End: 2}, {Start: 2, End: 2}, {Start: 3, End: 6}}}
	for i, want := range []string{"ab", "", "def"} {
		if got := b.At(i); string(got) != want || cap(got) != len(got) {
			t.Errorf("message %d is %q, capacity %d", i, got, cap(got))
		}
	}
	m := b.Message(2)
	if string(m.Body) != "def" || c.Sole() {
		t.Errorf("%q, and the chunk is held: %v", m.Body, !c.Sole())
	}
	m.Drop()
	if !c.Sole() {
		t.Error("dropped, and the chunk is held")
	}
}
