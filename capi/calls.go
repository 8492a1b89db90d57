//go:build linux

package capi

import (
	"net"
	"os"
	"syscall"
	"unsafe"
)

// duplicate makes another descriptor of what fd is.
func duplicate(fd uintptr) (int, error) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, fd, syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return -1, os.NewSyscallError("fcntl", errno)
	}
	return int(n), nil
}

// send writes the first of the pieces. No signal may come of it.
func send(fd uintptr, pieces net.Buffers) (int, syscall.Errno) {
	var v [64]syscall.Iovec
	h := syscall.Msghdr{Iov: &v[0]}
	for _, p := range pieces[:min(len(pieces), len(v))] {
		if len(p) > 0 {
			v[h.Iovlen].Base = &p[0]
			v[h.Iovlen].SetLen(len(p))
			h.Iovlen++
		}
	}
	n, _, errno := syscall.RawSyscall(syscall.SYS_SENDMSG, fd, uintptr(unsafe.Pointer(&h)), syscall.MSG_NOSIGNAL)
	return int(n), errno
}

// take removes n bytes, which have been written, and pieces that are empty then.
func take(pieces *net.Buffers, n int) {
	for len(*pieces) > 0 {
		first := &(*pieces)[0]
		if n < len(*first) {
			*first = (*first)[n:]
			return
		}
		n -= len(*first)
		*pieces = (*pieces)[1:]
	}
}
