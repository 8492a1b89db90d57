package engine

import (
	"syscall"
	"unsafe"
)

// System calls on descriptors that never block are made without telling the
// scheduler, which would give the processor to another thread where one takes
// long: as it does on a loaded machine, because the kernel runs the other side
// within the write.

func read(fd int, b []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	return result(n, errno)
}

// write to a connection that has been reset must not raise SIGPIPE: the thread may
// be that of a program in another language, which the signal ends.
func write(fd int, b []byte) (int, error) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), syscall.MSG_NOSIGNAL, 0, 0)
	return result(n, errno)
}

// writeTwo writes a, which is not empty, and then b.
func writeTwo(fd int, a, b []byte) (int, error) {
	if len(b) == 0 {
		return write(fd, a)
	}
	v := vector(a, b)
	h := syscall.Msghdr{Iov: &v[0], Iovlen: 2}
	n, _, errno := syscall.RawSyscall(syscall.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&h)), syscall.MSG_NOSIGNAL)
	return result(n, errno)
}

func vector(a, b []byte) (v [2]syscall.Iovec) {
	v[0].Base, v[1].Base = &a[0], &b[0]
	v[0].SetLen(len(a))
	v[1].SetLen(len(b))
	return v
}

// readTwo reads into a, which is not empty, and then into b.
func readTwo(fd int, a, b []byte) (int, error) {
	if len(b) == 0 {
		return read(fd, a)
	}
	v := vector(a, b)
	n, _, errno := syscall.RawSyscall(syscall.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(&v)), 2)
	return result(n, errno)
}

func result(n uintptr, errno syscall.Errno) (int, error) {
	switch errno {
	case 0:
		return int(n), nil
	case syscall.EAGAIN:
		return 0, errAgain
	}
	return 0, errno
}

// errAgain is made once: an Errno in an interface may be allocated.
var errAgain error = syscall.EAGAIN
