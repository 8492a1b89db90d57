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
	err = syscall.EAGAIN // also where the time is over before the first look
	s.learn(look(func() bool {
		n, err = r.read(fd)
		return err != syscall.EAGAIN
	}))
	return n, err
}
