package transporttest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/transport"
)

// body is n bytes that are not all the same.
func body(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

// sizes sends messages around all the limits there are: none, of a chunk, of a
// frame, of a record, of a kernel's buffer.
func sizes(t *test) {
	push, pull := t.pipeline(func(o *sp.Options) { o.MaxSize = 8 << 20 })
	all := []int{0, 1, 27, 28, 29, 125, 126, 255, 4095, 4096, 16383, 16384, 65535, 65536, 65537, 1048576, 5 << 20}
	go func() {
		for _, n := range all {
			if err := push.Send(t.ctx, body(n)); err != nil {
				t.Errorf("Send of %d bytes: %v", n, err)
			}
		}
	}()
	for _, n := range all {
		got, err := pull.Recv(t.ctx)
		t.must(err)
		if !bytes.Equal(got, body(n)) {
			t.Fatalf("a message of %d bytes arrives as one of %d, or with other bytes", n, len(got))
		}
	}
}

// number is message i of a stream, small or large.
func number(i int) []byte {
	b := make([]byte, 4+(i%97)*(i%31))
	binary.BigEndian.PutUint32(b, uint32(i))
	return b
}

type sender interface {
	Send(ctx context.Context, body []byte) error
}

type receiver interface {
	Recv(ctx context.Context) ([]byte, error)
}

// stream sends n numbered messages and checks that they come in order.
func (t *test) stream(n int, from sender, to receiver) {
	t.Helper()
	var sending sync.WaitGroup
	defer sending.Wait()
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	sending.Go(func() {
		for i := range n {
			if err := from.Send(ctx, number(i)); err != nil {
				if ctx.Err() == nil {
					t.Error(err)
				}
				return
			}
		}
	})
	for i := range n {
		got, err := to.Recv(t.ctx)
		if err != nil {
			t.Errorf("message %d of %d: %v", i, n, err)
			return
		}
		if !bytes.Equal(got, number(i)) {
			t.Errorf("message %d is %d bytes that begin with % x", i, len(got), got[:min(4, len(got))])
			return
		}
	}
}

func order(t *test) {
	push, pull := t.pipeline(nil)
	t.stream(5000, push, pull)
}

// backPressure has room for one message everywhere.
func backPressure(t *test) {
	push, pull := t.pipeline(func(o *sp.Options) { o.SendQueue, o.RecvQueue = 1, 1 })
	t.stream(1000, push, pull)
	if n := push.Stats().Dropped.Total() + pull.Stats().Dropped.Total(); n != 0 {
		t.Errorf("%d messages were dropped", n)
	}
}

func bothWays(t *test) {
	a, b := sp.NewPair(t.options(nil)), sp.NewPair(t.options(nil))
	t.dial(b, t.listen(a, t.Addr(t)).Addr())
	var both sync.WaitGroup
	both.Go(func() { t.stream(2000, a, b) })
	t.stream(2000, b, a)
	both.Wait()
}

// fanOut sends what is encoded once to several, small and large.
func fanOut(t *test) {
	const n = 3
	pub := sp.NewPublisher(t.options(nil))
	addr := t.listen(pub, t.Addr(t)).Addr()
	var subs []*sp.Subscriber
	for range n {
		s := sp.NewSubscriber(t.options(nil))
		t.must(s.Subscribe(""))
		t.dial(s, addr)
		subs = append(subs, s)
	}
	t.must(pub.WaitPeers(t.ctx, n))
	for _, size := range []int{10, 100_000} {
		b := body(size)
		t.must(pub.Send(t.ctx, b))
		clear(b) // Send has copied it
		for _, s := range subs {
			got, err := s.Recv(t.ctx)
			t.must(err)
			if !bytes.Equal(got, body(size)) {
				t.Errorf("%d bytes arrive changed", size)
			}
			clear(got) // and what is received is nobody else's
		}
	}
}

func requests(t *test) {
	rep, req := sp.NewReplier(t.options(nil)), sp.NewRequester(t.options(nil))
	t.dial(req, t.listen(rep, t.Addr(t)).Addr())
	go rep.Serve(t.ctx, func(ctx context.Context, q *sp.Request) { q.Reply(ctx, append(q.Body, '!')) })
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			for j := range 50 {
				ask := fmt.Sprint(i, " asks ", j)
				got, err := req.Do(t.ctx, []byte(ask))
				if err != nil || string(got) != ask+"!" {
					t.Errorf("%q is answered with %q, %v", ask, got, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// connections are many at once, each of which says something.
func connections(t *test) {
	pull := sp.NewPuller(t.options(nil))
	addr := t.listen(pull, t.Addr(t)).Addr()
	for i := range t.Connections {
		push := sp.NewPusher(t.options(nil))
		t.dial(push, addr)
		t.must(push.Send(t.ctx, fmt.Append(nil, i)))
	}
	seen := make(map[string]bool)
	ids := make(map[uint32]bool)
	for range t.Connections {
		m, err := pull.RecvMessage(t.ctx)
		t.must(err)
		seen[string(m.Body)] = true
		ids[m.Peer().ID()] = true
	}
	if len(seen) != t.Connections || len(ids) != t.Connections {
		t.Errorf("%d messages of %d peers, want %d", len(seen), len(ids), t.Connections)
	}
}

// peers checks what is known of the other side.
func peers(t *test) {
	push, pull := t.pipeline(nil)
	t.must(push.WaitPeers(t.ctx, 1))
	for _, p := range append(push.Peers(), pull.Peers()...) {
		for _, addr := range []string{p.Addr(), p.LocalAddr()} {
			if _, err := transport.Scheme(addr); err != nil {
				t.Errorf("a peer's address: %v", err)
			}
		}
	}
}
