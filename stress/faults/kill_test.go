package faults_test

import (
	"context"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

func begin(t *testing.T) context.Context {
	sptest.Begin(t)
	ctx, cancel := context.WithTimeout(context.Background(), kit.Pick(2*time.Minute, 30*time.Minute))
	t.Cleanup(cancel)
	return ctx
}

// Repliers killed in the middle of their work: every request gets its reply, once.
func TestKilledRepliers(t *testing.T) {
	ctx := begin(t)
	kills := kit.Pick(15, 100)
	took := kit.Count(t, "killed repliers", kills)
	req := sptest.Open(t, sp.NewRequester(&sp.Options{EndpointOptions: sp.EndpointOptions{RedialMin: 1, RedialMax: 1}}))
	at := sptest.Listen(t, req, sptest.RoadNamed("tcp"), nil)
	c := newCrew(t, "replier", at.Addr(), 3)
	books, worked := ledger.New(), ledger.New()
	load := kit.NewLoad(t)
	for i := range uint32(8) {
		load.Add(func() error {
			body, n := books.Write(i, 100)
			worked.Write(i, 100)
			reply, err := req.Do(ctx, body)
			if err != nil {
				return err
			}
			books.Accept(i, n)
			worked.Accept(i, n)
			books.Read(0, reply)
			return nil
		})
	}
	for range kills {
		select {
		case <-books.Came(50):
		case <-ctx.Done():
			t.Fatal(books.Sum())
		}
		took.Try(1)
		c.kill()
		c.add()
		took.Took(1)
	}
	load.End(ctx)
	books.Settle(t, ledger.Account{MostBack: 0})
	c.settle(worked)
	worked.Settle(t, ledger.Account{Repeats: true, MostBack: 1 << 30})
}

// Pullers killed under load: each message is written down once at the most, and
// what is not was in the killed ones' hands or in the kernel's.
func TestKilledPullers(t *testing.T) {
	ctx := begin(t)
	kills := kit.Pick(15, 100)
	took := kit.Count(t, "killed pullers", kills)
	const size = 1000
	push := sptest.Open(t, sp.NewPusher(nil))
	at := sptest.Listen(t, push, sptest.RoadNamed("tcp"), ledger.Sized("tcp", buffer))
	books := ledger.New()
	c := newCrew(t, "puller", at.Addr(), 3)
	load := kit.NewLoad(t)
	load.Add(func() error {
		body, n := books.Write(0, size)
		if err := push.Send(ctx, body); err != nil {
			return err
		}
		books.Accept(0, n)
		return nil
	})
	for range kills {
		out := push.Stats().Traffic.MessagesOut
		sptest.Until(t, ctx, "load", func() bool { return push.Stats().Traffic.MessagesOut > out+100 })
		took.Try(1)
		c.kill()
		c.add()
		took.Took(1)
	}
	load.End(ctx)
	sptest.Peers(t, ctx, push, 1)
	sptest.Until(t, ctx, "the rest to go", func() bool { return push.Stats().Traffic.Queued == 0 })
	push.Close()
	ledger.Conserved(t, "pusher", push.Stats())
	for _, p := range c.live {
		if got := p.Ask("end"); len(got) != 1 || got[0] != "done" {
			t.Errorf("a worker says %q", got)
		}
	}
	c.settle(books)
	perKill := (ledger.KernelHolds(t, "tcp", buffer, size)+64<<10)/size + 20 + 2
	books.Settle(t, ledger.Account{
		Dropped: int(push.Stats().Dropped.Total()), Unknown: int(push.Stats().Traffic.Unknown),
		MostLost: kills * perKill, MostBack: 1 << 30, // the log mixes what several got
	})
}
