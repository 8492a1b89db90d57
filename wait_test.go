package sp_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
)

// A call that waits, on sockets without a peer.
type call struct {
	name string
	on   sptest.Socket
	do   func(context.Context) error
}

// calls are all calls that take a context. Each gets a socket that dials addr,
// or nothing if that is empty.
func calls(t *testing.T, addr string) []call {
	socket := func(s sptest.Socket) sptest.Socket {
		open(t, s)
		if addr != "" {
			if _, err := s.DialWith(addr, nil); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	pair := socket(sp.NewPair(nil)).(*sp.Pair)
	push := socket(sp.NewPusher(nil)).(*sp.Pusher)
	pull := socket(sp.NewPuller(nil)).(*sp.Puller)
	sub := socket(sp.NewSubscriber(nil)).(*sp.Subscriber)
	bus := socket(sp.NewBus(nil)).(*sp.Bus)
	req := socket(sp.NewRequester(nil)).(*sp.Requester)
	rep := socket(sp.NewReplier(nil)).(*sp.Replier)
	resp := socket(sp.NewRespondent(nil)).(*sp.Respondent)
	surveyor := socket(sp.NewSurveyor(&sp.Options{SurveyTime: -1})).(*sp.Surveyor)
	raw := socket(sp.NewRaw(pattern.Req, nil)).(*sp.Raw)
	body := []byte("x")
	return []call{
		{"Pair.Send", pair, func(ctx context.Context) error { return pair.Send(ctx, body) }},
		{"Pair.SendMessage", pair, func(ctx context.Context) error { return pair.SendMessage(ctx, sp.NewMessage(body)) }},
		{"Pair.Recv", pair, func(ctx context.Context) error { _, err := pair.Recv(ctx); return err }},
		{"Pair.RecvMessage", pair, func(ctx context.Context) error { _, err := pair.RecvMessage(ctx); return err }},
		{"Pair.WaitPeers", pair, func(ctx context.Context) error { return pair.WaitPeers(ctx, 1) }},
		{"Pusher.Send", push, func(ctx context.Context) error { return push.Send(ctx, body) }},
		{"Puller.Recv", pull, func(ctx context.Context) error { _, err := pull.Recv(ctx); return err }},
		{"Subscriber.Recv", sub, func(ctx context.Context) error { _, err := sub.Recv(ctx); return err }},
		{"Bus.Recv", bus, func(ctx context.Context) error { _, err := bus.Recv(ctx); return err }},
		{"Requester.Do", req, func(ctx context.Context) error { _, err := req.Do(ctx, body); return err }},
		{"Call.Reply", req, func(ctx context.Context) error {
			c, err := req.Ask(sp.NewMessage([]byte("x")), nil)
			if err != nil {
				return err
			}
			defer c.Cancel()
			_, err = c.Reply(ctx)
			return err
		}},
		{"Replier.Recv", rep, func(ctx context.Context) error { _, err := rep.Recv(ctx); return err }},
		{"Replier.Serve", rep, func(ctx context.Context) error {
			return rep.Serve(ctx, func(context.Context, *sp.Request) {})
		}},
		{"Respondent.Recv", resp, func(ctx context.Context) error { _, err := resp.Recv(ctx); return err }},
		{"Survey.Recv", surveyor, func(ctx context.Context) error {
			v, err := surveyor.Start(sp.NewMessage(body))
			if err != nil {
				return err
			}
			defer v.Close()
			_, err = v.Recv(ctx)
			return err
		}},
		{"Raw.Send", raw, func(ctx context.Context) error { return raw.Send(ctx, body) }},
		{"Raw.Recv", raw, func(ctx context.Context) error { _, err := raw.Recv(ctx); return err }},
	}
}

var errOurs = errors.New("because we said so")

// A context ends the wait of a call, with an error that matches the context's,
// its cause, and the reason for which nothing happened.
func TestContextEndsWaits(t *testing.T) {
	ctx := begin(t)
	for _, c := range calls(t, refusing(t)) {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(ctx)
			done := make(chan error, 1)
			go func() { done <- c.do(ctx) }()
			cancel(errOurs)
			err := <-done
			if !errors.Is(err, context.Canceled) || !errors.Is(err, errOurs) || !strings.Contains(err.Error(), errOurs.Error()) {
				t.Errorf("cancelled: %v", err)
			}
			var wait *sp.WaitError
			if !errors.As(err, &wait) || wait.Timeout() {
				t.Errorf("cancelled: %#v", err)
			}
		})
	}
}

// A context's deadline is a timeout, as package net has it; the text says why
// nobody was there.
func TestDeadlineSaysWhy(t *testing.T) {
	ctx := begin(t)
	addr := refusing(t)
	for _, c := range calls(t, addr) {
		t.Run(c.name, func(t *testing.T) {
			for {
				ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
				err := c.do(ctx)
				cancel()
				var timeout interface{ Timeout() bool }
				if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
					t.Fatal(err)
				}
				if !errors.Is(err, syscall.ECONNREFUSED) {
					continue // the socket has not been told yet
				}
				if !errors.Is(err, sp.ErrNoPeer) || !strings.Contains(err.Error(), "no peer; "+addr) || !strings.Contains(err.Error(), "connection refused") {
					t.Errorf("the reason is missing: %v", err)
				}
				return
			}
		})
	}
}

// A context that has ended already fails the call without trying.
func TestEndedContextIsNotTried(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		ended, cancel := context.WithCancelCause(ctx)
		cancel(errOurs)
		for _, c := range calls(t, "") {
			if err := c.do(ended); !errors.Is(err, context.Canceled) || !errors.Is(err, errOurs) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		for _, k := range kinds {
			a, b, _ := k.make(nil)
			open(t, a)
			open(t, b)
			link(t, ctx, a, b, road)
			if s, ok := a.(sender); ok {
				if err := s.Send(ended, []byte("x")); !errors.Is(err, errOurs) || a.Stats().Sent != 0 {
					t.Errorf("%s sent with a context that had ended: %v", k.name, err)
				}
			}
		}
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		link(t, ctx, a, b, road)
		send(t, ctx, a, "x")
		until(t, ctx, "a message", func() bool { return b.Stats().Waiting == 1 })
		if _, err := b.Recv(ended); !errors.Is(err, errOurs) || b.Stats().Waiting != 1 {
			t.Errorf("received with a context that had ended: %v", err)
		}
		if err := b.WaitPeers(ended, 1); err != nil && !errors.Is(err, errOurs) {
			t.Error(err)
		}
	})
}

// A cancelled wait harms nothing: the next call gets what comes.
func TestCancelHarmsNothing(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		link(t, ctx, a, b, road)
		for range 20 {
			ctx2, cancel := context.WithCancel(ctx)
			done := make(chan string, 1)
			go func() {
				body, _ := b.Recv(ctx2)
				done <- string(body)
			}()
			go cancel()
			send(t, ctx, a, "x")
			if got := <-done; got == "" {
				got = recv(t, ctx, b)
				if got != "x" {
					t.Fatalf("got %q", got)
				}
			}
		}
		if len(a.Peers()) != 1 || b.Stats().Connections.Broken != 0 {
			t.Error("the connection has suffered")
		}
	})
}

// Closing ends all waits with net.ErrClosed, and fails all later calls, Close
// too.
func TestCloseEndsWaits(t *testing.T) {
	ctx := begin(t)
	for i := range calls(t, "") {
		c := calls(t, "")[i]
		done := make(chan error, 1)
		go func() { done <- c.do(ctx) }()
		if err := c.on.Close(); err != nil {
			t.Errorf("%s: Close: %v", c.name, err)
		}
		for _, err := range []error{<-done, c.do(ctx), c.on.Close()} {
			if !errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled) {
				t.Errorf("%s of a socket that was closed: %v", c.name, err)
			}
		}
		for _, start := range []func(string, *sp.EndpointOptions) (*sp.Endpoint, error){c.on.DialWith, c.on.ListenWith} {
			if _, err := start("inproc://x", nil); !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: a new endpoint of a closed socket: %v", c.name, err)
			}
		}
	}
}

// So it does with calls that do not wait.
func TestClosedSubscriptions(t *testing.T) {
	begin(t)
	sub, raw := open(t, sp.NewSubscriber(nil)), open(t, sp.NewRaw(pattern.Sub, nil))
	for _, s := range []interface {
		Subscribe(string) error
		Unsubscribe(string) error
		Close() error
	}{sub, raw} {
		if err := errors.Join(s.Subscribe("a"), s.Close()); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{s.Subscribe("a"), s.Unsubscribe("a")} {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("subscriptions of a socket that was closed: %v", err)
			}
		}
	}
}

// WaitPeers fails, like all calls, on a closed socket and with a context that has
// ended, also where it would not have to wait.
func TestWaitPeersForNobody(t *testing.T) {
	ctx := begin(t)
	s := open(t, sp.NewPair(nil))
	if err := s.WaitPeers(ctx, 0); err != nil {
		t.Error(err)
	}
	ended, end := context.WithCancel(ctx)
	end()
	if err := s.WaitPeers(ended, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	s.Close()
	if err := s.WaitPeers(ctx, 0); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// Endpoint.Wait gives the first connection, or the real reason why there is
// none.
func TestEndpointWait(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		at := sptest.Listen(t, a, road, nil)
		end, err := b.Dial(at.Addr())
		if err != nil {
			t.Fatal(err)
		}
		mine, err := end.Wait(ctx)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := at.Wait(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Peers()) != 1 || len(b.Peers()) != 1 {
			t.Fatal("Wait has returned a peer that Peers does not have")
		}
		if mine.ID() != b.Peers()[0].ID() || theirs.ID() != a.Peers()[0].ID() || mine.ID() == theirs.ID() {
			t.Errorf("peers %v and %v", mine, theirs)
		}
		if road.Name == "tcp" && (mine.Addr() != at.Addr() || theirs.Addr() != mine.LocalAddr()) {
			t.Errorf("addresses: %s to %s, and %s to %s", mine.LocalAddr(), mine.Addr(), theirs.LocalAddr(), theirs.Addr())
		}
		end.Close()
		if _, err := end.Wait(ctx); err != nil {
			t.Errorf("the first peer has gone since: %v", err)
		}
		if err := end.Close(); err == nil {
			t.Error("closed twice")
		}

		nobody := road.Addr(t)
		if road.Name == "tcp" {
			nobody = refusing(t)
		}
		c := open(t, sp.NewPair(nil))
		lonely, err := c.Dial(nobody)
		if err != nil {
			t.Fatal(err)
		}
		for err = nil; !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.ENOENT); {
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			_, err = lonely.Wait(short)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			if road.Name == "inproc" {
				break // nobody has been asked, so nobody has refused
			}
		}
		done := make(chan error, 1)
		go func() { _, err := lonely.Wait(ctx); done <- err }()
		lonely.Close()
		if err := <-done; err == nil || !strings.Contains(err.Error(), nobody) {
			t.Errorf("closed meanwhile: %v", err)
		}
	})
}

// refusing is an address on which nobody listens, nor will before the test's
// end: it is that of a connection's other end.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return "tcp://" + c.LocalAddr().String()
}

// Ranges yield one error, as the last pair; only a survey's own end is silent.
func TestRangesYieldOneError(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		for _, end := range []string{"context", "close"} {
			a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
			link(t, ctx, a, b, road)
			send(t, ctx, a, "1", "2", "3")
			ctx, cancel := context.WithCancel(ctx)
			got, errs := "", []error(nil)
			for m, err := range b.All(ctx) {
				if err != nil {
					errs = append(errs, err)
					continue
				}
				if got += string(m.Body); got == "123" {
					if end == "context" {
						cancel()
					} else {
						b.Close()
					}
				}
			}
			cancel()
			want := map[string]error{"context": context.Canceled, "close": net.ErrClosed}[end]
			if got != "123" || len(errs) != 1 || !errors.Is(errs[0], want) {
				t.Errorf("ended by %s: %q, errors %v", end, got, errs)
			}
			if end == "context" {
				// Leaving the loop is no error, and loses nothing.
				send(t, context.Background(), a, "4", "5")
				for m := range b.All(context.Background()) {
					if string(m.Body) != "4" {
						t.Errorf("got %q", m.Body)
					}
					break
				}
				if got := recv(t, context.Background(), b); got != "5" {
					t.Errorf("got %q", got)
				}
			}
		}
	})
}
