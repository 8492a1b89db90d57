package engine

import "context"

// Arrival is what a caller outside recvq waits for.
type Arrival interface {
	// Arrived tells whether it is there.
	Arrived() bool
	// Park registers the caller, and returns what gets a token, or is closed,
	// when something arrives that concerns it. Unpark takes that back if the
	// caller then does not wait.
	Park() <-chan struct{}
	Unpark()
}

// WaitArrival waits for a. The caller reads the connection itself where it can.
// It returns false if ctx ended before.
func (s *Socket) WaitArrival(ctx context.Context, a Arrival) bool {
	try := func() (bool, error) { return a.Arrived(), nil }
	for {
		s.ask(forReply)
		if ok, _ := s.lead(ctx, try); ok {
			return true
		}
		token := a.Park()
		if a.Arrived() {
			a.Unpark()
			return true
		}
		if ctx.Err() == nil && s.leadable() {
			a.Unpark()
			continue
		}
		if !awaitToken(ctx, token) {
			a.Unpark()
			return false
		}
		if a.Arrived() {
			return true
		}
		a.Unpark() // it was somebody else's token
	}
}

// ask notes that somebody waits, and for what.
func (s *Socket) ask(what int32) {
	if s.asked.Load() != what {
		s.asked.Store(what)
	}
}

const (
	nobody int32 = iota
	forMessage
	forReply // to a request, of which there may be many
)
