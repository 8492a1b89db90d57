//go:build unix

package ipc

import (
	"io/fs"
	"syscall"
)

// narrow gives the socket its mode before it has a name, so that there is no
// moment at which somebody may connect whom the mode keeps out.
func narrow(mode fs.FileMode) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			syscall.Fchmod(int(fd), uint32(mode.Perm())) // permit does it again, with the umask's bits
		})
	}
}
