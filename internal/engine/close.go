package engine

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/sprocketmq/sp/pattern"
)

// Close flushes what was accepted, for as long as the linger time at most,
// ends all endpoints and connections, and waits for the socket's goroutines.
// It returns a *DroppedError if something could not be flushed. A second call
// waits for the first and fails with net.ErrClosed.
func (s *Socket) Close() error { return s.CloseWithin(s.cfg.Linger) }

// CloseWithin is Close with another linger time.
func (s *Socket) CloseWithin(linger time.Duration) error {
	s.mu.Lock()
	if s.phase.Load() != open {
		s.mu.Unlock()
		<-s.ended
		return errClosed
	}
	s.phase.Store(lingering)
	was := s.choose()
	s.mu.Unlock()
	was.poked()
	s.stop() // contexts of handlers and devices end now
	if r, ok := s.router.(interface{ Closing() }); ok {
		r.Closing()
	}
	s.recvq.wakeAll()
	s.sendq.wakeAll()
	s.awaitq.wakeAll()

	ctx, cancel := context.WithTimeout(context.Background(), linger)
	defer cancel()
	s.linger(ctx)

	s.mu.Lock()
	s.phase.Store(closed)
	endpoints := s.endpoints
	s.endpoints = make(map[*Endpoint]struct{})
	pipes := s.sendable()
	s.mu.Unlock()
	s.leftOver(s.router.Close())
	for e := range endpoints {
		e.shut()
	}
	var bye sync.WaitGroup
	for _, p := range pipes {
		p.carrier.Resume() // what comes now is dropped, not waited with
		bye.Go(func() {
			if st, ok := p.carrier.(*stream); ok && st.idle() && ctx.Err() == nil {
				st.end(ctx)
			}
			p.lose(errClosed, true)
		})
	}
	bye.Wait()
	s.cancel()
	s.work.Wait()
	s.leftOver(s.router.Close()) // a peer that was being detached has returned it
	close(s.ended)
	if n := s.dropped.Load(); n > 0 {
		return &DroppedError{Messages: int(n)}
	}
	return nil
}

// linger waits until all that was accepted has been passed on.
func (s *Socket) linger(ctx context.Context) {
	for !s.flushed() {
		select {
		case <-s.poke:
		case <-ctx.Done():
			return
		}
	}
}

func (s *Socket) flushed() bool {
	if out, _ := s.router.Depth(); out > 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.sendable() {
		select {
		case <-p.lost: // what it had is on its way back to the router
			return false
		default:
		}
		if !p.carrier.idle() {
			return false
		}
	}
	return true
}

// leftOver counts what was accepted and not sent when the socket closed.
func (s *Socket) leftOver(n int) {
	s.dropped.Add(int64(n))
	(*host)(s).Count(pattern.Closed, n)
}

// sendable are the pipes that may have been sent to, with the lock.
func (s *Socket) sendable() []*Pipe {
	all := make([]*Pipe, 0, len(s.pipes)+len(s.coming))
	for _, p := range s.pipes {
		all = append(all, p)
	}
	for p := range s.coming {
		all = append(all, p)
	}
	return all
}

// arriving are those that come and are among the peers already, with the lock. That is
// streams: where messages are handed over, both ends have to be started first.
func (s *Socket) arriving() (all []*Pipe) {
	for p := range s.coming {
		if p.isStream() {
			all = append(all, p)
		}
	}
	return all
}

// peers are the pipes that can be sent to, with the lock. Whoever tells of them calls
// settle then: those that arrive may be about to learn that they have room.
func (s *Socket) peers() iter.Seq[*Pipe] {
	return func(yield func(*Pipe) bool) {
		for _, p := range s.pipes {
			if !yield(p) {
				return
			}
		}
		for _, p := range s.arriving() {
			if !yield(p) {
				return
			}
		}
	}
}

// settle makes it possible to send to those that arrive, before anybody tries.
func (s *Socket) settle() {
	s.mu.Lock()
	arriving := s.arriving()
	s.mu.Unlock()
	for _, p := range arriving {
		p.sit()
	}
}

// Pipes are the peers there are now.
func (s *Socket) Pipes() []*Pipe {
	defer s.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(s.peers())
}

// PeerCount is how many peers there are now, without a look at each: FailNoPeer asks
// for each request.
func (s *Socket) PeerCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pipes) + len(s.arriving())
}

// WaitPeers waits until there are at least n peers.
func (s *Socket) WaitPeers(ctx context.Context, n int) error {
	if err := s.Start(ctx, "wait for peers"); err != nil {
		return err
	}
	for {
		s.mu.Lock()
		have, news := len(s.pipes), s.news
		s.mu.Unlock()
		if have >= n {
			return nil
		}
		if err := s.Open(); err != nil {
			return err
		}
		select {
		case <-news:
		case <-s.ctx.Done():
			return errClosed
		case <-ctx.Done():
			return s.waitError(ctx, "wait for peers")
		}
	}
}
