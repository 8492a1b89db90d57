package ledger_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
	"github.com/sprocketmq/sp/stress/proxy"
)

// pullers are the receivers of a pipeline, of which some die and are replaced.
type pullers struct {
	t     *testing.T
	books *ledger.Ledger
	make  func() *sp.Puller
	work  sync.WaitGroup
	live  []*sp.Puller
	dead  []*sp.Puller
}

func (p *pullers) add() {
	s := p.make()
	take(p.t, p.books, s, &p.work)
	p.live = append(p.live, s)
}

// die closes one.
func (p *pullers) die(i int) {
	s := p.live[i]
	s.Close()
	p.live = append(p.live[:i:i], p.live[i+1:]...)
	p.dead = append(p.dead, s)
}

// dropped is what was lost in all of them. Over inproc it is the pusher's goroutine
// that delivers, and it may do so until the pusher is closed.
func (p *pullers) dropped() (n int) {
	for _, s := range p.dead {
		st := s.Stats()
		ledger.Conserved(p.t, "puller", st)
		n += int(st.Dropped.Total())
	}
	return n
}

// Two pushers' messages, with cut connections and pullers that die and are
// replaced: each arrives once at the most, and of those that do not, all are
// counted that were not in a cut connection's buffers.
func TestPipeline(t *testing.T) {
	eachRoad(t, func(t *testing.T, ctx context.Context, road string) {
		most := perCut(t, road)
		broken := kit.Count(t, "broken connections", faults(30))
		books := ledger.New()
		var addrs []string
		var proxies []*proxy.Proxy
		var push []*sp.Pusher
		load := kit.NewLoad(t)
		for i := range uint32(2) {
			s := sptest.Open(t, sp.NewPusher(nil))
			addr, p := between(t, road, listen(t, s, road))
			addrs, proxies, push = append(addrs, addr), append(proxies, p), append(push, s)
			write(load, books, i, s)
		}
		ends := &pullers{t: t, books: books, make: func() *sp.Puller {
			s := sptest.Open(t, sp.NewPuller(nil))
			for _, addr := range addrs {
				dial(t, s, road, addr)
			}
			return s
		}}
		for range 3 {
			ends.add()
		}
		for i := 0; broken.Taken() < faults(30); i++ {
			await(t, ctx, books, 100)
			broken.Try(1)
			if i%4 == 3 {
				ends.die(i / 4 % len(ends.live))
				ends.add()
				broken.Took(2) // one of each pusher's
			} else {
				broken.Took(breakRandomly(proxies[i%2], push[i%2]))
			}
		}
		load.End(ctx)
		unknown, accountable := 0, 0
		for _, s := range push {
			var drop *sp.DroppedError
			if err := s.Close(); errors.As(err, &drop) {
				accountable += drop.Messages
			}
			st := s.Stats()
			ledger.Conserved(t, "pusher", st)
			unknown += int(st.Traffic.Unknown)
		}
		for _, s := range ends.live {
			gone(t, ctx, s)
			sptest.Until(t, ctx, "an empty queue", func() bool { return s.Stats().Waiting == 0 })
		}
		for len(ends.live) > 0 {
			ends.die(0)
		}
		kit.Join(t, ctx, "the readers", &ends.work)
		books.Settle(t, ledger.Account{
			Dropped: ends.dropped() + accountable, Unknown: unknown,
			MostLost: broken.Taken() * most, MostBack: len(ends.dead) * broken.Taken(),
		})
	})
}
