//go:build unix

package engine

import "syscall"

// read reads again and again. It replaces
//
//	n, err := read(fd) // EAGAIN
//	wait(fd)
//
// for the only connection of a socket.
func (s *spin) read(r *reader, fd int) (n int, err error) {
	worth := look(func() bool {
		n, err = r.read(fd)
		return err != syscall.EAGAIN
	})
	s.learn(worth)
	return n, err
}
