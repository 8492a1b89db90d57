package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// repliers answer requests by what was asked, and note what they worked on.
type repliers struct {
	t      *testing.T
	worked *ledger.Ledger
	addr   string
	road   string
	work   sync.WaitGroup
	live   []*sp.Replier
	dead   []*sp.Replier
}

func (r *repliers) add() {
	s := sptest.Open(r.t, sp.NewReplier(nil))
	dial(r.t, s, r.road, r.addr)
	r.live = append(r.live, s)
	r.work.Go(func() {
		s.Serve(context.Background(), func(ctx context.Context, q *sp.Request) {
			r.worked.Read(q.Peer().ID(), q.Body)
			q.Reply(ctx, append(q.Body[:len(q.Body):len(q.Body)], '!')) // fails where the peer has gone
		})
	})
}

func (r *repliers) die() {
	s := r.live[0]
	s.Close()
	r.live, r.dead = r.live[1:], append(r.dead, s)
}

// Many requests at once, of repliers that die and connections that are cut: each
// call gets its own reply, once. Requests that may be repeated are all worked on,
// once at the least; those that must not, once at the most, and else fail.
func TestRequests(t *testing.T) {
	for _, once := range []bool{false, true} {
		name := map[bool]string{false: "repeated", true: "not repeated"}[once]
		t.Run(name, func(t *testing.T) {
			eachRoad(t, func(t *testing.T, ctx context.Context, road string) {
				requests(t, ctx, road, once)
			})
		})
	}
}

func requests(t *testing.T, ctx context.Context, road string, once bool) {
	broken := kit.Count(t, "broken connections", faults(30))
	books, worked := ledger.New(), ledger.New()
	o := &sp.Options{}
	o.RedialMin, o.RedialMax = 1, 1 // also the delay of a request that has lost two peers
	if once {
		o.Resend = -1
	}
	req := sptest.Open(t, sp.NewRequester(o))
	addr, p := between(t, road, listen(t, req, road))
	ends := &repliers{t: t, worked: worked, addr: addr, road: road}
	for range 3 {
		ends.add()
	}
	load := kit.NewLoad(t)
	var failed [8]int
	for i := range failed {
		me := uint32(i)
		load.Add(func() error {
			body, n := books.Write(me, size)
			worked.Write(me, size)
			reply, err := req.Do(ctx, body)
			switch {
			case err == nil:
				books.Accept(me, n)
				worked.Accept(me, n)
				if len(reply) != size+1 || reply[size] != '!' {
					return fmt.Errorf("reply %q", reply)
				}
				if s, got := books.Read(0, reply[:size]); s != me || got != n {
					t.Errorf("request %d of %d got the reply to %d of %d", n, me, got, s)
				}
			case once && errors.Is(err, sp.ErrPeerGone):
				worked.Accept(me, n) // or not: see below
				failed[i]++
			default:
				return err
			}
			return nil
		})
	}
	for broken.Taken() < faults(30) {
		await(t, ctx, books, 50)
		broken.Try(1)
		if broken.Tried()%4 == 0 {
			ends.die()
			ends.add()
			broken.Took(1)
		} else {
			broken.Took(breakRandomly(p, req))
		}
	}
	load.End(ctx)
	req.Close()
	for len(ends.live) > 0 {
		ends.die()
	}
	kit.Join(t, ctx, "the readers", &ends.work)
	all := 0
	for _, n := range failed {
		all += n
	}
	books.Settle(t, ledger.Account{})
	// What failed may have been worked on or not: that is what is unknown.
	s := worked.Settle(t, ledger.Account{MostLost: all, Repeats: !once, MostBack: 1 << 30})
	if once && all == 0 || !once && s.Twice == 0 {
		t.Logf("no request was lost: %d failed, %d repeated", all, s.Twice)
	}
	st := req.Stats()
	if in, out := st.Traffic.MessagesIn, st.Received+st.Dropped.Late+st.Dropped.Foreign; in != out {
		t.Errorf("%d replies came: %d were taken, %+v dropped", in, st.Received, st.Dropped)
	}
	for _, r := range ends.dead {
		ledger.Conserved(t, "replier", r.Stats())
	}
}
