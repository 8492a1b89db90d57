//go:build linux

package capi

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

// gate is an eventfd that is readable while a call in its direction would not
// have to wait.
type gate struct {
	fd int
	// state is what it is to be, in its lowest bit, and counts the changes. It is
	// changed under the engine's lock.
	state   atomic.Uint64
	applied atomic.Uint64 // the state that somebody has made true last
}

func (g *gate) set(open bool) {
	if st := g.state.Load(); (st&1 != 0) != open {
		g.state.Store((st>>1+1)<<1 | st&1 ^ 1)
	}
}

// settle makes the descriptor what it is to be. Who waits for it wakes up at that
// moment, so no lock is held: several may do so at once, and one that finds a
// newer state when it is done goes on with that.
func (g *gate) settle() {
	if g.fd < 0 {
		return
	}
	for st := g.state.Load(); g.applied.Load() != st; st = g.state.Load() {
		count := uint64(1)
		call := uintptr(syscall.SYS_WRITE)
		if st&1 == 0 {
			call = syscall.SYS_READ
		}
		syscall.RawSyscall(call, uintptr(g.fd), uintptr(unsafe.Pointer(&count)), 8)
		g.applied.Store(st)
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

// Show is Arm for ever: the program looks at the descriptors itself. From now on
// they change before the lock is released, so that no call returns too early.
func (s *Socket) Show() {
	s.shown.Store(true)
	s.Await()
}

// told is what the engine calls, under a lock of its own.
func (s *Socket) told(send, recv bool) (after func()) {
	wake := s.waking.Load() // a socket that closes is ready for everything
	s.snd.set(send || wake)
	s.rcv.set(recv || wake)
	if recv || wake {
		s.e.UnparkAll()
	}
	if s.shown.Load() {
		s.settle()
		return nil
	}
	return s.after
}

func (s *Socket) settle() {
	s.snd.settle()
	s.rcv.settle()
}

// Wake makes both descriptors readable for ever.
func (s *Socket) Wake() {
	s.waking.Store(true)
	s.arming.Lock()
	defer s.arming.Unlock()
	s.armed++
	s.e.OnReady(s.tell)
}
