package engine

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of sockets.
var (
	ErrWouldBlock = errors.New("would have to wait")
	ErrNoPeer     = errors.New("no peer")
	errFrames     = errors.New("this protocol's messages have one frame")
)

// A WaitError says that a context ended while a call waited, and what it
// waited for. It matches the context's Err, its Cause, and the reason.
type WaitError struct {
	Op    string
	Err   error // the context's
	Cause error // the context's cause
	Why   error // why nothing happened; nil if nothing is known
}

func (e *WaitError) Error() string {
	text := e.Op + ": " + e.Cause.Error()
	if e.Why != nil {
		text += " (" + e.Why.Error() + ")"
	}
	return text
}

// Unwrap makes errors.Is and errors.As find all three.
func (e *WaitError) Unwrap() []error {
	all := []error{e.Err, e.Cause}
	if e.Why != nil {
		all = append(all, e.Why)
	}
	return all
}

// Timeout is true if the context's deadline passed, as net.Error has it.
func (e *WaitError) Timeout() bool {
	t, ok := e.Err.(interface{ Timeout() bool })
	return ok && t.Timeout()
}

// A NoPeerError says that there is no peer, and why. It matches ErrNoPeer and
// the reason.
type NoPeerError struct{ Why error }

func (e *NoPeerError) Error() string {
	if e.Why == nil {
		return ErrNoPeer.Error()
	}
	return e.Why.Error()
}

// Unwrap makes errors.Is and errors.As find both.
func (e *NoPeerError) Unwrap() []error {
	if e.Why == nil {
		return []error{ErrNoPeer}
	}
	return []error{ErrNoPeer, e.Why}
}

// An EndpointError is what went wrong last at an endpoint.
type EndpointError struct {
	Addr string
	Err  error
}

func (e *EndpointError) Error() string {
	text := e.Err.Error()
	if strings.Contains(text, e.Addr) {
		return text
	}
	return e.Addr + ": " + text
}

func (e *EndpointError) Unwrap() error { return e.Err }

// A DroppedError is what Close returns if it could not flush all that had been
// accepted.
type DroppedError struct {
	Messages int // accepted by a send and not passed on
}

func (e *DroppedError) Error() string {
	return fmt.Sprintf("closed with %d messages not sent", e.Messages)
}

// A RefusedError says that the admit hook refused a peer.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return "refused: " + e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// why says what keeps peers away; nil if there are some.
func (s *Socket) why() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pipes) > 0 {
		return nil
	}
	var all []error
	for e := range s.endpoints {
		if err := e.Err(); err != nil {
			all = append(all, err)
		}
	}
	if len(all) == 0 {
		return ErrNoPeer
	}
	return joined(all)
}

func joined(all []error) error {
	if len(all) == 0 {
		return nil
	}
	texts := make([]string, len(all))
	for i, err := range all {
		texts[i] = err.Error()
	}
	return &reasons{"no peer; " + strings.Join(texts, "; "), all}
}

type reasons struct {
	text string
	all  []error
}

func (r *reasons) Error() string   { return r.text }
func (r *reasons) Unwrap() []error { return append([]error{ErrNoPeer}, r.all...) }
