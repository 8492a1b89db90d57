package engine

import (
	"syscall"
	"unsafe"
)

// readTwo reads into a, which is not empty, and then into b.
func readTwo(fd int, a, b []byte) (int, error) {
	if len(b) == 0 {
		return syscall.Read(fd, a)
	}
	v := [2]syscall.Iovec{{Base: &a[0]}, {Base: &b[0]}}
	v[0].SetLen(len(a))
	v[1].SetLen(len(b))
	n, _, errno := syscall.Syscall(syscall.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(&v)), 2)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
