package engine

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
	"syscall"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// reader is the reading half of a stream connection. It replaces
//
//	for { head := read(8); body := read(len(head)); deliver(body) }
//
// by one read of as much as there is and a walk over the frames in it, which
// are delivered where they lie. step is one read and what follows from it;
// whoever calls it has the reader role.
//
// Bytes that came lie in chunk[start:end]. While the payload of a frame is
// too long for a chunk, it is collected in big instead, and chunk gets what
// comes behind it.
type reader struct {
	p     *Pipe
	conn  net.Conn
	raw   syscall.RawConn // nil: conn can't be waited for without a buffer
	codec wire.Codec
	open  wire.Transformer
	ctl   wire.Controller
	scan  wire.Scanner
	out   *outbox // where answers to control frames go

	chunk      *message.Chunk
	start, end int
	size       int // of the next chunk

	frame  wire.Frame     // the one that big belongs to
	big    *message.Chunk // memory of its payload alone
	came   int            // how much of that is here
	proven int            // the longest one that came in full, up to mostBelieved
	part   []byte         // what came of a payload that goes on in another frame; not nil then
	more   [][]byte       // the frames before the last of a message

	parsing bool // what came has not been parsed to its end
	last    int  // how many messages the last read brought
	// What was found and not delivered: bulk, whose spans lie in spans, or
	// found.
	bulk   message.Bulk
	spans  *[mostFound]message.Span
	found  *found
	resume chan struct{}

	spin spin                  // before a wait
	now  bool                  // do not wait
	poll func(fd uintptr) bool // readable's, made once
	n    int
	err  error
}

// found is messages of one read that had to be made one by one.
type found struct {
	list []message.Message
	next int // the first that was not delivered
}

// A delivery has this many messages at the most.
const mostFound = 256

var spanLists = sync.Pool{New: func() any { return new([mostFound]message.Span) }}

var founds = sync.Pool{New: func() any { return &found{list: make([]message.Message, 0, mostFound)} }}

func (r *reader) init(p *Pipe, conn net.Conn, codec wire.Codec, out *outbox) {
	r.p, r.conn, r.codec, r.out = p, conn, codec, out
	r.open, _ = codec.(wire.Transformer)
	r.ctl, _ = codec.(wire.Controller)
	r.scan, _ = codec.(wire.Scanner)
	r.size = message.SmallChunk
	r.resume = make(chan struct{}, 1)
	r.pollable()
}

// Resume implements pattern.Peer.
func (r *reader) Resume() {
	select {
	case r.resume <- struct{}{}:
	default:
	}
}

// drop gives up what was read and not delivered.
func (r *reader) drop() {
	left := len(r.bulk.Spans)
	if left > 0 {
		r.bulk.Chunk.Release(1)
		r.bulk = message.Bulk{}
	}
	if r.found != nil {
		left += len(r.found.list) - r.found.next
		r.found = nil
	}
	if left > 0 {
		r.p.Count(pattern.Closed, left)
	}
	if r.chunk != nil {
		r.chunk.Release(1)
		r.chunk = nil
	}
	if r.big != nil {
		r.big.Release(1)
		r.big = nil
	}
	r.part, r.more = nil, nil
}

// step reads once and delivers what that completed. It returns true if the
// router has no room for all of it: then step goes on with the rest, when it is
// called again, before it reads.
func (r *reader) step() (full bool, err error) {
	if !r.parsing {
		if err := r.fill(); err != nil {
			return false, r.readError(err)
		}
		r.parsing, r.last = true, 0
	}
	for {
		if !r.deliver() {
			return true, nil
		}
		found, err := r.parse()
		if err != nil {
			return false, r.malformed(err)
		}
		if !found {
			r.parsing = false
			r.out.heard(r.last)
			return false, nil
		}
	}
}

// parse finds messages in what came, and reports whether it found any.
func (r *reader) parse() (found bool, err error) {
	most := r.p.end.most()
	if r.big != nil {
		if !r.gather() {
			return false, nil
		}
		c := r.big
		r.big = nil
		err := r.accept(r.frame, c.Bytes[:r.came:r.came], c)
		c.Release(1)
		return true, err
	}
	if r.chunk == nil {
		return false, nil
	}
	if r.scan != nil && most > 0 && r.collected() == 0 && r.scanned(most) {
		return true, nil
	}
	src := r.chunk.Bytes[r.start:r.end]
	f, err := r.codec.Parse(src)
	if err != nil || f.Head == 0 {
		return false, err
	}
	if whole := f.Size + uint64(r.collected()); f.Kind != wire.Control && whole > most || f.Size > math.MaxInt32 && whole > math.MaxInt {
		return false, &wire.TooBigError{Size: whole, Max: most}
	}
	end := uint64(f.Head) + f.Size
	if uint64(len(src)) < end {
		r.incomplete(f, src[f.Head:], end)
		return false, nil
	}
	r.start += int(end)
	return true, r.accept(f, src[f.Head:end:end], r.chunk)
}

// scanned finds the messages that lie complete in the chunk, at once.
func (r *reader) scanned(most uint64) bool {
	if r.spans == nil {
		r.spans = spanLists.Get().(*[mostFound]message.Span)
	}
	src := r.chunk.Bytes[r.start:r.end]
	n, used := r.scan.Scan(src, most, r.spans[:])
	if n == 0 {
		spanLists.Put(r.spans)
		r.spans = nil
		return false
	}
	r.start += used
	r.p.arrived(n, used-n*int(r.spans[0].Start))
	r.last += n
	r.bulk = message.Bulk{Chunk: r.chunk, Bytes: src, Spans: r.spans[:n]}
	r.chunk.Retain(1) // while it is to be delivered
	return true
}

// collected is how much of the message that is coming has come in earlier
// frames.
func (r *reader) collected() int {
	n := len(r.part)
	for _, m := range r.more {
		n += len(m)
	}
	return n
}

// incomplete prepares for the rest of a frame. A payload that is too long for
// a chunk gets memory of its own (collect.go).
func (r *reader) incomplete(f wire.Frame, came []byte, whole uint64) {
	if whole <= uint64(len(r.chunk.Bytes)) && whole < largeSize {
		if r.start+int(whole) > len(r.chunk.Bytes) {
			r.rebase(r.size)
		}
		return
	}
	r.collect(f, came)
	r.start = r.end
}

// accept takes the complete payload of a frame, which lies in c.
func (r *reader) accept(f wire.Frame, payload []byte, c *message.Chunk) error {
	if r.open != nil {
		var err error
		if payload, err = r.open.Open(f, payload); err != nil {
			return err
		}
	}
	switch f.Kind {
	case wire.Control:
		if r.ctl == nil {
			return wire.ErrMalformed
		}
		answer, err := r.ctl.Control(f, payload)
		if len(answer) > 0 {
			if e := r.out.control(answer, err != nil); e != nil {
				return e
			}
		}
		return err
	case wire.Part:
		// One piece of memory, however many frames: they may be empty, and
		// as many as the peer likes.
		if r.part == nil {
			r.part = []byte{}
		}
		r.part = append(r.part, payload...)
		return nil
	case wire.More:
		r.more = append(r.more, r.glue(payload, true))
		return nil
	}
	if r.part != nil {
		payload, c = r.glue(payload, false), nil
	}
	var m message.Message
	m.Body = payload
	m.SetType(f.Type)
	if r.more != nil {
		m.Body, m.More = r.more[0], append(r.more[1:], r.glue(payload, true))
		r.more, c = nil, nil
	}
	if c != nil {
		c.Retain(1)
		m.SetChunk(c)
	}
	if r.found == nil {
		r.found = founds.Get().(*found)
	}
	r.found.list = append(r.found.list, m)
	r.p.arrived(1, m.Len())
	r.last++
	return nil
}

// glue returns a payload with what came of it in earlier frames, in memory of
// its own if need be.
func (r *reader) glue(payload []byte, own bool) []byte {
	if r.part == nil && !own {
		return payload
	}
	whole := append(r.part, payload...)
	r.part = nil
	return whole[:len(whole):len(whole)]
}

// readError makes the end of the stream a reason.
func (r *reader) readError(err error) error {
	if errors.Is(err, io.EOF) {
		if r.big != nil || r.end > r.start || r.part != nil || r.more != nil {
			return fmt.Errorf("peer closed in the middle of a message: %w", io.ErrUnexpectedEOF)
		}
		return io.EOF
	}
	return err
}

// malformed counts and logs what a peer did wrong.
func (r *reader) malformed(err error) error {
	var big *wire.TooBigError
	switch {
	case errors.As(err, &big):
		r.p.tooBig(big)
	case errors.Is(err, io.EOF), r.out.broken(err):
	default:
		r.p.malformed(err)
	}
	r.out.farewell(err)
	return err
}
