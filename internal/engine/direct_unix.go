//go:build unix

package engine

import (
	"net"
	"syscall"
)

// newDirect returns nil for connections that are not the kernel's: TLS has to
// encrypt first, and may have to wait.
func newDirect(conn net.Conn, q *quiet) *direct {
	if !vectored(conn) {
		return nil
	}
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	d := &direct{raw: raw, quiet: q}
	d.heard.Store(silence)
	d.poll = func(fd uintptr) bool {
		for {
			n, err := writeTwo(int(fd), d.buf, d.body)
			switch {
			case err == syscall.EINTR:
				continue
			case err == syscall.EAGAIN:
			case err != nil:
				d.err = err
			default:
				d.n = n
			}
			return true
		}
	}
	return d
}
