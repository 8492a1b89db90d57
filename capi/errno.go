//go:build linux

package capi

import (
	"errors"
	"net"
	"syscall"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/pattern"
)

// errno makes a system's or nanomsg's error number of an error.
func errno(err error) error {
	if err == nil {
		return nil
	}
	var number syscall.Errno
	switch {
	case err == engine.ErrWouldBlock:
		return syscall.EAGAIN
	case errors.As(err, &number):
		return number
	case errors.Is(err, net.ErrClosed):
		return syscall.EBADF
	case errors.Is(err, pattern.ErrCannotSend), errors.Is(err, pattern.ErrCannotRecv):
		return syscall.ENOTSUP
	}
	return syscall.EINVAL
}
