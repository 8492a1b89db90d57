package ledger_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
	"github.com/sprocketmq/sp/stress/proxy"
)

// Surveys that some respondents answer in time, some when it is over, some never,
// and some while they lose their connection: what was answered was received or is
// counted as late.
func TestSurveys(t *testing.T) {
	eachRoad(t, func(t *testing.T, ctx context.Context, road string) {
		surveys := kit.Pick(100, 2000)
		late := kit.Count(t, "late answers", surveys/2)
		s := sptest.Open(t, sp.NewSurveyor(&sp.Options{SurveyTime: time.Hour}))
		addr, p := between(t, road, listen(t, s, road))
		var ends [4]*sp.Respondent
		for i := range ends {
			ends[i] = sptest.Open(t, sp.NewRespondent(nil))
			dial(t, ends[i], road, addr)
		}
		books := ledger.New()
		cut := 0
		gone := map[uint32]bool{} // peers whose connection is cut, though they may not know yet
		for n := range surveys {
			sptest.Until(t, ctx, "peers that are there", func() bool {
				now := s.Peers()
				return len(now) == len(ends) && !slices.ContainsFunc(now, func(p *sp.Peer) bool { return gone[p.ID()] })
			})
			v, err := s.Start(sp.NewMessage([]byte{byte(n)}))
			if err != nil {
				t.Fatal(err)
			}
			var asked []*sp.Request
			for _, r := range ends[:3] { // the last never answers
				q, err := r.Recv(ctx)
				if err != nil {
					t.Fatal(err)
				}
				asked = append(asked, q)
			}
			before := answer(t, ctx, books, asked[0])
			if n%10 == 9 { // this answer may be lost with its connection
				before += answer(t, ctx, books, asked[1])
				ends[3].Close() // what it never answered does not hold it up
				for _, peer := range s.Peers() {
					gone[peer.ID()] = true
				}
				if p != nil {
					cut += p.Break(proxy.Reset)
				} else {
					for _, peer := range s.Peers() {
						peer.Close()
					}
				}
			} else {
				for range before {
					m, err := v.Recv(ctx)
					if err != nil {
						t.Fatal(err)
					}
					books.Read(sp.PeerOf(m).ID(), m.Body)
				}
			}
			v.Close()
			if _, err := v.Recv(ctx); !errors.Is(err, io.EOF) {
				t.Errorf("a closed survey gave %v", err)
			}
			was := s.Stats()
			if n%10 != 9 {
				late.Try(1)
				answer(t, ctx, books, asked[2])
				sptest.Until(t, ctx, "the late answer", func() bool { return s.Stats().Dropped.Late == was.Dropped.Late+1 })
				late.Took(1)
			} else {
				ends[3] = sptest.Open(t, sp.NewRespondent(nil))
				dial(t, ends[3], road, addr)
			}
		}
		s.Close()
		for _, r := range ends {
			r.Close()
		}
		st := s.Stats()
		books.Settle(t, ledger.Account{Dropped: int(st.Dropped.Total()) - int(st.Dropped.NoPeer), MostLost: 2 * max(cut, 1) * len(ends)})
		if in, out := st.Traffic.MessagesIn, st.Received+st.Dropped.Late+st.Dropped.Closed; in != out {
			t.Errorf("%d answers came: %d were received, %+v dropped", in, st.Received, st.Dropped)
		}
	})
}

// answer answers a request with a number of its own, and tells whether it could.
func answer(t *testing.T, ctx context.Context, books *ledger.Ledger, q *sp.Request) int {
	t.Helper()
	body, n := books.Write(0, size)
	err := q.Reply(ctx, body)
	switch {
	case err == nil:
		books.Accept(0, n)
		return 1
	case !errors.Is(err, sp.ErrPeerGone):
		t.Error(err)
	}
	return 0
}
