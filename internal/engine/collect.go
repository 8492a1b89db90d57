package engine

import (
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// A payload that is too long for a chunk is collected in memory of its own, so
// that the kernel copies it to where it stays. Its length is only the other
// side's word, so memory grows as bytes come. Only where one has come in full is
// as much taken at once for the next, and given back if there is a wait. What
// waits is never more than twice what has come and a small chunk's size.

// A word is never believed for more than this.
const mostBelieved = 1 << 20

// collect begins with what came of f's payload.
func (r *reader) collect(f wire.Frame, came []byte) {
	size := 2*len(came) + message.SmallChunk
	if r.raw != nil { // else there is no telling when it waits
		size = max(size, r.proven)
	}
	r.frame, r.came = f, len(came)
	r.big = message.NewChunk(int(min(f.Size, uint64(size))))
	copy(r.big.Bytes, came)
	// What comes after a large body is likely to be another one: a short read
	// then finds its head, and the rest need not be copied.
	r.size = message.SmallChunk
}

// room is where the next bytes of the payload belong.
func (r *reader) room() []byte {
	return r.big.Bytes[r.came:int(min(uint64(len(r.big.Bytes)), r.frame.Size))]
}

// gather moves what the chunk holds of the payload into big, and reports whether
// it is complete.
func (r *reader) gather() bool {
	n := int(min(uint64(r.end-r.start), r.frame.Size-uint64(r.came)))
	if whole := r.came + n; whole > len(r.big.Bytes) || whole == len(r.big.Bytes) && uint64(whole) < r.frame.Size {
		r.moveBig(message.NewChunk(int(min(r.frame.Size, uint64(2*whole+message.SmallChunk)))))
	}
	if n > 0 {
		copy(r.big.Bytes[r.came:], r.chunk.Bytes[r.start:r.start+n])
		r.came += n
		r.start += n
	}
	if uint64(r.came) < r.frame.Size {
		return false
	}
	r.proven = min(max(r.proven, r.came), mostBelieved)
	return true
}

// behind is room for what comes behind big's memory: the rest of the payload,
// where big is not long enough for it, else only the head of the next frame, so
// that a stream of large bodies takes one system call for each.
func (r *reader) behind() []byte {
	s := r.space()
	if uint64(len(r.big.Bytes)) < r.frame.Size {
		return s
	}
	return s[:min(len(s), message.SmallChunk)]
}

// amid tells whether the last read has brought the beginning of a large payload.
func (r *reader) amid() bool { return r.big != nil && r.last == 0 }

// shrinkBig gives up, before a wait, memory that was taken on the other side's
// word alone.
func (r *reader) shrinkBig() {
	if most := 2*r.came + message.SmallChunk; len(r.big.Bytes) > most {
		r.moveBig(message.ExactChunk(most))
	}
}

func (r *reader) moveBig(to *message.Chunk) {
	copy(to.Bytes, r.big.Bytes[:r.came])
	r.big.Release(1)
	r.big = to
}
