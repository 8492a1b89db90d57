// Package cerror words errors as C programs do.
package cerror

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
)

// Text is what strerror says of the system error inside err, or err's own
// text if there is none.
func Text(err error) string {
	var errno syscall.Errno
	switch {
	// A deadline first: its error may wrap what kept the peer away as well.
	case err != syscall.ETIMEDOUT && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)):
		return Text(syscall.ETIMEDOUT)
	case errors.As(err, &errno):
		// Go has the same texts, but for the capital.
		s := errno.Error()
		return strings.ToUpper(s[:1]) + s[1:]
	case errors.Is(err, net.ErrClosed):
		return Text(syscall.EBADF)
	}
	return err.Error()
}
