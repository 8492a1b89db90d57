package engine

import (
	"context"
	"sync"
	"time"

	"github.com/sprocketmq/sp/pattern"
)

// role is the reader role of a stream connection: who may call reader.step. It
// replaces
//
//	go func() { for { r.step() } }()
//
// because waking a goroutine on another core costs several times what a small
// message does. Where a socket has one connection, a caller that waits for a
// message reads the connection itself: no goroutine is woken on the way.
//
//	BG      the pipe's own goroutine reads. On sockets with several
//	        connections always.
//	        after a step, if lone, somebody has waited since the last time, and
//	        nobody waits now                                 -> FREE, arm
//	FREE    nobody reads; the background goroutine is parked.
//	        a caller that is about to wait                   -> LEADER
//	        tick, and nobody has led since the last          -> BG
//	        another connection, or the end of this one       -> BG
//	LEADER  a caller of Recv or Do reads, until it has what it wants, its
//	        context ends, it is poked, or the connection fails.
//	        others wait, or the connection failed or is not lone any more -> BG
//	        else                                             -> FREE, arm
//
//	poke    makes a leader's read return, by a read deadline that has passed.
//	        Only under mu and only while LEADER; the leader takes it back under
//	        mu before the role can change hands.
//
// INVARIANT: never FREE while somebody waits: who waits registers first and then
// looks whether the role is free; who frees it does so under mu, and only if
// nobody is registered.
//
// The parser's state is the connection's, so nothing is lost when the role
// changes hands.
type role struct {
	mu     sync.Mutex
	holder holder
	poked  bool
	look   func()        // wakes a leader that waits outside Go (outside.go)
	failed error         // what ended a leader's reading: the background's to report
	back   chan struct{} // the background reader has the role again
	led    bool          // somebody has, since the tick was armed
	armed  bool
	timer  *time.Timer
}

type holder uint8

const (
	background holder = iota
	free
	leader
)

// After this time without a leader the background reader takes the role again,
// so that lost peers, and messages that nobody waits for, are noticed.
const tick = 5 * time.Millisecond

func (o *role) init() { o.back = make(chan struct{}, 1) }

// take makes the caller the leader, if the role is free.
func (o *role) take() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.holder != free {
		return false
	}
	o.holder, o.led = leader, true
	return true
}

func (o *role) isFree() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.holder == free
}

// recall gives the role to the background reader, with the lock.
func (o *role) recall() {
	o.holder = background
	select {
	case o.back <- struct{}{}:
	default:
	}
}

// release gives up the role, with the lock: to nobody or to the background.
func (o *role) release(s *stream, toNobody bool) {
	if !toNobody {
		o.recall()
		return
	}
	o.holder = free
	o.arm(s)
}

// arm starts the tick, with the lock.
func (o *role) arm(s *stream) {
	switch {
	case o.armed:
		return
	case o.timer == nil:
		o.timer = time.AfterFunc(tick, s.tick)
	default:
		o.timer.Reset(tick)
	}
	o.armed, o.led = true, false
}

func (s *stream) tick() {
	sock := s.outbox.p.sock
	if !sock.enter() {
		return
	}
	defer sock.work.Done()
	o := &s.role
	o.mu.Lock()
	defer o.mu.Unlock()
	o.armed = false
	switch {
	case o.holder != free: // who frees it arms it
	case o.led:
		o.arm(s)
	default:
		o.recall()
	}
}

// loop is the background reader. It returns why the connection ended.
func (s *stream) loop() error {
	defer s.drop()
	// Who comes where nobody takes what others left is not read at all.
	if seat, ok := s.reader.p.seat.(pattern.Roomy); ok && !seat.HasRoom() {
		if err := s.awaitRoom(); err != nil {
			return err
		}
	}
	for {
		full, err := s.step()
		if err != nil {
			return err
		}
		if full {
			if err := s.awaitRoom(); err != nil {
				return err
			}
			continue
		}
		if s.manyReplies() {
			if s.scan == nil {
				s.gatherNext()
			}
			continue
		}
		if s.yield() {
			if err := s.park(); err != nil {
				return err
			}
		}
	}
}

// manyReplies tells whether the last read brought replies to several requests. Then
// nobody is to lead: it would read for all others.
func (s *stream) manyReplies() bool {
	return s.last > 1 && s.outbox.p.sock.asked.Load() == forReply
}

// yield frees the role, if there may be a leader.
func (s *stream) yield() bool {
	sock := s.outbox.p.sock
	asked := sock.asked.Load()
	if s.raw == nil || asked == nobody || sock.lone.Load() != s {
		return false
	}
	s.role.mu.Lock()
	defer s.role.mu.Unlock()
	if sock.lone.Load() != s || sock.anybodyWaits() {
		return false
	}
	sock.asked.Store(nobody)
	s.role.release(s, true)
	return true
}

// park waits until the background reader has the role again. It returns the
// error that ended the connection under a leader.
func (s *stream) park() error {
	o := &s.role
	select {
	case <-o.back:
	case <-s.outbox.p.lost:
		o.mu.Lock()
		if o.holder == free {
			o.recall()
		} else if o.look != nil {
			o.look()
		}
		o.mu.Unlock()
		<-o.back // a leader's read has failed or soon will
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failed != nil {
		return o.failed
	}
	select {
	case <-s.outbox.p.lost:
		return s.outbox.p.lostErr
	default:
		return nil
	}
}

// poke makes the leader, if there is one, look up from its read; a free role
// goes to the background if nobody may lead any more.
func (s *stream) poke() {
	o := &s.role
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.holder == leader && o.look != nil:
		o.look()
	case o.holder == leader && !o.poked:
		o.poked = true
		s.outbox.conn.SetReadDeadline(passed)
	case o.holder == free && s.outbox.p.sock.lone.Load() != s:
		o.recall()
	}
}

// poked is poke of what choose returned.
func (s *stream) poked() {
	if s != nil {
		s.poke()
	}
}

// passed is a deadline that has passed.
var passed = time.Unix(1, 0)

// lead makes the caller read the lone connection, if there is one and nobody
// does, until try says that it has succeeded or failed, or there is a reason to
// stop: ctx has ended, or the connection. Then it returns false.
func (s *Socket) lead(ctx context.Context, try func() (bool, error)) (ok bool, err error) {
	st := s.lone.Load()
	if st == nil || !st.role.take() {
		return false, nil
	}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, func() {
			if s.enter() {
				defer s.work.Done()
				st.poke()
			}
		})()
	}
	for {
		// Before the read, because what is wanted may have come since the
		// caller looked; and after each, for what that brought.
		if ok, err = try(); ok || err != nil || ctx.Err() != nil || s.lone.Load() != st {
			break
		}
		if _, failed := st.step(); failed != nil && !st.unpoke() {
			st.role.mu.Lock()
			st.role.failed = failed
			st.role.recall()
			st.role.mu.Unlock()
			return try()
		}
		if forced {
			ok, err = try()
			break
		}
	}
	st.role.mu.Lock()
	defer st.role.mu.Unlock()
	st.unpokeLocked()
	st.role.release(st, ctx.Err() == nil && s.lone.Load() == st && !s.anybodyWaits() && !forced)
	return ok, err
}

// unpoke takes a poke back and reports whether there was one.
func (s *stream) unpoke() bool {
	s.role.mu.Lock()
	defer s.role.mu.Unlock()
	return s.unpokeLocked()
}

func (s *stream) unpokeLocked() bool {
	was := s.role.poked
	if was {
		s.role.poked = false
		s.outbox.conn.SetReadDeadline(time.Time{})
	}
	return was
}

// leadable tells whether a caller that is about to wait should lead instead.
func (s *Socket) leadable() bool {
	st := s.lone.Load()
	return st != nil && st.role.isFree()
}

// anybodyWaits tells whether a caller is registered that waits for a message.
func (s *Socket) anybodyWaits() bool { return s.recvq.n.Load() > 0 || s.Parked.Load() > 0 }

// choose finds out, with the lock, whether the socket has a connection that
// callers may read, and returns the one that had been; whether its only peer is in
// this process; and whether it has many.
func (s *Socket) choose() (was *stream) {
	was = s.lone.Load()
	var now *stream
	near := false
	if len(s.pipes) == 1 && s.phase.Load() == open {
		for _, p := range s.pipes {
			now, _ = p.carrier.(*stream)
			near = now == nil
		}
	}
	s.sendq.near.Store(near)
	s.rounds.on.Store(len(s.pipes) >= s.rounds.least)
	if now == was {
		return nil
	}
	s.lone.Store(now)
	return was
}

// waitRecv is WaitArrival for what the router receives.
func (s *Socket) waitRecv(ctx context.Context, try func() (bool, error)) (bool, error) {
	s.LetGo() // another may have taken what Serve saw coming
	for {
		s.ask(forMessage)
		if ok, err := s.lead(ctx, try); ok || err != nil {
			return ok, err
		}
		w := s.recvq.join()
		if ok, err := try(); ok || err != nil {
			s.recvq.leave(w)
			return ok, err
		}
		if ctx.Err() == nil && s.leadable() {
			s.recvq.leave(w)
			continue
		}
		if !awaitToken(ctx, w.token) {
			s.recvq.leave(w)
			return false, nil
		}
		s.recvq.give(w)
		if ok, err := try(); ok || err != nil {
			return ok, err
		}
	}
}
