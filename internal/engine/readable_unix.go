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
			n, err := r.read(int(fd))
			if err == syscall.EAGAIN && !r.now && r.p.sock.lone.Load() != nil && r.spin.promising() {
				n, err = r.spin.read(r, int(fd))
			}
			switch {
			case err == syscall.EINTR:
				continue
			case err == syscall.EAGAIN && r.now:
				r.rest()
				r.n, r.err = 0, errNothing
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

// read reads what is there.
func (r *reader) read(fd int) (int, error) {
	if r.big == nil {
		return read(fd, r.space())
	}
	return readTwo(fd, r.room(), r.behind())
}

// readable waits for bytes and reads them.
func (r *reader) readable() (int, error) {
	if r.raw == nil {
		return r.readBuffered()
	}
	if err := r.raw.Read(r.poll); err != nil {
		return 0, err
	}
	return r.n, r.err
}
