package sp_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
)

// A survey ends at its deadline: silently in a range, with io.EOF else. What
// came in time is given out all the same, what comes later is late, and does not
// show up in the next survey.
func TestSurveyDeadline(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		for _, c := range []struct{ set, is time.Duration }{{0, time.Second}, {7 * time.Second, 7 * time.Second}} {
			s := open(t, sp.NewSurveyor(&sp.Options{SurveyTime: c.set}))
			r := open(t, sp.NewRespondent(nil))
			link(t, ctx, r, s, road)
			late := make(chan *sp.Request, 1)
			go func() {
				q, err := r.Recv(ctx)
				if err != nil {
					return
				}
				time.Sleep(c.is / 2)
				q.Reply(ctx, []byte("in time"))
				if q, err = r.Recv(ctx); err == nil {
					late <- q
				}
			}()
			began, got := time.Now(), ""
			for m, err := range s.Survey(ctx, []byte("1")) {
				if err != nil {
					t.Error(err)
					break
				}
				got += string(m.Body) + time.Since(began).String()
			}
			if want := "in time" + (c.is / 2).String(); got != want || time.Since(began) != c.is {
				t.Errorf("got %q until %v, want %q until %v", got, time.Since(began), want, c.is)
			}

			began = time.Now()
			v := startSurvey(t, s, "2")
			stale := <-late
			if _, err := v.Recv(ctx); err != io.EOF || time.Since(began) != c.is {
				t.Errorf("without an answer: %v after %v", err, time.Since(began))
			}
			third := startSurvey(t, s, "3")
			fresh := request(t, ctx, r)
			for _, q := range []*sp.Request{stale, fresh} {
				if err := q.Reply(ctx, q.Body); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(c.is + 1) // the answer waits, the deadline passes
			m, err := third.Recv(ctx)
			if err != nil || string(m.Body) != "3" {
				t.Errorf("got %v, %v", m, err)
			}
			if _, err := third.Recv(ctx); err != io.EOF {
				t.Errorf("then: %v", err)
			}
			if d := s.Stats().Dropped; d.Late != 1 || d.Total() != 1 {
				t.Errorf("dropped %+v", d)
			}
			s.Close()
			r.Close()
		}
	})
}

// Negative is until the survey is closed.
func TestSurveyWithoutDeadline(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		s := open(t, sp.NewSurveyor(&sp.Options{SurveyTime: -1}))
		v := startSurvey(t, s, "?")
		time.Sleep(100 * time.Hour)
		if _, err := v.TryRecv(); err != sp.ErrWouldBlock {
			t.Errorf("after a hundred hours: %v", err)
		}
	})
}

// Nobody is asked: the survey runs all the same, and that is counted.
func TestSurveyOfNobody(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, _ road) {
		s, began := open(t, sp.NewSurveyor(nil)), time.Now()
		for _, err := range s.Survey(ctx, []byte("?")) {
			t.Errorf("an answer, or %v", err)
		}
		if st := s.Stats(); st.Dropped.NoPeer != 1 || st.Sent != 1 || time.Since(began) != time.Second {
			t.Errorf("after %v: %+v", time.Since(began), st)
		}
	})
}
