package ledger_test

import (
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
	"github.com/sprocketmq/sp/stress/proxy"
)

// Over every road, in pieces of a byte and of a few: nothing is lost, nothing
// comes twice, and all comes in order, where nothing breaks.
func TestPieces(t *testing.T) {
	ctx := sptest.Begin(t)
	for _, road := range kit.Roads(t) {
		for _, piece := range []int{1, 7, 0} {
			t.Run(road.Name, func(t *testing.T) {
				messages := kit.Pick(100, 3000)
				if piece == 0 {
					messages *= 20
				}
				pieces := kit.Count(t, "pieces", 100)
				books := [2]*ledger.Ledger{ledger.New(), ledger.New()}
				a, b := sptest.Open(t, sp.NewPair(nil)), sptest.Open(t, sp.NewPair(nil))
				at, err := a.ListenWith(road.Addr(t), &road.Listen)
				if err != nil {
					t.Fatal(err)
				}
				p := proxy.New(t, at.Addr(), func(int) proxy.Plan { return proxy.Plan{Piece: piece} })
				if _, err := b.DialWith(p.Addr(), &road.Dial); err != nil {
					t.Fatal(err)
				}
				var work sync.WaitGroup
				for i, s := range []*sp.Pair{a, b} {
					takeAs(t, books[1-i], 0, s, &work)
					work.Go(func() {
						for range messages {
							body, n := books[i].Write(0, 100)
							if err := s.Send(ctx, body); err != nil {
								t.Error(err)
								return
							}
							books[i].Accept(0, n)
						}
					})
				}
				for i := range books {
					select {
					case <-books[i].Reached(messages):
					case <-ctx.Done():
						t.Fatal(books[i].Sum())
					}
				}
				a.Close()
				b.Close()
				kit.Join(t, ctx, "the callers", &work)
				pieces.Try(int(p.Pieces.Load()))
				pieces.Took(int(p.Pieces.Load()))
				for i, s := range []*sp.Pair{a, b} {
					books[i].Settle(t, ledger.Account{})
					ledger.Conserved(t, "pair", s.Stats())
				}
			})
		}
	}
}
