package sp_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
)

// start asks, and ends the call with the test.
func start(t testing.TB, req *sp.Requester, body string, o *sp.AskOptions) *sp.Call {
	t.Helper()
	c, err := req.Ask(sp.NewMessage([]byte(body)), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Cancel)
	return c
}

func request(t testing.TB, ctx context.Context, a answerer) *sp.Request {
	t.Helper()
	q, err := a.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func reply(t testing.TB, ctx context.Context, c *sp.Call, want string) {
	t.Helper()
	m, err := c.Reply(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if string(m.Body) != want {
		t.Errorf("reply %q, want %q", m.Body, want)
	}
}

// Answering twice is an error, and so is answering somebody who has gone; each
// says which it is. The one who did not get it keeps the message.
func TestAnswerErrors(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		for _, c := range []struct {
			name string
			asks sptest.Socket
			rep  interface {
				sptest.Socket
				answerer
			}
			ask func(sptest.Socket)
		}{
			{"rep", sp.NewRequester(nil), sp.NewReplier(nil), func(s sptest.Socket) { start(t, s.(*sp.Requester), "x", nil) }},
			{"respondent", sp.NewSurveyor(nil), sp.NewRespondent(nil), func(s sptest.Socket) {
				v, err := s.(*sp.Surveyor).Start(sp.NewMessage([]byte("x")))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(v.Close)
			}},
		} {
			open(t, c.asks)
			open(t, c.rep)
			link(t, ctx, c.rep, c.asks, road)
			c.ask(c.asks)
			q := request(t, ctx, c.rep)
			if q.Peer().ID() != c.rep.Peers()[0].ID() {
				t.Errorf("%s: the request is from %v", c.name, q.Peer())
			}
			if err := q.Reply(ctx, []byte("1")); err != nil {
				t.Fatal(err)
			}
			m := sp.NewMessage([]byte("2"))
			if err := q.ReplyMessage(ctx, m); !errors.Is(err, sp.ErrAnswered) || !strings.Contains(err.Error(), q.Peer().Addr()) || string(m.Body) != "2" {
				t.Errorf("%s: answered twice: %v; the message is %q", c.name, err, m.Body)
			}
			if err := q.Reply(ctx, nil); !errors.Is(err, sp.ErrAnswered) {
				t.Errorf("%s: answered twice: %v", c.name, err)
			}

			c.ask(c.asks)
			q = request(t, ctx, c.rep)
			c.asks.Close()
			until(t, ctx, "the peer's end", func() bool { return len(c.rep.Peers()) == 0 })
			for range 2 { // an answer that failed was none
				if err := q.ReplyMessage(ctx, m); !errors.Is(err, sp.ErrPeerGone) || string(m.Body) != "2" || m.Header != nil {
					t.Errorf("%s: answered a peer that has gone: %v; the message is %+v", c.name, err, m)
				}
			}
			c.rep.Close()
			if err := q.Reply(ctx, nil); !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: answered from a closed socket: %v", c.name, err)
			}
		}
	})
}

// Requests may be answered in any order, from one socket.
func TestAnswersOutOfOrder(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
		link(t, ctx, rep, req, road)
		var asked []*sp.Call
		var came []*sp.Request
		for _, body := range []string{"a", "b", "c"} {
			asked = append(asked, start(t, req, body, nil))
			came = append(came, request(t, ctx, rep))
		}
		for _, i := range []int{1, 2, 0} {
			if _, err := asked[i].TryReply(); err != sp.ErrWouldBlock {
				t.Errorf("TryReply before the reply: %v", err)
			}
			if err := came[i].Reply(ctx, append(came[i].Body, '!')); err != nil {
				t.Fatal(err)
			}
			reply(t, ctx, asked[i], string(came[i].Body)+"!")
			if _, err := asked[i].Reply(ctx); err == nil {
				t.Error("a reply was given twice")
			}
		}
	})
}

// Who reads waits until those have run whose replies have come together: also those
// whose contexts end at that moment, and those who never ask again.
func TestRepliesTogether(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
		link(t, ctx, rep, req, road)
		serving, stop := context.WithCancel(ctx)
		var server, callers, cancels sync.WaitGroup
		server.Go(func() { rep.Serve(serving, func(ctx context.Context, q *sp.Request) { q.Reply(ctx, q.Body) }) })
		for i := range 32 {
			callers.Go(func() {
				for n := range 10 * i { // some are done early
					question := body(n, 10+n%10/9*2000)
					some, cancel := context.WithCancel(ctx)
					given := n%3 == i%3
					if given {
						cancels.Go(cancel)
					}
					answer, err := req.Do(some, question)
					cancel()
					switch {
					case err == nil && !bytes.Equal(answer, question):
						t.Errorf("asked %.10q, answered %.10q", question, answer)
					case err != nil && !(given && errors.Is(err, context.Canceled)):
						t.Error(err)
					}
				}
			})
		}
		callers.Wait()
		if answer, err := req.Do(ctx, []byte("last")); err != nil || string(answer) != "last" {
			t.Errorf("%q, %v", answer, err)
		}
		stop()
		server.Wait()
		cancels.Wait()
	})
}

// A request whose context ends is forgotten: its late reply is dropped and
// counted, and the next request gets its own.
func TestLateReply(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
		link(t, ctx, rep, req, road)
		short, cancel := context.WithCancelCause(ctx)
		done := make(chan error, 1)
		go func() { _, err := req.Do(short, []byte("first")); done <- err }()
		q := request(t, ctx, rep)
		cancel(errOurs)
		if err := <-done; !errors.Is(err, errOurs) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := q.Reply(ctx, []byte("late")); err != nil {
			t.Fatal(err)
		}
		ask(req, rep)(t, ctx, []byte("second"))
		if d := req.Stats().Dropped; d.Late != 1 || d.Total() != 1 {
			t.Errorf("dropped %+v", d)
		}
		c := start(t, req, "third", nil)
		q = request(t, ctx, rep)
		c.Cancel()
		c.Cancel()
		if _, err := c.Reply(ctx); err == nil || errors.Is(err, net.ErrClosed) {
			t.Errorf("reply of a cancelled request: %v", err)
		}
		q.Reply(ctx, nil)
		until(t, ctx, "another late reply", func() bool { return req.Stats().Dropped.Late == 2 })
	})
}

// A reply of a peer that was not asked is dropped and counted; that of the one
// that was asked is taken all the same.
func TestForeignReply(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req := open(t, sp.NewRequester(nil))
		asked, other := open(t, sp.NewRaw(pattern.Rep, nil)), open(t, sp.NewRaw(pattern.Rep, nil))
		sptest.Dial(t, ctx, req, sptest.Listen(t, asked, road, nil), asked, priority(1, 0))
		sptest.Dial(t, ctx, req, sptest.Listen(t, other, road, nil), other, priority(2, 0))
		c := start(t, req, "x", nil)
		m, err := asked.RecvMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		id := bytes.Clone(m.Header[4:])
		sendRaw(t, ctx, other, append(peerWord(other.Peers()[0]), id...), "forged")
		until(t, ctx, "a foreign reply", func() bool { return req.Stats().Dropped.Foreign == 1 })
		m.Body = []byte("true")
		if err := asked.SendMessage(ctx, m); err != nil {
			t.Fatal(err)
		}
		reply(t, ctx, c, "true")
		sendRaw(t, ctx, asked, append(peerWord(asked.Peers()[0]), id...), "again")
		until(t, ctx, "a late reply", func() bool { return req.Stats().Dropped.Late == 1 })
	})
}

// A request that must not be repeated fails when its peer is lost, while others
// go to the next.
func TestNoResend(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		for _, o := range []*sp.Options{nil, {Resend: -1}} {
			req := open(t, sp.NewRequester(o))
			first := open(t, sp.NewReplier(nil))
			link(t, ctx, first, req, road)
			once := start(t, req, "once", &sp.AskOptions{NoResend: o == nil})
			request(t, ctx, first)
			var other *sp.Call
			if o == nil {
				other = start(t, req, "repeatable", nil)
				request(t, ctx, first)
			}
			first.Close()
			if _, err := once.Reply(ctx); !errors.Is(err, sp.ErrPeerGone) {
				t.Errorf("after the loss of its peer: %v", err)
			}
			second := open(t, sp.NewReplier(nil))
			link(t, ctx, second, req, road)
			if other != nil {
				answered(t, ctx, second, []byte("repeatable"))
				reply(t, ctx, other, "repeatable")
			}
			ask(req, second)(t, ctx, []byte("next"))
		}
	})
}

// A request that no peer has had waits for one, also one that must not be
// repeated; and Do's body is the caller's again when it returns.
func TestRequestWaitsForPeer(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
		calls := []*sp.Call{start(t, req, "a", nil), start(t, req, "b", &sp.AskOptions{NoResend: true})}
		if n := req.Stats().Traffic.Queued; n != 2 {
			t.Errorf("%d requests wait", n)
		}
		link(t, ctx, rep, req, road)
		for i, body := range []string{"a", "b"} {
			answered(t, ctx, rep, []byte(body))
			reply(t, ctx, calls[i], body)
		}
		if n := req.Stats().Traffic.Queued; n != 0 {
			t.Errorf("%d requests wait at the end", n)
		}
	})
}

// Who is told to fails at once where there is no peer, saying why, and waits
// where there is one without room.
func TestFailNoPeer(t *testing.T) {
	ctx := begin(t)
	few := &sp.Options{FailNoPeer: true, SendQueue: -1}
	addr := refusing(t)
	push, req := open(t, sp.NewPusher(few)), open(t, sp.NewRequester(few))
	m := sp.NewMessage([]byte("x"))
	fails := map[string]func() error{
		"Send":        func() error { return push.Send(ctx, []byte("x")) },
		"SendMessage": func() error { return push.SendMessage(ctx, m) },
		"TrySend":     func() error { return push.TrySend(m) },
		"Do":          func() error { _, err := req.Do(ctx, []byte("x")); return err },
		"Ask":         func() error { _, err := req.Ask(m, nil); return err },
	}
	for name, f := range fails {
		if err := f(); !errors.Is(err, sp.ErrNoPeer) || string(m.Body) != "x" {
			t.Errorf("%s: %v; the message is %q", name, err, m.Body)
		}
	}
	for _, s := range []sptest.Socket{push, req} {
		e, err := s.DialWith(addr, nil)
		if err != nil {
			t.Fatal(err)
		}
		until(t, ctx, "a refusal", func() bool { return e.Err() != nil })
	}
	for name, f := range fails {
		if err := f(); !errors.Is(err, sp.ErrNoPeer) || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s, where nobody listens: %v", name, err)
		}
	}
	pull := open(t, sp.NewPuller(&sp.Options{RecvQueue: 1}))
	link(t, ctx, push, pull, sptest.RoadNamed("inproc"))
	send(t, ctx, push, "1")
	if err := push.TrySend(m); err != sp.ErrWouldBlock {
		t.Errorf("with a peer that has no room: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- push.Send(ctx, []byte("2")) }()
	if got := recv(t, ctx, pull) + recv(t, ctx, pull); got != "12" {
		t.Errorf("received %q", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TrySend and TryRecv never wait.
func TestTry(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		if _, err := a.TryRecv(); err != sp.ErrWouldBlock {
			t.Errorf("TryRecv: %v", err)
		}
		link(t, ctx, a, b, road)
		if err := a.TrySend(sp.NewMessage([]byte("x"))); err != nil {
			t.Errorf("TrySend as soon as there is a peer: %v", err)
		}
		until(t, ctx, "a message", func() bool { return b.Stats().Waiting == 1 })
		m, err := b.TryRecv()
		if err != nil || string(m.Body) != "x" {
			t.Errorf("TryRecv: %v", err)
		}
		for _, s := range []interface{ TrySend(*sp.Message) error }{
			open(t, sp.NewPublisher(nil)), open(t, sp.NewBus(nil)),
		} {
			if err := s.TrySend(sp.NewMessage(nil)); err != nil {
				t.Errorf("%T never waits: %v", s, err)
			}
		}
		for _, s := range []interface{ TryRecv() (*sp.Request, error) }{
			open(t, sp.NewReplier(nil)), open(t, sp.NewRespondent(nil)),
		} {
			if _, err := s.TryRecv(); err != sp.ErrWouldBlock {
				t.Errorf("%T: %v", s, err)
			}
		}
		if err := open(t, sp.NewRaw(pattern.Pull, nil)).TrySend(sp.NewMessage(nil)); !errors.Is(err, pattern.ErrCannotSend) {
			t.Errorf("a raw PULL: %v", err)
		}
		if _, err := open(t, sp.NewRaw(pattern.Push, nil)).TryRecv(); !errors.Is(err, pattern.ErrCannotRecv) {
			t.Errorf("a raw PUSH: %v", err)
		}
	})
}
