package message

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// Chunk is a piece of receive memory with a count of its users: the reader
// that fills it, and each message that lies in it. When the last one lets go
// it is used again; when one forgets, it is garbage.
type Chunk struct {
	Bytes []byte
	refs  atomic.Int32
}

// The sizes of chunks. A connection starts with the smallest.
const (
	SmallChunk = 4 << 10
	LargeChunk = 64 << 10
)

var chunks = [...]struct {
	size int
	pool sync.Pool
}{{size: SmallChunk}, {size: 16 << 10}, {size: LargeChunk}}

// Longer ones are made for one message each, with just its length. Those of
// 2^n to 2^(n+1)-1 bytes go round together, up to mostPooled.
const mostPooled = 16 << 20

var long [bits.UintSize]sync.Pool

// NewChunk returns a chunk, held once by the caller: of size bytes, or the next
// larger one of the fixed sizes.
func NewChunk(size int) *Chunk {
	pool := &long[bits.Len(uint(size))]
	for i := range chunks {
		if c := &chunks[i]; size <= c.size {
			size, pool = c.size, &c.pool
			break
		}
	}
	if v := pool.Get(); v != nil {
		if c := v.(*Chunk); cap(c.Bytes) >= size {
			c.Bytes = c.Bytes[:size]
			c.refs.Store(1)
			return c
		}
	}
	return ExactChunk(size)
}

// A processor may copy at a third or a quarter of its speed between two places that
// lie nearly at the same distance from the starts of their pages of memory: AMD's do,
// where what is written is up to 32 bytes further. The kernel begins a page with a
// message's head or with its body, and Go begins large memory with a page: Aside is
// how far a body is to lie from there.
const Aside = 64

// NewAside returns size bytes that lie so.
func NewAside(size int) []byte { return make([]byte, Aside+size)[Aside:] }

// Go rounds large memory up to pages of this size.
const goPage = 8 << 10

// ExactChunk returns a new chunk of size bytes, held once by the caller.
func ExactChunk(size int) *Chunk {
	c := new(Chunk)
	if size > LargeChunk && -size&(goPage-1) >= Aside {
		c.Bytes = NewAside(size) // which costs nothing
	} else {
		c.Bytes = make([]byte, size)
	}
	c.refs.Store(1)
	return c
}

// Retain adds n users.
func (c *Chunk) Retain(n int) { c.refs.Add(int32(n)) }

// Sole reports whether the caller is the only user left.
func (c *Chunk) Sole() bool { return c.refs.Load() == 1 }

// Release takes n users away.
func (c *Chunk) Release(n int) {
	if c.refs.Add(int32(-n)) != 0 {
		return
	}
	size := cap(c.Bytes)
	for i := range chunks {
		if size == chunks[i].size {
			chunks[i].pool.Put(c)
			return
		}
	}
	if size > LargeChunk && size <= mostPooled {
		long[bits.Len(uint(size))].Put(c)
	}
}

// Keep reports whether b, which lies in the chunk and is the caller's, may stay
// there for ever instead of being copied: nobody else uses the chunk, and it is
// at most twice as long. The caller must not release it then.
func (c *Chunk) Keep(b []byte) bool {
	if !c.Sole() || len(c.Bytes) > 2*len(b) {
		return false
	}
	process.gave(len(c.Bytes))
	return true
}
