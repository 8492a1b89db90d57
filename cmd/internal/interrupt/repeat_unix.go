//go:build unix

package interrupt

import (
	"os/signal"
	"syscall"
)

// Repeat dies of the signal, so that whoever started the program sees the
// same as if it had not been caught.
func (i *Interruption) Repeat() int {
	if s, ok := i.signal.(syscall.Signal); ok {
		signal.Reset(s)
		syscall.Kill(syscall.Getpid(), s)
		// The signal may reach another thread of the process first.
		select {}
	}
	return 1
}
