package engine

import (
	"sync/atomic"
	"syscall"
	"time"
)

// direct writes to a connection on the sender's goroutine, without waiting. That
// saves waking a goroutine where a message is alone; in a stream it would be a
// system call a message.
type direct struct {
	raw   syscall.RawConn
	poll  func(fd uintptr) bool
	buf   []byte
	body  []byte // comes behind buf
	n     int
	err   error
	quiet *quiet
	// heard is how many messages the last read brought; silence if something
	// was sent since, or nothing ever came.
	heard atomic.Int32
}

const silence = -1

// quiet is when a write of a socket ended last. It is the socket's, because one
// that sends a stream to many peers comes back to the first of them late.
type quiet struct{ since atomic.Int64 }

// A socket that has not written for this long does not send a stream.
const pause = 5 * time.Microsecond

var start = time.Now()

func (q *quiet) now() { q.since.Store(int64(time.Since(start))) }

func (q *quiet) long() bool { return time.Since(start)-time.Duration(q.since.Load()) > pause }

// guess tells whether the message that is about to be sent is likely to be alone.
// Measured: 118 direct writes in a stream of 6.4 million messages.
func (d *direct) guess() bool {
	heard := d.heard.Load()
	if heard != silence {
		d.heard.Store(silence)
		return heard == 1
	}
	return d.quiet.long()
}

// write writes a batch of one message, once, and returns how much the kernel took.
func (d *direct) write(b *batch) (int, error) {
	d.buf, d.n, d.err = b.buf, 0, nil
	if len(b.large) > 0 {
		d.body = b.large[0].body
	}
	err := d.raw.Write(d.poll)
	d.buf, d.body = nil, nil
	if err == nil {
		err = d.err
	}
	return d.n, err
}
