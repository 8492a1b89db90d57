//go:build linux

package capi

import (
	"runtime"
	"syscall"
	"unsafe"

	"github.com/sprocketmq/sp/message"
)

// Wait is what a receive that waits outside Go has taken, from one try to the
// next.
type Wait int

const (
	Armed  Wait = 1 << iota // the descriptors
	Led                     // the reader's role: it waits for the connection's descriptor too
	parked                  // nothing but the right to be woken
)

// TryRecv receives, or fails with EAGAIN. Where it is to be repeated, it leaves w
// so that the caller can wait for the descriptor to receive, and for fd if that is
// not -1. Leave has to follow if the caller gives up.
//
// No goroutine is on the way of a message that is waited for like this: the thread
// that wants it is woken by the kernel, and reads it itself.
func (s *Socket) TryRecv(m *message.Message, w Wait, again bool) (_ Wait, fd int, err error) {
	if w&Led != 0 {
		// What comes now is this caller's: nobody else is to be told.
		s.Disarm()
		w &^= Armed
		if !s.e.Step() {
			w &^= Led
		}
	}
	if w&parked != 0 {
		s.e.Unpark()
		w &^= parked
	}
	if err = s.Recv(m); err == syscall.EAGAIN && w&Led == 0 && s.lead(again && oneProcessor && s.asked.Load()) {
		w |= Led
		err = s.Recv(m)
	}
	if err == syscall.EAGAIN && again {
		if w&Led == 0 {
			s.e.Park()
			w |= parked
		}
		if w&Armed == 0 {
			s.Arm()
			w |= Armed
			err = s.Recv(m) // it may have come in between
		}
	}
	if err != syscall.EAGAIN || !again {
		s.Leave(w)
		return 0, -1, err
	}
	if w&Led == 0 {
		return w, -1, err
	}
	return w, s.fd, err
}

// lead takes the reader's role and reads once, and reports whether it still has
// it. Who waits for the connection's descriptor next need not read before.
func (s *Socket) lead(waits bool) bool {
	if s.shown.Load() || s.kind.oneWay {
		return false // who looks at descriptors must not have to read
	}
	fd := s.e.Lead(s.look)
	if fd < 0 {
		return false
	}
	s.fd = fd
	if waits && !s.e.Behind() {
		return true
	}
	return s.e.Step()
}

// With one processor the answer to what was just sent cannot be there yet.
var oneProcessor = runtime.NumCPU() == 1

// Leave gives back what a receive had taken.
func (s *Socket) Leave(w Wait) {
	if w&Led != 0 {
		s.e.Unlead()
	}
	if w&parked != 0 {
		s.e.Unpark()
	}
	if w&Armed != 0 {
		s.Disarm()
	}
}

// Watch is Arm for somebody who waits for the descriptors. If it is to receive, it
// may have to wait for fd too, which is not -1 then, and reads in Unwatch.
func (s *Socket) Watch(receives bool) (fd int) {
	if receives && s.lead(true) {
		s.Arm()
		return s.fd
	}
	s.Await()
	return -1
}

// Unwatch ends Watch.
func (s *Socket) Unwatch(led bool) {
	s.Disarm()
	if !led {
		s.e.Unpark()
	} else if s.e.Step() {
		s.e.Unlead()
	}
}

// Await is Watch for ever.
func (s *Socket) Await() {
	s.e.Park()
	s.Arm()
}

// Ready tells whether a receive and a send would not have to wait.
func (s *Socket) Ready() (recv, send bool) {
	r := s.e.Router()
	if recv = r.CanRecv(); !recv && s.lead(false) {
		s.e.Unlead()
		recv = r.CanRecv()
	}
	return recv, r.CanSend()
}

// poke makes the descriptor readable once, whatever it is to be.
func (g *gate) poke() {
	count := uint64(1)
	g.applied.Store(^uint64(0))
	syscall.RawSyscall(syscall.SYS_WRITE, uintptr(g.fd), uintptr(unsafe.Pointer(&count)), 8)
}
