package ledger_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// A pipeline through a device whose connections break on both sides: the device
// conserves what goes through it. Order is kept within a connection, but where one
// breaks before it, what that one returns comes after what went another way.
func TestDevice(t *testing.T) {
	eachRoad(t, func(t *testing.T, ctx context.Context, road string) {
		broken := kit.Count(t, "broken connections", faults(20))
		books := ledger.New()
		push, pull := sptest.Open(t, sp.NewPusher(nil)), sptest.Open(t, sp.NewPuller(nil))
		in, out := sptest.Open(t, sp.NewRaw(pattern.Pull, nil)), sptest.Open(t, sp.NewRaw(pattern.Push, nil))
		first, near := between(t, road, listen(t, push, road))
		dial(t, in, road, first)
		second, far := between(t, road, listen(t, pull, road))
		dial(t, out, road, second)
		var device, readers sync.WaitGroup
		device.Go(func() { sp.Forward(context.Background(), in, out) })
		load := kit.NewLoad(t)
		write(load, books, 0, push)
		take(t, books, pull, &readers)
		for broken.Taken() < faults(20) {
			await(t, ctx, books, 100)
			broken.Try(1)
			if broken.Tried()%2 == 0 {
				broken.Took(breakRandomly(near, push))
			} else {
				broken.Took(breakRandomly(far, out))
			}
		}
		load.End(ctx)
		dropped := 0
		closing := func(s interface {
			sptest.Socket
		}) {
			var drop *sp.DroppedError
			if err := s.Close(); err != nil && !errors.As(err, &drop) {
				t.Error(err)
			}
			ledger.Conserved(t, "socket", s.Stats())
			dropped += int(s.Stats().Dropped.Total())
		}
		closing(push)
		sptest.Until(t, ctx, "the device to pass on what it has", func() bool {
			st := in.Stats()
			return st.Peers == 0 && st.Waiting == 0 && out.Stats().Sent == st.Received
		})
		// The device counts at its far side what it had to give up.
		in.Close()
		kit.Join(t, ctx, "the device", &device)
		closing(out)
		sptest.Until(t, ctx, "the rest", func() bool { return len(pull.Peers()) == 0 && pull.Stats().Waiting == 0 })
		closing(pull)
		kit.Join(t, ctx, "the readers", &readers)
		if st := in.Stats(); st.Traffic.MessagesIn != st.Received+st.Dropped.Total() {
			t.Errorf("%+v", st)
		} else {
			dropped += int(st.Dropped.Total())
		}
		books.Settle(t, ledger.Account{Dropped: dropped, MostLost: broken.Taken() * perCut(t, road), MostBack: broken.Taken()})
	})
}
