package ws_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport/secure/certtest"
)

// BenchmarkStream is one pusher and one puller in one process.
func BenchmarkStream(b *testing.B) {
	a := certtest.NewAuthority(b)
	server, client := a.Issue("server").Server(b), &tls.Config{RootCAs: a.Pool()}
	for _, r := range append(roads[:len(roads):len(roads)], road{name: "tcp", addr: "tcp://127.0.0.1:0"}) {
		for _, size := range []int{64, 64 << 10, 1 << 20} {
			for _, sends := range []string{"client", "server"} {
				b.Run(fmt.Sprintf("%s/%s-sends/%d", r.name, sends, size), func(b *testing.B) {
					push, pull := sptest.Open(b, sp.NewPusher(nil)), sptest.Open(b, sp.NewPuller(nil))
					var l, d listener = push, pull
					if sends == "client" {
						l, d = d, l
					}
					stream(b, r.address(b, l, server), r.with(client), d, push, pull, make([]byte, size))
				})
			}
		}
	}
}

// address has l listen.
func (r road) address(b *testing.B, l listener, config *tls.Config) string {
	b.Helper()
	_, addr := r.listen(b, l, config)
	return addr
}

func stream(b *testing.B, addr string, o *sp.EndpointOptions, d listener, push *sp.Pusher, pull *sp.Puller, body []byte) {
	ctx := context.Background()
	if _, err := d.DialWith(addr, o); err != nil {
		b.Fatal(err)
	}
	sptest.Peers(b, ctx, push, 1)
	sptest.Peers(b, ctx, pull, 1)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	b.ResetTimer()
	sent := make(chan error, 1)
	go func() {
		for range b.N {
			if err := push.Send(ctx, body); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for range b.N {
		m, err := pull.RecvMessage(ctx)
		if err != nil {
			b.Fatal(err)
		}
		m.Release()
	}
	if err := <-sent; err != nil {
		b.Fatal(err)
	}
}
