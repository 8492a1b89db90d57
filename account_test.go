package sp_test

import (
	"context"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
)

// What is dropped of a peer that has gone is counted all the same.
func TestDropsAfterThePeer(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pub, sub := open(t, sp.NewPublisher(nil)), open(t, sp.NewSubscriber(nil))
		sub.Subscribe("a")
		link(t, ctx, sub, pub, road)
		send(t, ctx, pub, "a1", "a2", "a3")
		until(t, ctx, "three messages", func() bool { return sub.Stats().Waiting == 3 })
		pub.Close()
		until(t, ctx, "no peer", func() bool { return len(sub.Peers()) == 0 })
		sub.Unsubscribe("a")
		if d := sub.Stats().Dropped; d.Unwanted != 3 || d.Total() != 3 {
			t.Errorf("dropped %+v, want 3 unwanted", d)
		}
	})
}

// A reply that came and was not taken when its call was cancelled counts as late.
func TestCancelledReplyIsCounted(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
		link(t, ctx, rep, req, road)
		call, err := req.Ask(sp.NewMessage([]byte("x")), nil)
		if err != nil {
			t.Fatal(err)
		}
		q, err := rep.Recv(ctx)
		if err == nil {
			err = q.Reply(ctx, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		until(t, ctx, "the reply", func() bool { return req.Stats().Traffic.MessagesIn == 1 })
		call.Cancel()
		until(t, ctx, "the count", func() bool { return req.Stats().Dropped.Late == 1 })
	})
}

// Answers that came in time and that nobody receives are counted: as late when
// their survey is closed, as closed when the socket is. Until then they wait, also
// when the survey has ended.
func TestAnswersLeftOverAreCounted(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*sp.Surveyor, *sp.Survey)
		want sp.Drops
	}{
		{"survey", func(_ *sp.Surveyor, v *sp.Survey) { v.Close() }, sp.Drops{Late: 2}},
		{"socket", func(s *sp.Surveyor, v *sp.Survey) { s.Close() }, sp.Drops{Closed: 2}},
		{"socket, then survey", func(s *sp.Surveyor, v *sp.Survey) { s.Close(); v.Close() }, sp.Drops{Closed: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
				s := open(t, sp.NewSurveyor(nil))
				var answer [3]*sp.Respondent
				for i := range answer {
					r := open(t, sp.NewRespondent(nil))
					link(t, ctx, s, r, road)
					answer[i] = r
				}
				v, err := s.Start(sp.NewMessage([]byte("x")))
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range answer {
					q, err := r.Recv(ctx)
					if err == nil {
						err = q.Reply(ctx, []byte("yes"))
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				until(t, ctx, "the answers", func() bool { return s.Stats().Waiting == 3 })
				if _, err := v.TryRecv(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute) // the survey has ended
				if n := s.Stats().Waiting; n != 2 {
					t.Errorf("%d answers wait, want 2", n)
				}
				c.end(s, v)
				if st := s.Stats(); st.Dropped != c.want || st.Waiting != 0 {
					t.Errorf("%+v dropped, %d wait", st.Dropped, st.Waiting)
				}
				if _, err := v.TryRecv(); err == nil {
					t.Error("an answer that was dropped is received")
				}
			})
		})
	}
}
