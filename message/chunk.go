package message

import (
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

// NewChunk returns a chunk of at least size bytes, held once by the caller.
// Chunks of up to LargeChunk bytes go round.
func NewChunk(size int) *Chunk {
	for i := range chunks {
		if c := &chunks[i]; size <= c.size {
			if v := c.pool.Get(); v != nil {
				k := v.(*Chunk)
				k.refs.Store(1)
				return k
			}
			return newChunk(c.size)
		}
	}
	return newChunk(size)
}

func newChunk(size int) *Chunk {
	c := &Chunk{Bytes: make([]byte, size)}
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
	for i := range chunks {
		if len(c.Bytes) == chunks[i].size {
			chunks[i].pool.Put(c)
		}
	}
}
