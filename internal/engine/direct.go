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
	pause       = 3 * time.Microsecond
	mostSaved   = 20 * pause
	pauseOfMany = 5 * time.Microsecond
)

var start = time.Now()

func (q *quiet) now() { q.since.Store(int64(time.Since(start))) }

// spend tells whether enough has been saved for a write. In a stream there never is.
// With several peers nothing is saved: while one is being written, who sends a stream
// to all of them may look quiet.
func (q *quiet) spend(alone bool) bool {
	gap := time.Since(start) - time.Duration(q.since.Load())
	if !alone {
		return gap > pauseOfMany
	}
	saved := min(gap+time.Duration(q.saved.Load()), mostSaved)
	if saved < pause {
		q.saved.Store(0)
		return false
	}
	q.saved.Store(int64(saved - pause))
	return true
}

// guess tells whether the message that is about to be sent is likely to be alone.
func (d *direct) guess(alone bool) bool {
	heard := d.heard.Load()
	if heard != silence {
		d.heard.Store(silence)
		return heard == 1
	}
	return d.quiet.spend(alone)
}

// once tells whether what is pending can be written with one call that does not wait.
func (o *outbox) once() bool { return o.direct != nil && len(o.pending.large) == 0 }

// sendPending writes what is pending as the holder of the role, once if that can be, and
// unlocks.
func (o *outbox) sendPending() {
	if o.once() {
		o.sendNow()
	} else {
		o.launch(nil)
	}
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
