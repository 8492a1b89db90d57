//go:build !unix

package engine

// pollable: here a connection is always waited for with a buffer in hand.
func (r *reader) pollable() {}

// readable waits for bytes and reads them.
func (r *reader) readable() (int, error) { return r.readBuffered() }
