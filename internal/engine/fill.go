package engine

import "github.com/sprocketmq/sp/message"

// fill reads once, into big if there is one, and into the chunk.
func (r *reader) fill() error {
	n, err := r.readable()
	if n == 0 {
		return err
	}
	if r.big != nil {
		large := min(n, len(r.room()))
		r.came += large
		r.end += n - large
		return nil
	}
	r.end += n
	if r.end == len(r.chunk.Bytes) && r.size < message.LargeChunk {
		r.size *= 4
	}
	return nil
}

// readBuffered reads where there is no waiting without a buffer.
func (r *reader) readBuffered() (int, error) {
	if r.big != nil {
		return r.conn.Read(r.room())
	}
	return r.conn.Read(r.space())
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
	if r.big != nil {
		r.shrinkBig()
	}
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
