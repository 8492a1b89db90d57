package engine_test

import "testing"

// The reader role of role.go: its background reader, two callers of Recv, its
// tick, and the world, which brings messages, ends contexts, brings and takes away
// another connection, and ends this one. In words:
//
//   - One goroutine at a time reads the connection, and it has the role.
//   - A leader is poked only while it leads.
//   - A free role has its tick armed.
//   - A caller does not wait while the role is free, unless its context has ended,
//     or connections came and went meanwhile; then the tick ends that.
//   - Whatever happens, who waits gets what is there or learns that its context
//     ended, and a lost connection's background reader ends.

// most is how often connections come and go.
const most = 1

type hold uint8

const (
	back hold = iota // the background reader has the role
	nobody
	leading
)

type caller struct {
	pc    uint8
	gone  bool // its context has ended
	reg   bool // registered: in recvq
	token bool
	got   bool
}

// Where a caller is.
const (
	atLead     uint8 = iota // about to take the role
	leadTry                 // has it: looks for a message
	leadRead                // reads
	leadFailed              // its read failed
	release                 // gives the role up
	join                    // registers
	try                     // looks for a message
	look                    // looks whether the role is free
	wait
	finished
)

type roleState struct {
	hold          hold
	poked, failed bool
	token         bool // background's: the role is back
	armed, led    bool
	lone, lost    bool
	alone         int8 // how often that may still change
	poke          bool // somebody who changed it has not poked yet
	asked         bool
	bg            uint8
	data, queue   int8
	wake          bool // who delivered has not woken yet
	c             [2]caller
}

// Where the background reader is.
const (
	reads uint8 = iota
	yields
	parked
	parkedLost
	resumes
	ended
)

func roleModel(mistake string) model[roleState] {
	return model[roleState]{
		start:   roleState{lone: true, alone: most},
		next:    func(s roleState) []move[roleState] { return (&roleSteps{s: s, mistake: mistake}).all() },
		wrong:   roleWrong,
		settled: roleSettled,
	}
}

func roleWrong(s roleState) string {
	readers := 0
	if s.bg == reads || s.bg == yields {
		readers++
	}
	for _, c := range s.c {
		if c.pc == leadTry || c.pc == leadRead || c.pc == leadFailed || c.pc == release {
			readers++
		}
	}
	switch {
	case readers > 1:
		return "two read"
	case s.poked && s.hold != leading:
		return "poked, and nobody leads"
	case s.hold == nobody && !s.armed:
		return "free without a tick"
	}
	for _, c := range s.c {
		if c.pc == wait && c.reg && !c.token && !c.gone && s.hold == nobody && s.alone == most {
			return "a caller waits while the role is free"
		}
	}
	return ""
}

func roleSettled(s roleState) bool {
	for _, c := range s.c {
		if c.pc == finished {
			continue
		}
		if c.gone || s.queue > 0 || s.data > 0 && !s.lost || c.pc != wait && c.pc != leadRead {
			return false
		}
	}
	return !s.lost || s.bg == ended
}

func TestRoleModel(t *testing.T) {
	holds(t, 10_000, roleModel,
		"a caller does not look again when it has registered",
		"the role is freed though somebody waits",
		"no tick",
		"a leader whose read failed keeps the role",
		"who leaves keeps its token",
		"the tick does not recall",
		"nobody is poked",
		"the background reads on when it has yielded",
	)
}
