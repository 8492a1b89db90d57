package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// A model is a program of which only the order of its steps is left: every state
// that any order leads to is looked at.
type model[S comparable] struct {
	start S
	// next are the steps that are possible in a state.
	next func(S) []move[S]
	// wrong says what must never be; "" if all is well.
	wrong func(S) string
	// settled tells whether everybody has what he can have. From every state, the
	// program alone, without help of the world, must be able to get there.
	settled func(S) bool
}

// move is one step: of the program, or of the world around it.
type move[S comparable] struct {
	name  string
	world bool
	to    S
}

// explore looks at all states and returns how many there are, and what is wrong.
func (m model[S]) explore() (states int, wrong string) {
	type arrival struct {
		from S
		by   string
	}
	came := map[S]arrival{m.start: {}}
	before := map[S][]S{} // by steps of the program
	path := func(s S) string {
		var steps []string
		for s != m.start {
			a := came[s]
			steps = append([]string{a.by}, steps...)
			s = a.from
		}
		return strings.Join(steps, "\n\t")
	}
	good := map[S]bool{}
	var reach []S
	for queue := []S{m.start}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		if w := m.wrong(s); w != "" {
			return len(came), fmt.Sprintf("%s:\n\t%s\n%+v", w, path(s), s)
		}
		if m.settled(s) {
			good[s] = true
			reach = append(reach, s)
		}
		for _, n := range m.next(s) {
			if !n.world {
				before[n.to] = append(before[n.to], s)
			}
			if _, seen := came[n.to]; !seen {
				came[n.to] = arrival{s, n.name}
				queue = append(queue, n.to)
			}
		}
	}
	for ; len(reach) > 0; reach = reach[1:] {
		for _, s := range before[reach[0]] {
			if !good[s] {
				good[s] = true
				reach = append(reach, s)
			}
		}
	}
	for s := range came {
		if !good[s] {
			return len(came), fmt.Sprintf("stuck after:\n\t%s\n%+v", path(s), s)
		}
	}
	return len(came), ""
}

// holds explores the model, and variants of it with one mistake each, in all of
// which something has to go wrong: else the model proves nothing.
func holds[S comparable](t *testing.T, least int, make func(mistake string) model[S], mistakes ...string) {
	t.Helper()
	n, wrong := make("").explore()
	t.Logf("%d states", n)
	if wrong != "" {
		t.Error(wrong)
	}
	if n < least {
		t.Errorf("only %d states, want %d", n, least)
	}
	for _, mistake := range mistakes {
		n, wrong := make(mistake).explore()
		if wrong == "" {
			t.Errorf("nothing goes wrong in %d states with the mistake: %s", n, mistake)
		} else {
			what, _, _ := strings.Cut(wrong, ":\n")
			t.Logf("%s: %s, found in %d states", mistake, what, n)
		}
	}
}
