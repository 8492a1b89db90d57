//go:build unix

package main

import (
	"os"
	"syscall"
)

// enough is how many descriptors a socket with a connection needs, with those
// of the runtime's poller.
const enough = 6

// descriptors fails if so many cannot be had. The runtime would crash where
// it cannot get its own.
func descriptors() error {
	var held []int
	defer func() {
		for _, fd := range held {
			syscall.Close(fd)
		}
	}()
	for range enough {
		fd, err := syscall.Dup(int(os.Stderr.Fd()))
		if err != nil {
			if err == syscall.EBADF { // stderr is closed: no reason to stop
				return nil
			}
			return err
		}
		held = append(held, fd)
	}
	return nil
}
