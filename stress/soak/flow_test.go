package soak_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/pattern"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/proxy"
)

// flow is one protocol over one road: who begins listens and sends, the other one
// dials, through a proxy where the road is a stream, and dies now and then.
type flow struct {
	t       *testing.T
	pattern pattern.Pattern
	road    kit.Road
	opts    *sp.Options
	addr    string
	proxy   *proxy.Proxy
	from    kit.Party
	work    sync.WaitGroup
	sends   sync.WaitGroup
	stop    context.CancelFunc // of sends, and then of all else
	leave   context.CancelFunc

	mu     sync.Mutex
	other  kit.Party
	cancel context.CancelFunc
}

var came atomic.Int64

func begin(t *testing.T, ctx context.Context, road kit.Road, p pattern.Pattern) *flow {
	f := &flow{t: t, pattern: p, road: road, opts: &sp.Options{Linger: 50 * time.Millisecond, SurveyTime: 100 * time.Millisecond}}
	f.opts.RedialMin, f.opts.RedialMax = time.Millisecond, 50*time.Millisecond
	f.opts.HandshakeTimeout = 2 * time.Second
	f.from = kit.NewParty(p, false, f.opts)
	at, err := f.from.ListenWith(road.Addr(t), &road.Listen)
	if err != nil {
		t.Fatal(err)
	}
	f.addr = at.Addr()
	if road.Name != "inproc" {
		f.proxy = proxy.New(t, at.Addr(), func(int) proxy.Plan { return proxy.Plan{Piece: 1 + rand.N(4<<10)} })
		f.addr = f.proxy.Addr()
	}
	ctx, f.leave = context.WithCancel(ctx)
	f.join(ctx)
	f.work.Go(func() { f.from.Listen(ctx, func([]byte) { came.Add(1) }) })
	sending, stop := context.WithCancel(ctx)
	f.stop = stop
	f.sends.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for sending.Err() == nil {
			<-tick.C
			call, cancel := context.WithTimeout(sending, time.Second)
			f.from.Send(call, make([]byte, 100+rand.N(20_000)))
			cancel()
		}
	})
	return f
}

// join makes the other side.
func (f *flow) join(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	other := kit.NewParty(kit.Other(f.pattern), false, f.opts)
	if _, err := other.DialWith(f.addr, &f.road.Dial); err != nil {
		f.t.Error(err)
	}
	f.work.Go(func() { other.Listen(ctx, func([]byte) { came.Add(1) }) })
	f.mu.Lock()
	defer f.mu.Unlock()
	f.other, f.cancel = other, cancel
}

// fault breaks the connection, or lets the other side die and another one come.
func (f *flow) fault(ctx context.Context) int {
	if f.proxy != nil && rand.N(4) > 0 {
		return f.proxy.Break([]proxy.How{proxy.Cut, proxy.Reset}[rand.N(2)])
	}
	f.mu.Lock()
	other, cancel := f.other, f.cancel
	f.mu.Unlock()
	cancel()
	other.Close()
	f.join(ctx)
	return 1
}

func (f *flow) end() {
	f.stop()
	f.sends.Wait()
	f.leave()
	f.cancel()
	f.from.Close()
	f.other.Close()
	f.work.Wait()
	if f.proxy != nil {
		f.proxy.Close()
	}
}
