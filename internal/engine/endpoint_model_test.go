package engine_test

import "testing"

// The life of a dialling endpoint and its connections: the goroutine of dial.go,
// which also takes the connection through handshake, admission and its seat, and
// runs it; the endpoint's Close and the socket's, which may come at any moment, in
// any order, together; and the world, which lets attempts succeed, fail or hang,
// and ends connections. In words:
//
//   - The router knows no peer that was not admitted, and one at a time of this
//     endpoint.
//   - Each seat that was taken is given up once, and what the peer had comes back
//     with it.
//   - When the endpoint's Close has returned and its goroutine has noticed, there
//     is no connection of its, and there never will be.
//   - When the socket's Close has returned, there is no goroutine of its any more,
//     no peer, and nothing that was returned is in no count.
//   - Both return, whatever hangs: a dial, a handshake, an admit hook.

type endpointState struct {
	pc        uint8
	admitted  bool
	seat      bool // in the router
	inEnd     bool // in the endpoint's books
	inSock    bool // in the socket's
	lost      bool // the connection is to end
	ended     bool // the endpoint's context
	cancelled bool // the socket's context, when it has closed
	phase     uint8
	eClose    uint8 // how far the endpoint's Close is
	sClose    uint8 // and the socket's
	eSaw      bool  // that Close found the connection
	sSaw      bool
	has       bool // the peer has a message that it has not sent
	returned  bool // the router has it back
	counted   bool // it is counted as dropped
	sawClosed bool // who detaches found the socket closed
	tries     int8
}

// Where the dialler's goroutine is.
const (
	dials uint8 = iota
	shakes
	asksHook
	takesSeat
	joins
	registers
	runs
	leavesRouter
	detaches
	leavesBooks
	pauses
	stopped
)

func endpointModel(mistake string) model[endpointState] {
	return model[endpointState]{
		start: endpointState{tries: 2},
		next:  func(s endpointState) []move[endpointState] { return (&endpointSteps{s: s, mistake: mistake}).all() },
		wrong: endpointWrong,
		settled: func(s endpointState) bool {
			return (s.eClose == 0 || s.eClose == 5 && s.pc == stopped) && (s.sClose == 0 || s.sClose == 8)
		},
	}
}

func endpointWrong(s endpointState) string {
	switch {
	case s.seat && !s.admitted:
		return "the router knows a peer that was not admitted"
	case (s.inEnd || s.inSock || s.pc == dials) && s.pc == stopped:
		return "the goroutine has ended and left its peer in the books"
	case s.seat && (s.pc == dials || s.pc == stopped):
		return "a seat was not given up"
	case s.eClose == 5 && s.pc == runs && !s.lost:
		return "a connection lives on after its endpoint was closed"
	case s.sClose == 8 && (s.pc != stopped || s.inSock):
		return "something lives on after the socket was closed"
	case s.sClose == 8 && s.returned && !s.counted:
		return "a message is in no count"
	}
	return ""
}

func TestEndpointModel(t *testing.T) {
	holds(t, 1000, endpointModel,
		"who joins does not look whether the endpoint was closed meanwhile",
		"it looks before it joins",
		"Close looks for connections before it ends the context",
		"the router is told before the hook was asked",
		"the hook is waited for",
		"what comes back last is not counted",
		"the pause is not ended",
		"Close does not end connections",
	)
}
