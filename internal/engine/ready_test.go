package engine_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// readiness is what a socket last told.
type readiness struct {
	mu    sync.Mutex
	now   [2]bool // send, recv
	calls int
	news  chan struct{}
}

func watch(s *engine.Socket) *readiness {
	r := &readiness{news: make(chan struct{}, 1)}
	s.OnReady(func(send, recv bool) func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.now = [2]bool{send, recv}
		r.calls++
		select {
		case r.news <- struct{}{}:
		default:
		}
		return nil
	})
	return r
}

func (r *readiness) is(t *testing.T, when string, send, recv bool) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now != [2]bool{send, recv} {
		t.Errorf("%s: ready to send and receive: %v, want %v %v", when, r.now, send, recv)
	}
}

// becomes waits for what another goroutine brings.
func (r *readiness) becomes(t *testing.T, ctx context.Context, when string, send, recv bool) {
	t.Helper()
	for {
		r.mu.Lock()
		now := r.now
		r.mu.Unlock()
		if now == [2]bool{send, recv} {
			return
		}
		select {
		case <-r.news:
		case <-ctx.Done():
			r.is(t, when, send, recv)
			return
		}
	}
}

// Over inproc everything happens within calls, so readiness has changed when the
// call returns that changes it.
func TestReadyIsSynchronous(t *testing.T) {
	ctx := sptest.Begin(t)
	one := config()
	one.SendQueue, one.Limits.RecvQueue = 1, 1
	a, b := open(t, pattern.Pair, one), open(t, pattern.Pair, one)
	ra, rb := watch(a), watch(b)
	ra.is(t, "alone", false, false)
	link(t, ctx, a, b, sptest.RoadNamed("inproc"))
	ra.is(t, "connected", true, false)
	rb.is(t, "connected", true, false)
	send(t, ctx, a, "1")
	rb.is(t, "one has come", true, true)
	ra.is(t, "one was sent", true, false)
	send(t, ctx, a, "2")
	ra.is(t, "the peer is full", false, false)
	if err := a.TrySend(msg("3")); err != engine.ErrWouldBlock {
		t.Errorf("with a full peer: %v", err)
	}
	recv(t, ctx, b)
	rb.is(t, "one is left", true, true)
	ra.is(t, "the peer has room again", true, false)
	recv(t, ctx, b)
	rb.is(t, "nothing is left", true, false)
	b.Close()
	ra.is(t, "the peer has gone", false, false)
}

// Over a stream the other side's doing is told when it arrives, one's own at
// once.
func TestReadyOverStreams(t *testing.T) {
	sptest.Each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		a, b := open(t, pattern.Pair, config()), open(t, pattern.Pair, config())
		ra, rb := watch(a), watch(b)
		link(t, ctx, a, b, road)
		ra.becomes(t, ctx, "connected", true, false)
		rb.becomes(t, ctx, "connected", true, false)
		send(t, ctx, a, "1", "2")
		rb.becomes(t, ctx, "two are coming", true, true)
		recv(t, ctx, b)
		recv(t, ctx, b)
		rb.is(t, "both are taken", true, false)
		b.Close()
		ra.becomes(t, ctx, "the peer has gone", false, false)
	})
}

// What sockets are ready for when nothing is connected, as in nanomsg.
func TestReadyAlone(t *testing.T) {
	sptest.Begin(t)
	for _, c := range []struct {
		p    pattern.Pattern
		send bool
	}{
		{pattern.Pair, false}, {pattern.Pair1, false}, {pattern.Push, false}, {pattern.Req, false},
		{pattern.Pull, false}, {pattern.Sub, false},
		{pattern.Pub, true}, {pattern.Rep, true}, {pattern.Surveyor, true}, {pattern.Respondent, true}, {pattern.Bus, true},
	} {
		watch(open(t, c.p, config())).is(t, c.p.Name, c.send, false)
	}
}

// Nothing is told that has not changed.
func TestReadyTellsChanges(t *testing.T) {
	ctx := sptest.Begin(t)
	a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
	link(t, ctx, a, b, sptest.RoadNamed("inproc"))
	rb := watch(b)
	for range 10 {
		send(t, ctx, a, "x")
	}
	for range 10 {
		recv(t, ctx, b)
	}
	if rb.calls != 3 { // at first, then at the first message and after the last
		t.Errorf("told %d times", rb.calls)
	}
}

// Nobody is told any more after OnReady(nil), and all is true again after the
// next OnReady.
func TestReadyEnds(t *testing.T) {
	ctx := sptest.Begin(t)
	a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
	link(t, ctx, a, b, sptest.RoadNamed("inproc"))
	before := watch(b)
	b.OnReady(nil)
	send(t, ctx, a, "x")
	if before.calls != 1 {
		t.Errorf("told %d times", before.calls)
	}
	watch(b).is(t, "one has come", false, true)
}

// What tell returns runs under no lock: it may ask at once.
func TestReadyAfter(t *testing.T) {
	ctx := sptest.Begin(t)
	a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
	link(t, ctx, a, b, sptest.RoadNamed("inproc"))
	var after int
	b.OnReady(func(_, recv bool) func() {
		return func() {
			b.OnReady(nil)
			after++
		}
	})
	send(t, ctx, a, "x")
	if after != 1 {
		t.Errorf("called %d times, want once: it ended the telling", after)
	}
}

// Over a stream the send that takes the last room says so, and room that comes
// back is told.
func TestReadyUntilFull(t *testing.T) {
	ctx := sptest.Begin(t)
	for _, last := range []bool{false, true} {
		cfg := config()
		cfg.Limits.Last = last
		a, b := open(t, pattern.Push, cfg), open(t, pattern.Pull, config())
		link(t, ctx, a, b, sptest.RoadNamed("tcp"))
		ra := watch(a)
		ra.becomes(t, ctx, "connected", true, false)
		sent := 0
		for a.TrySend(message.New(1<<15)) == nil {
			sent++
		}
		for range sent {
			recv(t, ctx, b)
		}
		ra.becomes(t, ctx, "all is received", true, false)
	}
}

// Who is told that a peer can be sent to finds it counted.
func TestReadyPeerIsCounted(t *testing.T) {
	ctx := sptest.Begin(t)
	a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
	peers := make(chan int, 1)
	a.OnReady(func(send, _ bool) func() {
		if !send {
			return nil
		}
		return func() { peers <- a.Stats().Peers }
	})
	link(t, ctx, a, b, sptest.RoadNamed("tcp"))
	if n := <-peers; n != 1 {
		t.Errorf("%d peers", n)
	}
}

// held is a router whose seats are made ready as late as can be the first time.
type held struct {
	pattern.Router
	let chan struct{}
}

func (h *held) Attach(p pattern.Peer) (pattern.Seat, error) {
	s, err := h.Router.Attach(p)
	return &heldSeat{Seat: s, let: h.let}, err
}

type heldSeat struct {
	pattern.Seat
	let   chan struct{}
	calls atomic.Int32
}

func (s *heldSeat) Ready() {
	if s.calls.Add(1) == 1 {
		<-s.let
	}
	s.Seat.Ready()
}

// Who finds a peer among the peers can send to it, whoever was about to say so.
func TestReadyPeerCanBeSentTo(t *testing.T) {
	for name, look := range map[string]func(*engine.Socket, *engine.Endpoint) int{
		"Pipes":    func(s *engine.Socket, _ *engine.Endpoint) int { return len(s.Pipes()) },
		"Stats":    func(s *engine.Socket, _ *engine.Endpoint) int { return s.Stats().Peers },
		"endpoint": func(_ *engine.Socket, e *engine.Endpoint) int { _, _, n := e.Stats(); return n },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := sptest.Begin(t)
			let := make(chan struct{})
			late := pattern.Push
			late.New = func(h pattern.Host) pattern.Router { return &held{pattern.Push.New(h), let} }
			a, b := open(t, late, config()), open(t, pattern.Pull, config())
			defer close(let)
			at, err := b.Listen(sptest.RoadNamed("tcp").Addr(t), b.EndpointDefaults())
			if err != nil {
				t.Fatal(err)
			}
			e, err := a.Dial(at.Addr(), a.EndpointDefaults())
			if err != nil {
				t.Fatal(err)
			}
			sptest.Until(t, ctx, "a peer", func() bool { return look(a, e) == 1 })
			if err := a.TrySend(msg("x")); err != nil {
				t.Error(err)
			}
			if _, _, n := e.Stats(); n != 1 || a.Stats().Peers != 1 || len(a.Pipes()) != 1 {
				t.Errorf("%d peers of the endpoint, %d of the socket", n, a.Stats().Peers)
			}
		})
	}
}
