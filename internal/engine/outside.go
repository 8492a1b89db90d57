package engine

import (
	"errors"
	"sync/atomic"
)

// outside is what a socket keeps for callers that are threads of another language:
// they wait for a message in the kernel, not here, and would wait for a goroutine
// that reads for them. So one of them may be the leader of role.go: it waits for
// the connection's descriptor itself and then calls Step.
type outside struct {
	leads   *stream      // the leader's; it alone looks at this
	waiting atomic.Int32 // those who wait and do not lead
}

var errNothing = errors.New("nothing to read")

// Lead makes the caller the reader of the lone connection, if there is one and
// nobody reads it, and returns the connection's descriptor; else it returns -1.
// look is called when the leader is to stop waiting and to call Step: it must not
// call the socket.
func (s *Socket) Lead(look func()) (fd int) {
	s.ask(forMessage)
	st := s.lone.Load()
	if st == nil || st.raw == nil || !st.role.takeOutside(look) {
		return -1
	}
	fd = -1
	st.raw.Control(func(n uintptr) { fd = int(n) })
	s.outside.leads = st
	if fd < 0 || s.lone.Load() != st {
		s.Unlead()
		return -1
	}
	return fd
}

// Behind tells whether the leader has to call Step before it waits: what it has
// read already may not have been delivered yet.
func (s *Socket) Behind() bool { return s.outside.leads.parsing }

// Step reads what is there, without waiting, and delivers it. It returns false if
// the caller is not the leader any more.
func (s *Socket) Step() bool {
	st := s.outside.leads
	if s.lone.Load() == st {
		st.now = true
		_, err := st.step()
		if err == nil && st.amid() {
			_, err = st.step() // the rest is likely to be there
		}
		st.now = false
		if err == nil || err == errNothing {
			return true
		}
		st.role.mu.Lock()
		st.role.failed = err
		st.role.mu.Unlock()
	}
	s.Unlead()
	return false
}

// Unlead ends the lead.
func (s *Socket) Unlead() {
	st := s.outside.leads
	s.outside.leads = nil
	o := &st.role
	o.mu.Lock()
	defer o.mu.Unlock()
	o.look = nil
	o.release(st, o.failed == nil && s.lone.Load() == st && !s.anybodyWaits() && !forced)
}

// Park says that the caller is about to wait and does not lead: somebody else has
// to read. It ends by Unpark, or for all when something has arrived.
func (s *Socket) Park() {
	s.outside.waiting.Add(1)
	s.Parked.Add(1)
	if st := s.lone.Load(); st != nil {
		st.role.mu.Lock()
		defer st.role.mu.Unlock()
		if st.role.holder == free {
			st.role.recall()
		}
	}
}

// Unpark takes back one Park, if nothing has arrived.
func (s *Socket) Unpark() {
	for n := s.outside.waiting.Load(); n > 0; n = s.outside.waiting.Load() {
		if s.outside.waiting.CompareAndSwap(n, n-1) {
			s.Parked.Add(-1)
			return
		}
	}
}

// UnparkAll says that something has arrived: all who wait wake up.
func (s *Socket) UnparkAll() {
	if n := s.outside.waiting.Swap(0); n > 0 {
		s.Parked.Add(-n)
	}
}

// takeOutside is take for a leader that waits outside.
func (o *role) takeOutside(look func()) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.holder != free || o.failed != nil {
		return false
	}
	o.holder, o.led, o.look = leader, true, look
	return true
}
