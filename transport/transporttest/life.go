package transporttest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/sprocketmq/sp"
)

// dialFirst dials an address that somebody listens on later.
func dialFirst(t *test) {
	l := t.open()
	addr := l.Addr()
	t.must(l.Close())
	push, pull := sp.NewPusher(t.options(nil)), sp.NewPuller(t.options(nil))
	t.dial(push, addr)
	t.listen(pull, addr)
	t.stream(10, push, pull)
}

// closeEndpoint checks that closing a listening endpoint closes its
// connections, frees the address, and that the dialer finds the next one.
func closeEndpoint(t *test) {
	push, pull := sp.NewPusher(t.options(nil)), sp.NewPuller(t.options(nil))
	end := t.listen(pull, t.Addr(t))
	t.dial(push, end.Addr())
	t.stream(10, push, pull)
	t.must(end.Close())
	t.until("Endpoint.Close ends the connection on both sides", func() bool {
		return len(pull.Peers()) == 0 && len(push.Peers()) == 0
	})
	second := sp.NewPuller(t.options(nil))
	t.listen(second, end.Addr())
	t.stream(10, push, second)
}

// closeFlushes checks that what was accepted arrives although the socket closes
// at once.
func closeFlushes(t *test) {
	push, pull := t.pipeline(func(o *sp.Options) { o.Linger = 20e9 })
	const n = 500
	for i := range n {
		t.must(push.Send(t.ctx, fmt.Append(nil, i))) // all of it fits the queues
	}
	closed := make(chan error, 1)
	go func() { closed <- push.Close() }()
	for i := range n {
		got, err := pull.Recv(t.ctx)
		if err != nil || string(got) != fmt.Sprint(i) {
			t.Fatalf("message %d of %d: %q, %v", i, n, got, err)
		}
	}
	t.must(<-closed)
}

// admit checks that a peer that is refused has no connection, and that others
// have.
func admit(t *test) {
	var asked atomic.Int32
	pull := sp.NewPuller(t.options(func(o *sp.Options) {
		o.Admit = func(_ context.Context, p *sp.Peer) error {
			if asked.Add(1) == 1 {
				return errors.New("not the first")
			}
			return nil
		}
	}))
	end := t.listen(pull, t.Addr(t))
	push := sp.NewPusher(t.options(nil))
	t.dial(push, end.Addr())
	// What it sends before it learns that it was refused is lost.
	t.carriesOn(push, pull, body(10))
	if n := end.Stats().Connections.Refused; n != 1 {
		t.Errorf("%d peers were refused, want 1", n)
	}
}

func wrongProtocol(t *test) {
	pull := sp.NewPuller(t.options(nil))
	end := t.listen(pull, t.Addr(t))
	sub := sp.NewSubscriber(t.options(nil))
	wrong := t.dial(sub, end.Addr())
	t.until("a SUB is told that a PULL is not for it", func() bool {
		return end.Stats().Connections.WrongProtocol+wrong.Stats().Connections.WrongProtocol > 0
	})
	push := sp.NewPusher(t.options(nil))
	t.dial(push, end.Addr())
	t.stream(10, push, pull)
	t.must(sub.Close())
}
