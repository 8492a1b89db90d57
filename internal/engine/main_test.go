package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	_ "github.com/sprocketmq/sp/transport/inproc"
)

// config is what a face would make of default options.
func config() engine.Config {
	return engine.Config{
		Linger:    time.Second,
		SendQueue: 1000, SendBytes: 256 << 10,
		Limits: pattern.Limits{
			TTL: 8, RecvQueue: 1000, RecvBytes: 256 << 10,
			RedialMin: 100 * time.Millisecond, RedialMax: 10 * time.Second,
		},
		Endpoint: engine.EndpointConfig{
			SendPriority: 8, RecvPriority: 8, MaxSize: 1 << 20,
			RedialMin: 100 * time.Millisecond, RedialMax: 10 * time.Second, HandshakeTimeout: 5 * time.Second,
		},
	}
}

func open(t testing.TB, p pattern.Pattern, cfg engine.Config) *engine.Socket {
	s := engine.New(p, cfg)
	t.Cleanup(func() { s.Close() })
	return s
}

// link connects two sockets and returns their endpoints.
func link(t testing.TB, ctx context.Context, a, b *engine.Socket, road sptest.Road) (listener, dialer *engine.Endpoint) {
	t.Helper()
	mine, theirs := a.PeerCount(), b.PeerCount()
	l, err := a.Listen(road.Addr(t), a.EndpointDefaults())
	if err != nil {
		t.Fatal(err)
	}
	d, err := b.Dial(l.Addr(), b.EndpointDefaults())
	if err != nil {
		t.Fatal(err)
	}
	for s, n := range map[*engine.Socket]int{a: mine + 1, b: theirs + 1} {
		if err := s.WaitPeers(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	return l, d
}

func msg(body string) *message.Message { return &message.Message{Body: []byte(body)} }

func send(t testing.TB, ctx context.Context, s *engine.Socket, bodies ...string) {
	t.Helper()
	for _, b := range bodies {
		if err := s.Send(ctx, msg(b)); err != nil {
			t.Fatal(err)
		}
	}
}

func recv(t testing.TB, ctx context.Context, s *engine.Socket) *message.Message {
	t.Helper()
	var m message.Message
	if err := s.Recv(ctx, &m); err != nil {
		t.Fatal(err)
	}
	return &m
}
