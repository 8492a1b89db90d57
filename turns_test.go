package sp_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
)

// many makes n sockets, connected to s; every other one is dialled.
func many[S sptest.Socket](t *testing.T, ctx context.Context, s sptest.Socket, road road, n int, make func() S) []S {
	t.Helper()
	var all []S
	for i := range n {
		o := open(t, make())
		if i%2 == 0 {
			link(t, ctx, o, s, road)
		} else {
			link(t, ctx, s, o, road)
		}
		sptest.Peers(t, ctx, s, i+1)
		all = append(all, o)
	}
	return all
}

// recv receives, or fails the test.
func recv(t testing.TB, ctx context.Context, r receiver) string {
	t.Helper()
	b, err := r.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func send(t testing.TB, ctx context.Context, s sender, bodies ...string) {
	t.Helper()
	for _, b := range bodies {
		if err := s.Send(ctx, []byte(b)); err != nil {
			t.Fatal(err)
		}
	}
}

// Peers with room take turns.
func TestSendersTakeTurns(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		push := open(t, sp.NewPusher(nil))
		pulls := many(t, ctx, push, road, 3, func() *sp.Puller { return sp.NewPuller(nil) })
		for i := range 9 {
			send(t, ctx, push, fmt.Sprint(i))
		}
		var got [3]string
		for i, pull := range pulls {
			for range 3 {
				got[i] += recv(t, ctx, pull)
			}
		}
		sum := map[string]bool{got[0]: true, got[1]: true, got[2]: true}
		if !sum["036"] || !sum["147"] || !sum["258"] {
			t.Errorf("three peers got %q, want turns", got)
		}
	})
}

// Peers that have sent take turns.
func TestReceiversTakeTurns(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pull := open(t, sp.NewPuller(nil))
		for i, push := range many(t, ctx, pull, road, 3, func() *sp.Pusher { return sp.NewPusher(nil) }) {
			for range 3 {
				send(t, ctx, push, fmt.Sprint(i))
			}
		}
		until(t, ctx, "nine messages", func() bool { return pull.Stats().Waiting == 9 })
		for range 3 {
			round := map[string]bool{}
			for range 3 {
				round[recv(t, ctx, pull)] = true
			}
			if len(round) != 3 {
				t.Errorf("a round of three served %v", round)
			}
		}
	})
}

// Replies find their way back among many peers, from many requests at once.
func TestManyPeers(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		rep := open(t, sp.NewReplier(nil))
		ctx, cancel := context.WithCancel(ctx)
		served := make(chan error, 1)
		go func() {
			served <- rep.Serve(ctx, func(ctx context.Context, q *sp.Request) {
				if err := q.Reply(ctx, append(q.Body, '!')); err != nil {
					t.Error(err)
				}
			})
		}()
		const peers, each = 20, 30
		reqs := many(t, ctx, rep, road, peers, func() *sp.Requester { return sp.NewRequester(nil) })
		done := make(chan error)
		for i, req := range reqs {
			for j := range 3 {
				go func() {
					for k := range each {
						ask := fmt.Sprint(i, j, k)
						got, err := req.Do(ctx, []byte(ask))
						if err == nil && string(got) != ask+"!" {
							err = fmt.Errorf("asked %q, got %q", ask, got)
						}
						if err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
		}
		for range 3 * peers {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		// The last replies may be there before they are counted.
		until(t, ctx, "as many replies as requests", func() bool { return rep.Stats().Sent == 3*peers*each })
		if n := rep.Stats().Received; n != 3*peers*each {
			t.Errorf("replier received %d requests, want %d", n, 3*peers*each)
		}
		cancel()
		<-served
	})
}

func priority(send, recv int) *sp.EndpointOptions {
	return &sp.EndpointOptions{SendPriority: send, RecvPriority: recv}
}

// A worse peer gets messages only while no better one has room, or is there.
func TestSendPriority(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		push := open(t, sp.NewPusher(nil))
		class := func(want int) {
			t.Helper()
			if got := push.Stats().SendPriority; got != want {
				t.Errorf("priority in use is %d, want %d", got, want)
			}
		}
		class(0)
		good, bad := open(t, sp.NewPuller(nil)), open(t, sp.NewPuller(nil))
		to := sptest.Dial(t, ctx, push, sptest.Listen(t, bad, road, nil), bad, priority(16, 0))
		send(t, ctx, push, "a")
		class(16)
		sptest.Dial(t, ctx, push, sptest.Listen(t, good, road, nil), good, priority(1, 0))
		send(t, ctx, push, "b", "c")
		class(1)
		if got := recv(t, ctx, good) + recv(t, ctx, good); got != "bc" {
			t.Errorf("the better peer got %q", got)
		}
		good.Close()
		until(t, ctx, "one peer", func() bool { return push.Stats().Peers == 1 })
		send(t, ctx, push, "d")
		class(16)
		if got := recv(t, ctx, bad) + recv(t, ctx, bad); got != "ad" {
			t.Errorf("the worse peer got %q", got)
		}
		to.Close()
		until(t, ctx, "no peer", func() bool { return push.Stats().Peers == 0 })
		class(-1)
	})
}

// Over inproc two queues are all there is between the two.
func TestSendPriorityFull(t *testing.T) {
	ctx := begin(t)
	road := sptest.RoadNamed("inproc")
	few := &sp.Options{SendQueue: 1, RecvQueue: 1}
	push := open(t, sp.NewPusher(few))
	good, bad := open(t, sp.NewPuller(few)), open(t, sp.NewPuller(few))
	sptest.Dial(t, ctx, push, sptest.Listen(t, good, road, nil), good, priority(7, 0))
	sptest.Dial(t, ctx, push, sptest.Listen(t, bad, road, nil), bad, priority(8, 0))
	send(t, ctx, push, "a", "b", "c", "d")
	if err := push.TrySend(sp.NewMessage([]byte("e"))); err != sp.ErrWouldBlock {
		t.Errorf("with both full: %v", err)
	}
	if got := recv(t, ctx, good) + recv(t, ctx, good); got != "ab" {
		t.Errorf("the better peer got %q", got)
	}
	send(t, ctx, push, "f")
	if got := recv(t, ctx, good) + recv(t, ctx, bad) + recv(t, ctx, bad); got != "fcd" {
		t.Errorf("then both got %q", got)
	}
}

// What better peers have sent is received first, by every kind of socket.
func TestRecvPriority(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pull := open(t, sp.NewPuller(nil))
		for _, p := range []int{9, 3, 16, 1} {
			push := open(t, sp.NewPusher(nil))
			sptest.Dial(t, ctx, push, sptest.Listen(t, pull, road, priority(0, p)), pull, nil)
			send(t, ctx, push, fmt.Sprintf("%d.1 ", p), fmt.Sprintf("%d.2 ", p))
		}
		until(t, ctx, "eight messages", func() bool { return pull.Stats().Waiting == 8 })
		got := ""
		for range 8 {
			got += recv(t, ctx, pull)
		}
		if got != "1.1 1.2 3.1 3.2 9.1 9.2 16.1 16.2 " {
			t.Errorf("received in the order %s", got)
		}
	})
}

// A requester's priorities are a pusher's.
func TestRequesterPriority(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req := open(t, sp.NewRequester(nil))
		good, bad := open(t, sp.NewReplier(nil)), open(t, sp.NewReplier(nil))
		sptest.Dial(t, ctx, req, sptest.Listen(t, bad, road, nil), bad, priority(2, 0))
		sptest.Dial(t, ctx, req, sptest.Listen(t, good, road, nil), good, priority(1, 0))
		for range 3 {
			ask(req, good)(t, ctx, []byte("x"))
		}
		good.Close()
		until(t, ctx, "one peer", func() bool { return req.Stats().Peers == 1 })
		ask(req, bad)(t, ctx, []byte("x"))
	})
}
