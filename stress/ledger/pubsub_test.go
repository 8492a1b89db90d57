package ledger_test

import (
	"context"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// member is a subscriber that reads one of every so many messages that are
// published, 0 for none, and all that is left at the end.
type member struct {
	*sp.Subscriber
	every int
	full  sp.FullQueue
	books *ledger.Ledger
	there *sp.Peer // as the publisher sees it
	turn  chan struct{}
}

func (m *member) read(work *sync.WaitGroup) {
	work.Go(func() {
		for {
			<-m.turn
			msg, err := m.RecvMessage(context.Background())
			if err != nil {
				return
			}
			m.books.Read(0, msg.Body)
			msg.Release()
		}
	})
}

// Subscribers that are fast, slow and asleep, each with a way of its own to lose
// what is too much. What one did not get is counted, to the message, by the
// publisher or by itself, and the fast one, whose queue has room, loses nothing
// that the publisher could hand over.
func TestSubscribers(t *testing.T) {
	eachRoad(t, func(t *testing.T, ctx context.Context, road string) {
		messages := kit.Pick(10_000, 400_000)
		lost := kit.Count(t, "messages lost by slow subscribers", messages/2)
		pub := sptest.Open(t, sp.NewPublisher(&sp.Options{SendQueue: 100}))
		at := listen(t, pub, road)
		members := []*member{
			{every: 1, full: sp.WaitForRoom}, {every: 10, full: sp.DropOldest},
			{every: 100, full: sp.DropNewest}, {every: 0, full: sp.WaitForRoom},
		}
		var readers sync.WaitGroup
		known := map[uint32]bool{}
		for _, m := range members {
			m.Subscriber = sptest.Open(t, sp.NewSubscriber(&sp.Options{RecvQueue: 50, FullQueue: m.full}))
			m.books, m.turn = ledger.New(), make(chan struct{}, messages)
			m.Subscribe("")
			sptest.Dial(t, ctx, m, at, pub, ledger.Small(road))
			for _, p := range pub.Peers() {
				if !known[p.ID()] {
					m.there = p
				}
				known[p.ID()] = true
			}
			m.read(&readers)
		}
		for n := range messages {
			var body []byte
			for _, m := range members { // all books know of it before anybody has it
				var k uint64
				body, k = m.books.Write(0, 100)
				m.books.Accept(0, k)
			}
			if err := pub.Send(ctx, body); err != nil {
				t.Fatal(err)
			}
			for _, m := range members {
				if m.every > 0 && n%m.every == 0 {
					m.turn <- struct{}{}
				}
			}
		}
		for _, m := range members {
			close(m.turn) // now everybody reads all there is
			sptest.Until(t, ctx, "all that was handed over", func() bool {
				there, here := m.there.Stats(), m.Stats()
				out := there.Traffic.MessagesOut
				return out+there.Dropped.Total() == uint64(messages) && out == here.Traffic.MessagesIn && here.Waiting == 0
			})
			m.Close()
		}
		kit.Join(t, ctx, "the readers", &readers)
		for _, m := range members {
			there, here := m.there.Stats(), m.Stats()
			dropped := int(there.Dropped.Total() + here.Dropped.Total())
			lost.Try(messages)
			lost.Took(dropped)
			m.books.Settle(t, ledger.Account{Dropped: dropped})
			ledger.Conserved(t, "subscriber", here)
			if m.full == sp.WaitForRoom && here.Dropped.QueueFull > 0 {
				t.Errorf("a subscriber that waits dropped %+v", here.Dropped)
			}
		}
	})
}
