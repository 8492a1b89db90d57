package engine_test

// endpointSteps are the steps that are possible in one state of the endpoint's
// model.
type endpointSteps struct {
	s       endpointState
	mistake string
	moves   []move[endpointState]
}

func (m *endpointSteps) is(mistake string) bool { return m.mistake == mistake }

func (m *endpointSteps) add(name string, world bool, f func(*endpointState)) {
	to := m.s
	f(&to)
	m.moves = append(m.moves, move[endpointState]{name, world, to})
}

func (m *endpointSteps) all() []move[endpointState] {
	m.dialler()
	m.closeEndpoint()
	m.closeSocket()
	return m.moves
}

// gaveUp is a connection that got no seat, and the pause after it.
func gaveUp(s *endpointState) { s.pc, s.lost, s.admitted = pauses, false, false }

func (m *endpointSteps) dialler() {
	s := m.s
	over := s.ended || s.cancelled // the endpoint's context is the socket's child
	switch s.pc {
	case dials, shakes, asksHook:
		names := [...]string{"dial", "handshake", "hook"}
		if s.tries > 0 || s.pc != dials {
			m.add(names[s.pc]+" succeeds", true, func(s *endpointState) {
				if s.pc == dials {
					s.tries--
				}
				s.admitted = s.pc == asksHook
				s.pc++
				if s.pc == asksHook && m.is("the router is told before the hook was asked") {
					s.pc = takesSeat
				}
			})
			m.add(names[s.pc]+" fails", true, func(s *endpointState) {
				if s.pc == dials {
					s.tries--
				}
				gaveUp(s)
			})
		}
		if over && !(s.pc == asksHook && m.is("the hook is waited for")) {
			m.add(names[s.pc]+" is given up", false, gaveUp)
		}
	case takesSeat:
		m.add("takes its seat, and is given a message", false, func(s *endpointState) {
			s.seat, s.has, s.pc = true, true, joins
			if m.is("it looks before it joins") && over {
				s.pc, s.lost = leavesRouter, true
			}
		})
	case joins:
		m.add("joins the endpoint", false, func(s *endpointState) {
			s.inEnd, s.pc = true, registers
		})
	case registers:
		m.add("joins the socket, or finds it closed", false, func(s *endpointState) {
			blind := m.is("who joins does not look whether the endpoint was closed meanwhile") || m.is("it looks before it joins")
			if s.phase == 2 || s.ended && !blind {
				s.lost, s.pc = true, leavesRouter
				return
			}
			s.inSock, s.pc = true, runs
		})
	case runs:
		if !s.lost {
			m.add("the connection ends", true, func(s *endpointState) { s.lost = true })
		} else {
			m.add("hears of its end", false, func(s *endpointState) { s.pc = leavesRouter })
		}
	case leavesRouter:
		m.add("takes back what was not sent", false, func(s *endpointState) { s.sawClosed, s.pc = s.phase == 2, detaches })
	case detaches:
		m.add("gives up its seat", false, func(s *endpointState) {
			s.seat, s.pc = false, leavesBooks
			if s.has {
				s.has, s.returned = false, true
				s.counted = s.sawClosed
			}
		})
	case leavesBooks:
		m.add("leaves the books", false, func(s *endpointState) {
			s.inEnd, s.inSock = false, false
			if s.returned && !s.counted && s.phase != 2 && s.sClose == 0 {
				s.returned = false // another peer has got it
			}
			gaveUp(s)
		})
	case pauses:
		switch {
		case over && !m.is("the pause is not ended"):
			m.add("ends", false, func(s *endpointState) { s.pc = stopped })
		case !over:
			m.add("tries again", true, func(s *endpointState) { s.pc = dials })
		}
	}
}

func (m *endpointSteps) closeEndpoint() {
	early := m.is("Close looks for connections before it ends the context")
	end := func(s *endpointState) { s.ended = true }
	find := func(s *endpointState) { s.eSaw = s.inEnd }
	switch m.s.eClose {
	case 0:
		if m.s.sClose < 4 { // the socket's Close takes the endpoints over
			m.add("the endpoint is closed", true, func(s *endpointState) { s.eClose = 1 })
		}
	case 1, 2:
		m.add("endpoint's Close goes on", false, func(s *endpointState) {
			if (s.eClose == 1) != early {
				end(s)
			} else {
				find(s)
			}
			s.eClose++
		})
	case 3:
		m.add("endpoint's Close ends what it found", false, func(s *endpointState) {
			if s.eSaw {
				s.lost = true
			}
			s.eClose = 5
		})
	}
}

func (m *endpointSteps) closeSocket() {
	step := func(what string, f func(*endpointState)) {
		m.add(what, false, func(s *endpointState) {
			f(s)
			s.sClose++
		})
	}
	switch m.s.sClose {
	case 0:
		m.add("the socket is closed", true, func(s *endpointState) { s.sClose, s.phase = 1, 1 })
	case 1:
		step("lingers, for as long as it may", func(*endpointState) {})
	case 2:
		step("is closed, and looks for connections", func(s *endpointState) { s.phase, s.sSaw = 2, s.inSock })
	case 3:
		step("empties the router", func(s *endpointState) { s.counted = s.counted || s.returned })
	case 4:
		step("ends the endpoint's context", func(s *endpointState) { s.ended = true })
	case 5:
		step("ends the connections it found", func(s *endpointState) {
			s.lost = s.lost || s.sSaw && !m.is("Close does not end connections")
			s.cancelled = true
		})
	case 6:
		if m.s.pc == stopped {
			step("has waited for the goroutine", func(*endpointState) {})
		}
	case 7:
		step("empties the router again", func(s *endpointState) {
			if !m.is("what comes back last is not counted") {
				s.counted = s.counted || s.returned
			}
		})
	}
}
