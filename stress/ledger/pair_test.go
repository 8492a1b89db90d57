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
)

// Two pairs talk over a link that breaks again and again: what arrives does so
// once and in the order in which it was sent, across all connections.
func TestFlappingPair(t *testing.T) {
	for version := range kit.Pick(1, 2) {
		eachRoad(t, func(t *testing.T, ctx context.Context, road string) {
			broken := kit.Count(t, "broken connections", faults(15))
			a, b := sptest.Open(t, sp.NewPair(&sp.Options{PairVersion: version})), sptest.Open(t, sp.NewPair(&sp.Options{PairVersion: version}))
			addr, p := between(t, road, listen(t, a, road))
			dial(t, b, road, addr)
			books := [2]*ledger.Ledger{ledger.New(), ledger.New()}
			var readers sync.WaitGroup
			load := kit.NewLoad(t)
			for i, s := range []*sp.Pair{a, b} {
				write(load, books[i], 0, s)
				takeAs(t, books[1-i], 0, s, &readers)
			}
			for broken.Taken() < faults(15) {
				await(t, ctx, books[broken.Tried()%2], 50)
				broken.Try(1)
				broken.Took(breakRandomly(p, a))
			}
			load.End(ctx)
			left := 0
			for i, s := range []*sp.Pair{a, b} {
				var drop *sp.DroppedError
				if err := s.Close(); errors.As(err, &drop) {
					left += drop.Messages
				}
				if i == 0 {
					sptest.Until(t, ctx, "what the other has", func() bool { return len(b.Peers()) == 0 && b.Stats().Waiting == 0 })
				}
			}
			kit.Join(t, ctx, "the readers", &readers)
			most := broken.Taken() * perCut(t, road)
			dropped := [2]int{}
			for i, s := range []*sp.Pair{a, b} {
				st := s.Stats()
				ledger.Conserved(t, "pair", st)
				dropped[i] = int(st.Dropped.Total())
			}
			// What was counted may have been dropped on either way.
			sums := [2]ledger.Sum{books[0].Sum(), books[1].Sum()}
			missing, counted := sums[0].Missing+sums[1].Missing, dropped[0]+dropped[1]
			if lost := missing - counted; lost < 0 || lost > most {
				t.Errorf("%d are missing and %d were counted; %d may be unknown", missing, counted, most)
			}
			for i := range books {
				books[i].Settle(t, ledger.Account{Dropped: min(counted, sums[i].Missing), MostLost: most})
			}
		})
	}
}
