package faults_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
	"github.com/sprocketmq/sp/stress/proxy"
)

// plans are faults at every position that there is in the handshake and the first
// two messages, each way; for roads whose handshake is long, at some of them.
func plans(road kit.Road, size int) (all []proxy.Plan) {
	last, step, piece := int64(8+2*(8+size)), int64(1), 1
	if road.HTTP || road.TLS {
		piece = 100 // TCP is very slow with many packets of a byte
		last, step = 3000, 3000/kit.Pick[int64](10, 1500)
	}
	for at := int64(0); at <= last; at += step {
		for _, how := range []proxy.How{proxy.Cut, proxy.Reset} {
			f := proxy.Fault{How: how, After: at}
			all = append(all, proxy.Plan{There: f}, proxy.Plan{Back: f}, proxy.Plan{There: f, Piece: piece})
		}
		// It stands still there, goes on, and is cut later.
		end := proxy.Fault{How: proxy.Cut, After: last + 500}
		pause := proxy.Fault{How: proxy.Stall, After: at, For: time.Millisecond}
		all = append(all, proxy.Plan{There: pause, Back: end}, proxy.Plan{There: end, Back: pause})
	}
	// In the handshake it stands still for ever: the deadline ends it.
	for at := range int64(8) {
		for range kit.Pick(1, 10) {
			stop := proxy.Fault{How: proxy.Stall, After: at}
			all = append(all, proxy.Plan{There: stop}, proxy.Plan{Back: stop})
		}
	}
	return all
}

// Connections that break at every byte of a handshake and of a message, both
// ways: what comes is what was sent, once and in order, and all goes on when
// nothing breaks any more. The roads run beside each other, since they mostly wait
// for what stands still.
func TestBreakAtEveryByte(t *testing.T) {
	ctx := begin(t)
	for _, road := range kit.Roads(t) {
		t.Run(road.Name, func(t *testing.T) {
			t.Parallel()
			breakAtEveryByte(t, ctx, road)
		})
	}
}

func breakAtEveryByte(t *testing.T, ctx context.Context, road kit.Road) {
	const size = 13
	all := plans(road, size)
	took := kit.Count(t, "faults", len(all)/2)
	few := sp.Options{SendQueue: 8}
	o := road.Listen
	// Over TLS and WebSocket the kernel's buffers are as large as it likes.
	most := 1 << 30
	if o.Transport == nil {
		o = *ledger.Small(road.Name)
		most = len(all) * (2*ledger.KernelHolds(t, road.Name, proxy.Buffer, 8+size) + 8<<10 + 64<<10) / (8 + size)
	}
	// What stands still for ever does so for this time, and what does not has to
	// be done by then, on the slowest machine.
	o.RedialMin, o.RedialMax, o.HandshakeTimeout = 1, 1, 250*time.Millisecond
	if road.TLS {
		o.HandshakeTimeout = 500 * time.Millisecond
	}
	a, b := sptest.Open(t, sp.NewPair(&few)), sptest.Open(t, sp.NewPair(&few))
	at, err := a.ListenWith(road.Addr(t), &o)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	p := proxy.New(t, at.Addr(), func(n int) proxy.Plan {
		if n == len(all) {
			close(done)
		}
		if n >= len(all) {
			return proxy.Plan{}
		}
		return all[n]
	})
	books := [2]*ledger.Ledger{ledger.New(), ledger.New()}
	var writers, readers sync.WaitGroup
	writing, stop := context.WithCancel(ctx)
	for i, s := range []*sp.Pair{a, b} {
		readers.Go(func() {
			for body, err := s.Recv(context.Background()); err == nil; body, err = s.Recv(context.Background()) {
				books[1-i].Read(0, body)
			}
		})
		writers.Go(func() {
			for writing.Err() == nil {
				body, n := books[i].Write(0, size)
				if s.Send(writing, body) == nil {
					books[i].Accept(0, n)
				}
			}
		})
	}
	if road.Dial.Transport != nil {
		o.Transport = road.Dial.Transport
	}
	if _, err := b.DialWith(p.Addr(), &o); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	defer func() { t.Logf("took %v: %+v", time.Since(began), a.Stats().Connections) }()
	for _, c := range []<-chan struct{}{done, nil} {
		if c == nil {
			c = books[0].Came(1000)
		}
		select {
		case <-c:
		case <-ctx.Done():
			t.Fatalf("stuck after %d faults of %d: %+v, %v", p.Took.Load(), len(all), books[0].Sum(), a.Stats().Connections)
		}
	}
	stop()
	writers.Wait()
	a.Close()
	sptest.Until(t, ctx, "the rest", func() bool { return len(b.Peers()) == 0 && b.Stats().Waiting == 0 })
	b.Close()
	readers.Wait()
	took.Try(len(all))
	took.Took(int(p.Took.Load()))
	for i, s := range []*sp.Pair{a, b} {
		ledger.Conserved(t, "pair", s.Stats())
		books[i].Settle(t, ledger.Account{MostLost: most})
	}
}
