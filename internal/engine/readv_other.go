//go:build unix && !linux

package engine

import "syscall"

// readTwo reads into a. What would go into b comes with the next read.
func readTwo(fd int, a, _ []byte) (int, error) { return syscall.Read(fd, a) }
