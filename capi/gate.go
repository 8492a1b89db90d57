package capi

import (
	"encoding/binary"
	"syscall"
)

// gate is an eventfd that is readable while a call in its direction would not
// have to wait.
type gate struct {
	fd   int
	open bool
}

var one = binary.NativeEndian.AppendUint64(nil, 1)

func (g *gate) set(open bool) {
	if g.fd < 0 || g.open == open {
		return
	}
	g.open = open
	if open {
		syscall.Write(g.fd, one)
	} else {
		var count [8]byte
		syscall.Read(g.fd, count[:])
	}
}

// Arm makes the descriptors true, and keeps them so until Disarm. It counts.
// While nobody looks at them they cost nothing.
func (s *Socket) Arm() {
	s.arming.Lock()
	defer s.arming.Unlock()
	if s.armed++; s.armed == 1 {
		s.e.OnReady(s.tell)
	}
}

// Disarm takes back one Arm.
func (s *Socket) Disarm() {
	s.arming.Lock()
	defer s.arming.Unlock()
	if s.armed--; s.armed == 0 {
		s.e.OnReady(nil)
	}
}

func (s *Socket) tell(send, recv bool) {
	wake := s.waking.Load() // a socket that closes is ready for everything
	s.snd.set(send || wake)
	s.rcv.set(recv || wake)
}

// Wake makes both descriptors readable for ever.
func (s *Socket) Wake() {
	s.waking.Store(true)
	s.arming.Lock()
	defer s.arming.Unlock()
	s.armed++
	s.e.OnReady(s.tell)
}

// Ready tells whether a receive and a send would not have to wait.
func (s *Socket) Ready() (recv, send bool) {
	r := s.e.Router()
	return r.CanRecv(), r.CanSend()
}
