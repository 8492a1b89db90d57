package faults_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport/tcp"

	"github.com/sprocketmq/sp/stress/kit"
)

// A service that moves from address to address behind its name: requests follow
// it, those under way included.
func TestMovingListener(t *testing.T) {
	ctx := begin(t)
	moves := kit.Pick(20, 200)
	took := kit.Count(t, "moves", moves)
	var home atomic.Pointer[string]
	hosts := []string{"127.0.0.1", "127.0.0.2", "127.0.0.3"}
	serve := func(addr string) *sp.Replier {
		s := sptest.Open(t, sp.NewReplier(nil))
		if _, err := s.Listen(addr); err != nil {
			t.Fatal(err)
		}
		return s
	}
	home.Store(&hosts[0])
	first := sptest.Open(t, sp.NewReplier(nil))
	at, err := first.Listen("tcp://" + hosts[0] + ":0")
	if err != nil {
		t.Fatal(err)
	}
	port := at.Addr()[strings.LastIndexByte(at.Addr(), ':')+1:]
	req := sptest.Open(t, sp.NewRequester(nil))
	o := &sp.EndpointOptions{RedialMin: 1, RedialMax: 1, Transport: tcp.Transport{
		Resolver: func(context.Context, string) ([]string, error) { return []string{*home.Load()}, nil },
	}}
	if _, err := req.DialWith("tcp://service.example:"+port, o); err != nil {
		t.Fatal(err)
	}
	now := first
	for i := range moves {
		took.Try(1)
		call, err := req.Ask(sp.NewMessage([]byte(fmt.Sprint(i))), nil)
		if err != nil {
			t.Fatal(err)
		}
		q, err := now.Recv(ctx) // it has the request, and moves
		if err != nil {
			t.Fatal(err)
		}
		next := &hosts[(i+1)%len(hosts)]
		there := serve("tcp://" + *next + ":" + port)
		home.Store(next)
		now.Close()
		if err := q.Reply(ctx, nil); err == nil {
			t.Error("a closed replier replies")
		}
		now = there
		if q, err = now.Recv(ctx); err != nil {
			t.Fatal(err)
		}
		if err := q.Reply(ctx, append(q.Body, '!')); err != nil {
			t.Fatal(err)
		}
		reply, err := call.Reply(ctx)
		if err != nil || string(reply.Body) != fmt.Sprintf("%d!", i) {
			t.Fatalf("reply %v, %v", reply, err)
		}
		took.Took(1)
	}
}
