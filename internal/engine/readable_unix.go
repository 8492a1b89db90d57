//go:build unix

package engine

import (
	"io"
	"syscall"
)

// pollable finds out whether the connection can be waited for without holding
// a buffer: an idle one then costs no memory for reading.
func (r *reader) pollable() {
	sc, ok := r.conn.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	r.raw = raw
	r.poll = func(fd uintptr) bool {
		for {
			n, err := syscall.Read(int(fd), r.space())
			switch {
			case err == syscall.EINTR:
				continue
			case err == syscall.EAGAIN:
				r.rest()
				return false
			case err != nil:
				r.n, r.err = 0, err
			case n == 0:
				r.n, r.err = 0, io.EOF
			default:
				r.n, r.err = n, nil
			}
			return true
		}
	}
}

// readable waits for bytes and reads into the chunk.
func (r *reader) readable() (int, error) {
	if r.raw == nil {
		return r.conn.Read(r.space())
	}
	if err := r.raw.Read(r.poll); err != nil {
		return 0, err
	}
	return r.n, r.err
}
