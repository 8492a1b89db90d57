package engine

import "github.com/sprocketmq/sp/message"

// fill reads once, into the chunk or into big.
func (r *reader) fill() error {
	if r.big != nil {
		n, err := r.conn.Read(r.big[len(r.big):cap(r.big)])
		r.big = r.big[:len(r.big)+n]
		if n > 0 {
			err = nil
		}
		return err
	}
	n, err := r.readable()
	r.end += n
	if n > 0 {
		if r.end == len(r.chunk.Bytes) && r.size < message.LargeChunk {
			r.size *= 4
		}
		return nil
	}
	return err
}

// space makes room for a read behind the bytes that lie in the chunk.
func (r *reader) space() []byte {
	have := r.end - r.start
	if r.chunk != nil {
		if have == 0 && r.chunk.Sole() {
			r.start, r.end = 0, 0
		}
		if r.end < len(r.chunk.Bytes) && (have > 0 || len(r.chunk.Bytes)-r.end >= len(r.chunk.Bytes)/8) {
			return r.chunk.Bytes[r.end:]
		}
	}
	r.rebase(max(r.size, 2*have))
	return r.chunk.Bytes[r.end:]
}

// rebase moves the bytes that lie in the chunk to the start of another one.
func (r *reader) rebase(size int) {
	c := message.NewChunk(size)
	have := 0
	if r.chunk != nil {
		have = copy(c.Bytes, r.chunk.Bytes[r.start:r.end])
		r.chunk.Release(1)
	}
	r.chunk, r.start, r.end = c, 0, have
}

// rest gives up memory before a wait: all of it, if nothing lies in it, and
// what is more than twice as much as has come and a small chunk's size.
func (r *reader) rest() {
	have := r.end - r.start
	switch {
	case r.chunk == nil:
	case have == 0 && r.chunk.Sole():
		r.chunk.Release(1)
		r.chunk, r.start, r.end = nil, 0, 0
		if r.size > message.SmallChunk {
			r.size /= 4
		}
	case have > 0 && len(r.chunk.Bytes) > 2*have+message.SmallChunk:
		r.rebase(max(have+1, message.SmallChunk))
	}
}
