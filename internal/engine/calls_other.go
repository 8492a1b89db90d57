//go:build unix && !linux

package engine

import "syscall"

func read(fd int, b []byte) (int, error) { return syscall.Read(fd, b) }

func write(fd int, b []byte) (int, error) { return syscall.Write(fd, b) }

// writeTwo writes a. What is in b comes with the next write.
func writeTwo(fd int, a, _ []byte) (int, error) { return syscall.Write(fd, a) }

// readTwo reads into a. What would go into b comes with the next read.
func readTwo(fd int, a, _ []byte) (int, error) { return syscall.Read(fd, a) }
