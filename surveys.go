package sp

import (
	"context"
	"io"
	"math"
	"sync"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// surveys is the router of a Surveyor: a Broadcast that remembers what was
// asked.
type surveys struct {
	host pattern.Host
	out  *pattern.Broadcast

	mu sync.Mutex
	asked[Survey]
	held   int    // answers of all surveys, also those that have ended
	came   uint64 // peers so far
	closed bool
}

// Survey is a survey under way.
type Survey struct {
	s    *surveys
	e    *engine.Socket
	id   uint32
	stop func() bool   // of the deadline's timer
	news chan struct{} // gets one token when there is something to see

	// Under s.mu:
	last    uint64 // of the peers that were there to be asked
	answers []*Message
	queued  map[uint32]queued // by peer
	ended   error             // io.EOF after the deadline
}

// queued is what waits of one peer's answers.
type queued struct{ messages, bytes int }

func newSurveys(h pattern.Host) pattern.Router {
	return &surveys{host: h, out: pattern.NewBroadcast(h), asked: newAsked[Survey]()}
}

func (s *surveys) ask(m *Message) (*Survey, error) {
	v := &Survey{s: s, last: math.MaxUint64, news: make(chan struct{}, 1), queued: make(map[uint32]queued)}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errSocketClosed
	}
	v.id = s.add(v)
	if d := s.host.Limits().SurveyTime; d > 0 {
		v.stop = s.host.After(d, func() { v.end(io.EOF) })
	}
	s.mu.Unlock()
	m.Header = wire.AppendWord(nil, v.id)
	s.out.Spread(m, 0)
	s.mu.Lock()
	defer s.mu.Unlock()
	v.last = s.came
	return v, nil
}

// end ends the survey, for the first reason given.
func (v *Survey) end(why error) {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.finish(why)
}

func (v *Survey) finish(why error) {
	if v.ended == nil {
		v.ended = why
		delete(v.s.byID, v.id)
		v.tell()
	}
}

func (v *Survey) tell() {
	select {
	case v.news <- struct{}{}:
	default:
	}
}

// Recv waits for an answer. It fails with io.EOF when the survey has ended and
// all answers that came in time have been received.
func (v *Survey) Recv(ctx context.Context) (*Message, error) {
	if err := v.e.Start(ctx, "survey"); err != nil {
		return nil, err
	}
	for {
		m, err := v.TryRecv()
		if err != ErrWouldBlock {
			return m, err
		}
		select {
		case <-v.news:
		case <-ctx.Done():
			return nil, v.e.WaitError(ctx, "survey")
		}
	}
}

// TryRecv is Recv that never waits: it fails with ErrWouldBlock.
func (v *Survey) TryRecv() (*Message, error) {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	if v.s.closed {
		v.tell()
		return nil, errSocketClosed
	}
	if len(v.answers) == 0 {
		if v.ended == nil {
			return nil, ErrWouldBlock
		}
		v.tell() // for whoever else waits
		return nil, v.ended
	}
	m := v.answers[0]
	v.answers = v.answers[1:]
	v.s.held--
	q := v.queued[m.Peer().ID()]
	v.queued[m.Peer().ID()] = queued{q.messages - 1, q.bytes - len(m.Body)}
	if len(v.answers) > 0 || v.ended != nil {
		v.tell()
	}
	showPeer(m)
	v.e.CountReceived(len(m.Body))
	return m, nil
}

// Close ends the survey. Answers that come later are dropped and counted.
func (v *Survey) Close() {
	if v.stop != nil {
		v.stop()
	}
	n := v.discard()
	v.s.host.Count(pattern.Late, n)
}

// discard ends the survey, and gives up and counts its answers.
func (v *Survey) discard() (n int) {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	for _, m := range v.answers {
		m.Release()
	}
	if !v.s.closed { // then they have been counted
		n = len(v.answers)
		v.s.held -= n
	}
	v.answers = nil
	v.finish(io.EOF)
	return n
}

// Attach implements pattern.Router.
func (s *surveys) Attach(p pattern.Peer) (pattern.Seat, error) {
	s.mu.Lock()
	s.came++
	n := s.came
	s.mu.Unlock()
	return &surveySeat{s, p, n, s.out.Attach(p)}, nil
}

type surveySeat struct {
	s    *surveys
	peer pattern.Peer
	n    uint64 // the n-th that came
	out  pattern.OutSeat
}

func (t *surveySeat) Ready() { t.out.Ready() }

func (t *surveySeat) Detach(unsent []message.Message) { t.out.Detach(unsent) }

// Deliver finds the surveys that answers are for.
func (t *surveySeat) Deliver(batch []message.Message) int { return answers(t.peer, batch, t.answer) }

func (t *surveySeat) answer(id uint32, m *message.Message) pattern.Drop {
	lim := t.s.host.Limits()
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	v := t.s.byID[id]
	if v == nil {
		return pattern.Late
	}
	// Who came later was not asked. If it could answer, it could come, answer and
	// go as often as it likes, and leave a full queue each time.
	if t.n > v.last {
		return pattern.Foreign
	}
	q := v.queued[t.peer.ID()]
	if q.messages > 0 && (q.messages >= lim.RecvQueue || q.bytes+len(m.Body) > lim.RecvBytes) {
		return pattern.QueueFull
	}
	v.queued[t.peer.ID()] = queued{q.messages + 1, q.bytes + len(m.Body)}
	v.answers = append(v.answers, answer(t.peer, m, nil))
	t.s.held++
	v.tell()
	return pattern.None
}

// Send and Recv implement pattern.Router; a Surveyor uses neither.
func (s *surveys) Send(*message.Message) (bool, error) { return false, pattern.ErrCannotSend }
func (s *surveys) Recv(*message.Message) bool          { return false }

// CanSend implements pattern.Router.
func (s *surveys) CanSend() bool { return true }

// CanRecv implements pattern.Router.
func (s *surveys) CanRecv() bool { return false }

// Depth implements pattern.Router.
func (s *surveys) Depth() (out, in int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 0, s.held
}

// Closing implements engine's Closer.
func (s *surveys) Closing() { s.host.Count(pattern.Closed, s.end()) }

// end ends all surveys and tells how many answers nobody will receive.
func (s *surveys) end() (left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, v := range s.byID {
		v.finish(errSocketClosed)
	}
	left, s.held = s.held, 0
	return left
}

// Close implements pattern.Router.
func (s *surveys) Close() int { return 0 }
