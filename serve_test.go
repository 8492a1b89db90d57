package sp_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
)

// Serve runs at most MaxHandlers handlers at once; what came before it and what
// comes meanwhile waits. It returns when its handlers have.
func TestServe(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req := open(t, sp.NewRequester(nil))
		rep := open(t, sp.NewReplier(&sp.Options{MaxHandlers: 3}))
		link(t, ctx, rep, req, road)
		const n = 10
		var asked []*sp.Call
		for range n {
			// Over inproc this would hang if it ran a handler.
			asked = append(asked, start(t, req, "x", nil))
		}
		serving, stop := context.WithCancelCause(ctx)
		entered, leave := make(chan struct{}), make(chan struct{})
		var running atomic.Int32
		done := make(chan error, 1)
		go func() {
			done <- rep.Serve(serving, func(_ context.Context, q *sp.Request) {
				if now := running.Add(1); now > 3 {
					t.Errorf("%d handlers run", now)
				}
				entered <- struct{}{}
				<-leave
				running.Add(-1)
				if err := q.Reply(ctx, q.Body); err != nil {
					t.Error(err)
				}
			})
		}()
		for range 3 {
			<-entered
		}
		for range n - 3 {
			leave <- struct{}{}
			<-entered
		}
		stop(errOurs)
		select {
		case err := <-done:
			t.Fatalf("Serve has returned (%v), and %d handlers have not", err, running.Load())
		default:
		}
		for range 3 {
			leave <- struct{}{}
		}
		if err := <-done; !errors.Is(err, errOurs) || running.Load() != 0 {
			t.Errorf("ended with %v, %d handlers run", err, running.Load())
		}
		for _, c := range asked {
			reply(t, ctx, c, "x")
		}
	})
}

// What came together may be answered in one write; but a handler that waits for
// what becomes of another's reply gets it, and so does one whose reply finds the
// queue full.
func TestServeTogether(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		for _, queue := range []int{0, 1} {
			req := open(t, sp.NewRequester(nil))
			rep := open(t, sp.NewReplier(&sp.Options{SendQueue: queue}))
			link(t, ctx, rep, req, road)
			const n = 100
			var asked []*sp.Call
			for range n {
				asked = append(asked, start(t, req, "quick", nil))
			}
			asked = append(asked, start(t, req, "waits", nil))
			until(t, ctx, "the requests", func() bool { return rep.Stats().Waiting == n+1 })
			heard, done := make(chan struct{}), make(chan error, 1)
			go func() {
				done <- rep.Serve(ctx, func(ctx context.Context, q *sp.Request) {
					if string(q.Body) == "waits" {
						<-heard
					}
					if err := q.Reply(ctx, q.Body); err != nil {
						t.Error(err)
					}
				})
			}()
			for _, c := range asked[:n] {
				reply(t, ctx, c, "quick")
			}
			close(heard)
			reply(t, ctx, asked[n], "waits")
			rep.Close()
			<-done
		}
	})
}

// A handler may take the next request itself, and then nothing is left that an
// answer could wait for.
func TestServeTakenAway(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
		link(t, ctx, rep, req, road)
		first, second := start(t, req, "1", nil), start(t, req, "2", nil)
		until(t, ctx, "the requests", func() bool { return rep.Stats().Waiting == 2 })
		done := make(chan error, 1)
		go func() {
			done <- rep.Serve(ctx, func(ctx context.Context, q *sp.Request) {
				other, err := rep.Recv(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				for _, q := range []*sp.Request{q, other} {
					if err := q.Reply(ctx, q.Body); err != nil {
						t.Error(err)
					}
				}
			})
		}()
		reply(t, ctx, first, "1")
		reply(t, ctx, second, "2")
		rep.Close()
		<-done
	})
}

// Close ends the context of handlers, and Serve with net.ErrClosed; it may be
// called by a handler.
func TestServeCloses(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		for _, who := range []string{"handler", "other"} {
			req := open(t, sp.NewRequester(nil))
			rep := open(t, sp.NewReplier(nil))
			link(t, ctx, rep, req, road)
			start(t, req, "x", nil)
			entered, done := make(chan struct{}), make(chan error, 1)
			go func() {
				done <- rep.Serve(ctx, func(ctx context.Context, q *sp.Request) {
					close(entered)
					if who == "handler" {
						rep.Close()
					}
					<-ctx.Done()
					if err := q.Reply(context.Background(), nil); !errors.Is(err, net.ErrClosed) {
						t.Errorf("replied from a closed socket: %v", err)
					}
				})
			}()
			<-entered
			rep.Close()
			if err := <-done; !errors.Is(err, net.ErrClosed) {
				t.Errorf("closed by %s: %v", who, err)
			}
			req.Close()
		}
	})
}

// A panic in a handler is the program's: it is not swallowed. The program is
// this one, run again.
func TestServePanic(t *testing.T) {
	ctx := begin(t)
	const mark = "SPROCKET_TEST_PANIC"
	if os.Getenv(mark) == "" {
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestServePanic$")
		cmd.Env = append(os.Environ(), mark+"=1")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "panic: the handler's") {
			t.Errorf("ended with %v: %s", err, out)
		}
		return
	}
	req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
	link(t, ctx, rep, req, sptest.RoadNamed("tcp"))
	start(t, req, "x", nil)
	rep.Serve(ctx, func(context.Context, *sp.Request) { panic("the handler's") })
}
