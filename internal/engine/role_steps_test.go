package engine_test

import "fmt"

// roleSteps are the steps that are possible in one state of the role's model,
// each as long as what the real code does under one lock.
type roleSteps struct {
	s       roleState
	mistake string
	moves   []move[roleState]
}

func (m *roleSteps) is(mistake string) bool { return m.mistake == mistake }

func (m *roleSteps) add(name string, world bool, f func(*roleState)) {
	to := m.s
	f(&to)
	m.moves = append(m.moves, move[roleState]{name, world, to})
}

func (m *roleSteps) all() []move[roleState] {
	s := m.s
	m.world()
	m.background()
	for i := range s.c {
		m.caller(i)
	}
	if s.armed {
		m.add("tick", false, func(s *roleState) {
			s.armed = false
			switch {
			case s.hold != nobody:
			case s.led:
				m.arm(s)
			case m.is("the tick does not recall"):
				m.arm(s)
			default:
				recall(s)
			}
		})
	}
	if s.wake {
		m.add("wake", false, func(s *roleState) {
			s.wake = false
			wake(s)
		})
	}
	if s.poke {
		m.add("poke after a change of connections", false, func(s *roleState) {
			s.poke = false
			m.pokeRole(s)
		})
	}
	return m.moves
}

func (m *roleSteps) world() {
	s := m.s
	if s.data+s.queue < 1 && !s.lost {
		m.add("a message comes", true, func(s *roleState) { s.data++ })
	}
	if s.alone > 0 && !s.poke {
		m.add("another connection comes or goes", true, func(s *roleState) {
			s.alone--
			s.lone = !s.lone
			s.poke = true
		})
	}
	if !s.lost {
		m.add("the connection ends", true, func(s *roleState) { s.lost, s.data = true, 0 })
	}
	for i, c := range s.c {
		if !c.gone && c.pc != finished {
			m.add(fmt.Sprint("context ends of ", i), true, func(s *roleState) {
				s.c[i].gone = true
				if p := s.c[i].pc; p == leadTry || p == leadRead {
					m.pokeRole(s)
				}
			})
		}
	}
}

func (m *roleSteps) pokeRole(s *roleState) {
	switch {
	case m.is("nobody is poked"):
	case s.hold == leading:
		s.poked = true
	case s.hold == nobody && !s.lone:
		recall(s)
	}
}

func (m *roleSteps) arm(s *roleState) {
	if !s.armed && !m.is("no tick") {
		s.armed, s.led = true, false
	}
}

func recall(s *roleState) { s.hold, s.token = back, true }

func wake(s *roleState) {
	for i := range s.c {
		if c := &s.c[i]; c.reg && !c.token {
			c.reg, c.token = false, true
			return
		}
	}
}

func anybody(s *roleState) bool { return s.c[0].reg || s.c[1].reg }

func (m *roleSteps) background() {
	s := m.s
	switch {
	case s.bg == reads && s.data > 0:
		m.add("background reads", false, func(s *roleState) { s.data, s.queue, s.wake, s.bg = s.data-1, s.queue+1, true, yields })
	case s.bg == reads && s.lost:
		m.add("background ends", false, func(s *roleState) { s.bg = ended })
	case s.bg == yields && !s.wake: // it wakes before
		m.add("background yields", false, func(s *roleState) {
			s.bg = reads
			if s.asked && s.lone && !anybody(s) {
				s.asked, s.hold, s.bg = false, nobody, parked
				m.arm(s)
				if m.is("the background reads on when it has yielded") {
					s.bg = reads
				}
			}
		})
	case (s.bg == parked || s.bg == parkedLost) && s.token:
		m.add("background has the role back", false, func(s *roleState) { s.token, s.bg = false, resumes })
	case s.bg == parked && s.lost:
		m.add("background hears of the end", false, func(s *roleState) {
			if s.hold == nobody {
				recall(s)
			}
			s.bg = parkedLost
		})
	case s.bg == resumes:
		m.add("background resumes", false, func(s *roleState) {
			s.bg = reads
			if s.failed || s.lost {
				s.bg = ended
			}
		})
	}
}

func (m *roleSteps) caller(i int) {
	c := m.s.c[i]
	step := func(what string, f func(s *roleState, c *caller)) {
		m.add(fmt.Sprint(i, " ", what), false, func(s *roleState) { f(s, &s.c[i]) })
	}
	take := func(s *roleState, c *caller) bool {
		if s.queue == 0 {
			return false
		}
		s.queue--
		c.got = true
		return true
	}
	// leave takes the registration back, and passes on the token it may have got.
	leave := func(s *roleState, c *caller) {
		had := c.token
		c.reg, c.token = false, false
		if had && !m.is("who leaves keeps its token") {
			wake(s)
		}
	}
	switch c.pc {
	case atLead:
		step("asks, and takes the role if it is free", func(s *roleState, c *caller) {
			s.asked = true
			c.pc = join
			if s.lone && s.hold == nobody {
				s.hold, s.led, c.pc = leading, true, leadTry
				if c.gone { // AfterFunc runs at once
					m.pokeRole(s)
				}
			}
		})
	case leadTry:
		step("looks, leading", func(s *roleState, c *caller) {
			if take(s, c) || c.gone || !s.lone {
				c.pc = release
			} else {
				c.pc = leadRead
			}
		})
	case leadRead:
		switch s := m.s; {
		case s.poked:
			step("is poked", func(s *roleState, c *caller) { s.poked, c.pc = false, leadTry })
		case s.data > 0:
			step("reads, leading", func(s *roleState, c *caller) { s.data, s.queue, s.wake, c.pc = s.data-1, s.queue+1, true, leadTry })
		case s.lost:
			step("fails, leading", func(s *roleState, c *caller) {
				c.pc, s.failed, s.poked = leadFailed, true, false
				if !m.is("a leader whose read failed keeps the role") {
					recall(s)
				}
			})
		}
	case leadFailed:
		step("looks after its failure", func(s *roleState, c *caller) {
			c.pc = join
			if take(s, c) {
				c.pc = finished
			}
		})
	case release:
		step("gives the role up", func(s *roleState, c *caller) {
			s.poked = false
			if !c.gone && s.lone && (!anybody(s) || m.is("the role is freed though somebody waits")) {
				s.hold = nobody
				m.arm(s)
			} else {
				recall(s)
			}
			c.pc = join
			if c.got {
				c.pc = finished
				s.wake = s.wake || s.queue > 0
			}
		})
	case join:
		step("registers", func(s *roleState, c *caller) { c.reg, c.pc = true, try })
	case try:
		step("looks", func(s *roleState, c *caller) {
			c.pc = look
			if take(s, c) {
				leave(s, c)
				c.pc = finished
			}
		})
	case look:
		step("looks for the role", func(s *roleState, c *caller) {
			c.pc = wait
			if !c.gone && s.lone && s.hold == nobody && !m.is("a caller does not look again when it has registered") {
				leave(s, c)
				c.pc = atLead
			}
		})
	case wait:
		if c.token {
			step("is woken", func(s *roleState, c *caller) {
				c.token, c.pc = false, atLead
				if take(s, c) {
					c.pc = finished
				}
			})
		}
		if c.gone {
			step("gives up", func(s *roleState, c *caller) {
				leave(s, c)
				c.pc = finished
			})
		}
	}
}
