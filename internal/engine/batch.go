package engine

import (
	"net"
	"sync"
	"syscall"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// batch is messages in the form in which they are written: one buffer, in
// which large bodies are missing because they are written from where they
// lie. It remembers where each message ends, so that those that were not
// begun can go to another peer.
type batch struct {
	buf     []byte
	ends    []frameEnd
	large   []largeBody
	pieces  net.Buffers // of a vectored write
	size    int         // bytes to write
	payload int         // bytes of header and body
	count   int         // messages, without control frames
	done    int         // bytes that a direct write has written already
}

// frameEnd is where a frame ends in buf.
type frameEnd struct {
	at      int32
	control bool // not a message: a codec's own
	large   bool // its body is the next of the large ones
	kind    message.Type
}

type largeBody struct {
	at    int // where in buf it belongs
	body  []byte
	frame message.Message // keeps the memory of a body that goes round
}

// A body of this size or more is not copied into the buffer. Measured: no
// difference up to 8 KiB, ahead from 32 KiB.
const largeSize = 16 << 10

var batches = sync.Pool{New: func() any { return new(batch) }}

// add appends m's frame. It takes the content of m, or copies it: but a large body
// that is lent stays where it is, until own.
func (b *batch) add(c wire.Codec, framing string, m *message.Message) {
	if len(m.Body) >= largeSize {
		if buf, ok := c.AppendHead(b.buf, m); ok {
			kept := m.Move()
			b.size += len(buf) - len(b.buf) + len(m.Body)
			b.buf = buf
			b.large = append(b.large, largeBody{len(buf), kept.Body, kept})
			b.end(frameEnd{large: true, kind: m.Type()}, m.Len())
			return
		}
	}
	before := len(b.buf)
	if framing == "" {
		b.buf = c.Append(b.buf, m)
	} else {
		b.buf = m.AppendFrame(b.buf, framing, c.Append)
	}
	b.size += len(b.buf) - before
	b.end(frameEnd{kind: m.Type()}, m.Len())
	m.Spend()
}

// own copies what is lent.
func (b *batch) own() {
	for i := range b.large {
		l := &b.large[i]
		l.frame.Hold()
		l.body = l.frame.Body
	}
}

// full tells whether a message of size bytes has no room. One always fits an
// empty batch, and there may be none yet.
func (b *batch) full(size int, cfg *Config) bool {
	switch {
	case b == nil || b.count == 0:
		return false
	case cfg.Limits.Last:
		return b.count >= cfg.SendQueue || b.payload >= cfg.SendBytes
	}
	return b.count >= cfg.SendQueue || b.payload+size > cfg.SendBytes
}

// addBody is add of a message that is only a body, and lent.
func (b *batch) addBody(c wire.BodyAppender, body []byte) {
	before := len(b.buf)
	b.buf = c.AppendBody(b.buf, body)
	b.size += len(b.buf) - before
	b.end(frameEnd{}, len(body))
}

func (b *batch) end(e frameEnd, payload int) {
	e.at = int32(len(b.buf))
	b.ends = append(b.ends, e)
	b.payload += payload
	b.count++
}

// control appends bytes that are not a message.
func (b *batch) control(frame []byte) {
	b.buf = append(b.buf, frame...)
	b.size += len(frame)
	b.ends = append(b.ends, frameEnd{at: int32(len(b.buf)), control: true})
}

// writeTo writes the batch and returns how many bytes were written.
func (b *batch) writeTo(conn net.Conn) (int64, error) {
	if len(b.large) == 0 {
		n, err := conn.Write(b.buf[b.done:])
		return int64(b.done + n), err
	}
	if !vectored(conn) {
		return b.writeRecords(conn)
	}
	pieces := b.pieces[:0]
	at, done := 0, b.done
	add := func(p []byte) {
		n := min(done, len(p))
		if done -= n; n < len(p) {
			pieces = append(pieces, p[n:])
		}
	}
	for _, l := range b.large {
		add(b.buf[at:l.at])
		add(l.body)
		at = l.at
	}
	add(b.buf[at:])
	b.pieces = pieces
	n, err := writePieces(conn, &b.pieces) // which moves the start of b.pieces
	clear(pieces)
	b.pieces = pieces[:0]
	return int64(b.done) + n, err
}

// vectorConn is a connection of the kernel's that is not one of package net, whose
// Buffers know only those.
type vectorConn interface {
	syscall.Conn
	WriteBuffers(*net.Buffers) (int64, error)
}

func writePieces(conn net.Conn, pieces *net.Buffers) (int64, error) {
	if c, ok := conn.(vectorConn); ok {
		return c.WriteBuffers(pieces)
	}
	return pieces.WriteTo(conn)
}

// vectored tells whether several pieces leave in one system call.
func vectored(conn net.Conn) bool {
	switch conn.(type) {
	case *net.TCPConn, *net.UnixConn, vectorConn:
		return true
	}
	return false
}

// recordSize is what TLS puts into one record at the most.
const recordSize = 16 << 10

// writeRecords writes to a connection that makes something of its own of each
// write, such as a TLS record: what precedes a large body goes together with its
// beginning.
func (b *batch) writeRecords(conn net.Conn) (written int64, err error) {
	var first []byte
	write := func(p []byte) {
		if err == nil && len(p) > 0 {
			var n int
			n, err = conn.Write(p)
			written += int64(n)
		}
	}
	at := 0
	for _, l := range b.large {
		first = append(first[:0], b.buf[at:l.at]...)
		n := min(len(l.body), recordSize-len(first)%recordSize)
		write(append(first, l.body[:n]...))
		write(l.body[n:])
		at = l.at
	}
	write(b.buf[at:])
	return written, err
}

// fate says what became of the messages when written bytes had been handed to
// the kernel: how many were whole, how many had been begun, and the rest.
func (b *batch) fate(written int64, c wire.Codec) (whole, begun int, unsent []message.Message) {
	var at int64 // where the frame starts on the wire
	from := 0    // and in buf
	large := b.large
	for _, e := range b.ends {
		frame := b.buf[from:e.at]
		size := int64(len(frame))
		var body []byte
		if e.large {
			body = large[0].body
			size += int64(len(body))
			large = large[1:]
		}
		switch {
		case e.control:
		case at+size <= written:
			whole++
		case at < written:
			begun++
		default:
			m := unframed(c, frame, body)
			m.SetType(e.kind)
			unsent = append(unsent, m)
		}
		at += size
		from = int(e.at)
	}
	return whole, begun, unsent
}

// unframed makes a message again of a frame that was not sent. Its header is
// part of the body, as in a message that came.
func unframed(c wire.Codec, frame, body []byte) message.Message {
	var payload []byte
	if t, ok := c.(wire.Transformer); ok {
		payload = t.Undo(frame)
	} else if f, err := c.Parse(frame); err == nil {
		payload = frame[f.Head:]
	}
	all := make([]byte, 0, len(payload)+len(body))
	return message.Message{Body: append(append(all, payload...), body...)}
}

// A buffer that has grown beyond this does not go round.
const keepBuffer = 512 << 10

// empty forgets what is in the batch, which has been written.
func (b *batch) empty() {
	for i := range b.large {
		b.large[i].frame.Drop()
	}
	clear(b.large)
	*b = batch{buf: b.buf[:0], ends: b.ends[:0], large: b.large[:0], pieces: b.pieces[:0]}
}

// put gives the memory of an empty batch to the next connection.
func (b *batch) put() {
	if cap(b.buf) <= keepBuffer {
		batches.Put(b)
	}
}
