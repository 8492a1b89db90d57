package wire

import "fmt"

// A TooBigError says that a peer sent a message over the largest size.
type TooBigError struct{ Size, Max uint64 }

func (e *TooBigError) Error() string {
	return fmt.Sprintf("message of %d bytes is over the largest size, %d", e.Size, e.Max)
}

// TooBig lets codecs tell this error from others in AppendFarewell.
func (e *TooBigError) TooBig() bool { return true }
