//go:build linux

package capi

import (
	"math/rand/v2"
	"sync"
	"syscall"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// surveyor is the router of a cooked SURVEYOR: one survey at a time.
//
//	never    nothing was asked, or its end has been told: receiving is EFSM
//	running  answers with its id are received, others dropped
//	over     its deadline has passed: a receive says ETIMEDOUT   -> never
//
// A send starts the next survey, in any state.
type surveyor struct {
	host pattern.Host
	out  *pattern.Broadcast
	in   *pattern.Merge

	mu    sync.Mutex
	phase phase
	id    uint32
	stop  func() bool // of the deadline's timer
}

type phase uint8

const (
	never phase = iota
	running
	over
)

func newSurveyor(h pattern.Host) pattern.Router {
	s := &surveyor{host: h, out: pattern.NewBroadcast(h), in: pattern.NewMerge(h), id: rand.Uint32()}
	s.in.Open = func(_ pattern.Peer, m *message.Message) pattern.Drop { return pattern.OpenWord(m) }
	return s
}

// Send implements pattern.Router.
func (s *surveyor) Send(m *message.Message) (bool, error) {
	s.mu.Lock()
	if s.stop != nil {
		s.stop()
	}
	s.id++
	id := s.id
	s.phase = running
	s.stop = s.host.After(max(s.host.Limits().SurveyTime, 0), func() { s.end(id) })
	s.mu.Unlock()
	m.Header = wire.AppendWord(nil, id|wire.RequestBit)
	s.out.Spread(m, 0)
	m.Header = nil
	return true, nil
}

// end is the deadline of a survey.
func (s *surveyor) end(id uint32) {
	s.mu.Lock()
	ends := s.id == id && s.phase == running
	if ends {
		s.phase = over
	}
	s.mu.Unlock()
	if ends {
		s.host.Readable()
	}
}

// Recv implements pattern.Router.
func (s *surveyor) Recv(m *message.Message) bool {
	for {
		s.mu.Lock()
		runs, want := s.phase == running, s.id|wire.RequestBit
		s.mu.Unlock()
		if !runs || !s.in.Recv(m) {
			return false
		}
		if id, _ := wire.Word(m.Header); id == want {
			m.Header = nil
			return true
		}
		s.host.Count(pattern.Late, 1)
		m.Drop()
	}
}

// RecvError implements stateful.
func (s *surveyor) RecvError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.phase {
	case over:
		s.phase = never
		return syscall.ETIMEDOUT
	case never:
		return EFSM
	}
	return nil
}

// CanSend implements pattern.Router.
func (s *surveyor) CanSend() bool { return true }

// CanRecv implements pattern.Router: without a survey a receive fails at once,
// and who waits for answers is to learn of the deadline.
func (s *surveyor) CanRecv() bool {
	s.mu.Lock()
	runs := s.phase == running
	s.mu.Unlock()
	return !runs || s.in.CanRecv()
}

// Depth implements pattern.Router.
func (s *surveyor) Depth() (out, in int) { return 0, s.in.Depth() }

// Close implements pattern.Router.
func (s *surveyor) Close() int {
	s.mu.Lock()
	if s.stop != nil {
		s.stop()
	}
	s.phase = never
	s.mu.Unlock()
	s.in.Close()
	return s.out.Close()
}

// Attach implements pattern.Router.
func (s *surveyor) Attach(p pattern.Peer) (pattern.Seat, error) {
	return &surveyorSeat{s.in.Attach(p), s.out.Attach(p)}, nil
}

type surveyorSeat struct {
	pattern.InSeat
	out pattern.OutSeat
}

func (t *surveyorSeat) Ready() { t.out.Ready() }

func (t *surveyorSeat) Detach(unsent []message.Message) {
	t.InSeat.Detach()
	t.out.Detach(unsent)
}
