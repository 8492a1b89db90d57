package calls_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// A day in which the connection of two pairs is lost about once a minute, on one
// side or the other, while both send: it always comes back, what arrives does so
// once and in order, and what does not was being written when it was cut.
func TestDayOfReconnections(t *testing.T) {
	sptest.EachBubble(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		breaks := kit.Count(t, "reconnections", 1300)
		a, b := sptest.Open(t, sp.NewPair(nil)), sptest.Open(t, sp.NewPair(nil))
		sptest.Link(t, ctx, a, b, road)
		books := [2]*ledger.Ledger{ledger.New(), ledger.New()}
		pairs := [2]*sp.Pair{a, b}
		var writers, readers sync.WaitGroup
		day, over := context.WithTimeout(ctx, 24*time.Hour)
		defer over()
		for i, s := range pairs {
			readers.Go(func() {
				for body, err := s.Recv(ctx); err == nil; body, err = s.Recv(ctx) {
					books[1-i].Read(0, body)
				}
			})
			writers.Go(func() {
				for day.Err() == nil {
					for range rand.N(10) {
						body, n := books[i].Write(0, 50)
						if s.Send(day, body) == nil {
							books[i].Accept(0, n)
						}
					}
					time.Sleep(rand.N(20 * time.Second))
				}
			})
		}
		for day.Err() == nil {
			time.Sleep(rand.N(2 * time.Minute))
			breaks.Try(1)
			s := pairs[rand.N(2)]
			if s.WaitPeers(day, 1) != nil {
				break
			}
			for _, p := range s.Peers() {
				p.Close()
				breaks.Took(1)
			}
		}
		writers.Wait()
		time.Sleep(time.Minute) // what is on its way arrives
		for _, s := range pairs {
			s.Close()
		}
		for _, s := range pairs {
			ledger.Conserved(t, "pair", s.Stats())
		}
		readers.Wait()
		for i, s := range pairs {
			st, other := s.Stats(), pairs[1-i].Stats()
			books[i].Settle(t, ledger.Account{Unknown: int(st.Traffic.Unknown),
				MostLost: int(st.Traffic.Unknown + other.Dropped.Total() + st.Dropped.Total())})
		}
	})
}
