//go:build !unix

package interrupt

// Repeat returns the exit status: here a program can't die of a signal.
func (i *Interruption) Repeat() int { return 1 }
