package sp_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
)

// In bubbles time passes exactly, so what is due in ten seconds comes in ten
// seconds.

// A request without a reply is sent again when its time has come, and again,
// under the same name: one reply answers all of them.
func TestResendInterval(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		req := open(t, sp.NewRequester(&sp.Options{Resend: 10 * time.Second}))
		rep := open(t, sp.NewReplier(nil))
		link(t, ctx, rep, req, road)
		began := time.Now()
		c := start(t, req, "x", nil)
		var q *sp.Request
		for i := range 4 {
			q = request(t, ctx, rep)
			if at := time.Since(began); at != time.Duration(i)*10*time.Second {
				t.Errorf("request %d came after %v", i, at)
			}
		}
		if err := q.Reply(ctx, []byte("y")); err != nil {
			t.Fatal(err)
		}
		reply(t, ctx, c, "y")
		// What is due later, or must not be repeated, is not sent again.
		other := start(t, req, "once", &sp.AskOptions{NoResend: true})
		request(t, ctx, rep)
		time.Sleep(time.Hour) // of the bubble's
		if _, err := rep.TryRecv(); err != sp.ErrWouldBlock {
			t.Errorf("an hour later: %v", err)
		}
		if n := req.Stats().Peers; n != 1 {
			t.Errorf("%d peers", n)
		}
		other.Cancel()
	})
}

// Each request has its own time, one timer serves them all; the default is a
// minute.
func TestResendOfMany(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
		link(t, ctx, rep, req, road)
		began := time.Now()
		for range 3 {
			start(t, req, time.Since(began).String(), nil)
			request(t, ctx, rep)
			time.Sleep(7 * time.Second)
		}
		for _, at := range []time.Duration{60, 67, 74, 120, 127, 134} {
			q := request(t, ctx, rep)
			if since := time.Since(began); since != at*time.Second || string(q.Body) != ((at*time.Second-time.Minute)%time.Minute).String() {
				t.Errorf("%s was sent again after %v, want %v s", q.Body, since, int(at))
			}
		}
	})
}

// The first loss of the peer that has a request sends it to the next one at
// once. From the second on there are redial's delays: what brings down who works
// on it must not do so to all of them as fast as it can.
func TestResendAfterLoss(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		o := &sp.Options{Resend: time.Hour}
		o.RedialMin, o.RedialMax = 100*time.Millisecond, time.Second
		req := open(t, sp.NewRequester(o))
		const n = 30
		came := make(chan *sp.Replier)
		reps := many(t, ctx, req, road, n, func() *sp.Replier { return sp.NewReplier(nil) })
		for _, rep := range reps {
			go func() {
				if _, err := rep.Recv(ctx); err == nil {
					came <- rep
				}
			}()
		}
		start(t, req, "deadly", nil)
		last, late := time.Now(), 0
		for i := range n {
			rep := <-came
			took := time.Since(last)
			bound := time.Duration(0)
			if i > 1 {
				bound = min(o.RedialMax, o.RedialMin<<min(i-2, 20))
			}
			if took > bound {
				t.Errorf("loss %d: sent again after %v, at the most %v", i, took, bound)
			}
			if took > o.RedialMax/2 {
				late++
			}
			last = time.Now()
			rep.Close()
		}
		if late == 0 {
			t.Error("no delay was over half of RedialMax: the bound does not grow")
		}
		synctest.Wait()
	})
}

// A request whose first peer was lost before there was a second one is sent as
// soon as there is.
func TestResendToPeerThatComesBack(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		req := open(t, sp.NewRequester(nil))
		rep := open(t, sp.NewReplier(nil))
		at := sptest.Listen(t, rep, road, nil)
		sptest.Dial(t, ctx, req, at, rep, nil)
		c := start(t, req, "x", nil)
		request(t, ctx, rep).Peer().Close()
		began := time.Now()
		answered(t, ctx, rep, []byte("x"))
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("the connection was made again after %v", took)
		}
		reply(t, ctx, c, "x")
	})
}
