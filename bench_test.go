package sp_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
)

var roadNamed = sptest.RoadNamed

// ways are the ways to receive.
var ways = map[string]func(context.Context, *sp.Puller) error{
	"Recv": func(ctx context.Context, p *sp.Puller) error {
		_, err := p.Recv(ctx)
		return err
	},
	"RecvMessage": func(ctx context.Context, p *sp.Puller) error {
		m, err := p.RecvMessage(ctx)
		if err == nil {
			m.Release()
		}
		return err
	},
}

// linked is a pusher and a puller.
func linked(t testing.TB, ctx context.Context, name string) (*sp.Pusher, *sp.Puller) {
	push, pull := open(t, sp.NewPusher(nil)), open(t, sp.NewPuller(nil))
	link(t, ctx, pull, push, roadNamed(name))
	return push, pull
}

// stream sends n messages and receives them.
func stream(t testing.TB, ctx context.Context, push *sp.Pusher, pull *sp.Puller, recv func(context.Context, *sp.Puller) error, body []byte, n int) {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		for range n {
			if err := push.Send(ctx, body); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for range n {
		if err := recv(ctx, pull); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

// asking is a requester whose requests are echoed.
func asking(t testing.TB, ctx context.Context, name string) *sp.Requester {
	var served sync.WaitGroup
	t.Cleanup(served.Wait) // after they are closed
	req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
	link(t, ctx, rep, req, roadNamed(name))
	served.Go(func() {
		rep.Serve(ctx, func(ctx context.Context, q *sp.Request) { q.Reply(ctx, q.Body) })
	})
	return req
}

// BenchmarkStream is both sides in one process.
func BenchmarkStream(b *testing.B) {
	for _, name := range []string{"tcp", "ipc", "inproc"} {
		for _, size := range []int{64, 1 << 10, 64 << 10} {
			for how, recv := range ways {
				b.Run(fmt.Sprintf("%s/%d/%s", name, size, how), func(b *testing.B) {
					ctx := context.Background()
					push, pull := linked(b, ctx, name)
					body := make([]byte, size)
					b.SetBytes(int64(size))
					b.ReportAllocs()
					b.ResetTimer()
					stream(b, ctx, push, pull, recv, body, b.N)
				})
			}
		}
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	for _, name := range []string{"tcp", "ipc", "inproc"} {
		b.Run(name, func(b *testing.B) {
			ctx := b.Context()
			req := asking(b, ctx, name)
			body := make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := req.Do(ctx, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
