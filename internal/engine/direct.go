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
	n     int
	err   error
	quiet *quiet
	// heard is how many messages the last read brought; silence if something
	// was sent since, or nothing ever came.
	heard atomic.Int32
}

const silence = -1

// quiet is for how long a socket has not been writing when something is sent: time
// that it saves up, and spends on direct writes. It is the socket's, because one that
// sends a stream to many peers comes back to the first of them late.
type quiet struct {
	since atomic.Int64 // the end of the last write
	saved atomic.Int64
}

const (
	// Who sends a stream leaves less time than this between a write and the next
	// message. One now and then that comes at once, since the write before it took
	// long, does not make a stream.
	pause     = 3 * time.Microsecond
	mostSaved = 20 * pause
)

var start = time.Now()

func (q *quiet) now() { q.since.Store(int64(time.Since(start))) }

// spend tells whether enough has been saved for a write. In a stream there never is.
func (q *quiet) spend() bool {
	gap := time.Since(start) - time.Duration(q.since.Load())
	saved := min(gap+time.Duration(q.saved.Load()), mostSaved)
	if saved < pause {
		q.saved.Store(0)
		return false
	}
	q.saved.Store(int64(saved - pause))
	return true
}

// guess tells whether the message that is about to be sent is likely to be alone.
func (d *direct) guess() bool {
	heard := d.heard.Load()
	if heard != silence {
		d.heard.Store(silence)
		return heard == 1
	}
	return d.quiet.spend()
}

// write writes once and returns how much the kernel took.
func (d *direct) write(b []byte) (int, error) {
	d.buf, d.n, d.err = b, 0, nil
	err := d.raw.Write(d.poll)
	d.buf = nil
	if err == nil {
		err = d.err
	}
	return d.n, err
}
