package sp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/pattern"
)

func startSurvey(t testing.TB, s *sp.Surveyor, body string) *sp.Survey {
	t.Helper()
	v, err := s.Start(sp.NewMessage([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// Every respondent is asked, and the answers of surveys that run at once do not
// mix.
func TestSurveysAtOnce(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		s := open(t, sp.NewSurveyor(&sp.Options{SurveyTime: -1}))
		all := many(t, ctx, s, road, 3, func() *sp.Respondent { return sp.NewRespondent(nil) })
		surveys := []*sp.Survey{startSurvey(t, s, "one"), startSurvey(t, s, "two")}
		for i, r := range all {
			first, second := request(t, ctx, r), request(t, ctx, r)
			for _, q := range []*sp.Request{second, first} {
				if err := q.Reply(ctx, fmt.Appendf(nil, "%s %d", q.Body, i)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i, v := range surveys {
			var got []string
			for range all {
				m, err := v.Recv(ctx)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(m.Body))
				if sp.PeerOf(m) == nil {
					t.Error("an answer of nobody")
				}
			}
			slices.Sort(got)
			name := []string{"one", "two"}[i]
			if want := []string{name + " 0", name + " 1", name + " 2"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if _, err := v.TryRecv(); err != sp.ErrWouldBlock {
				t.Errorf("after all answers: %v", err)
			}
		}
	})
}

// A survey that was closed, or whose loop was left, gets no answers any more:
// they are late, and show up nowhere.
func TestStaleAnswers(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		s, r := open(t, sp.NewSurveyor(&sp.Options{SurveyTime: -1})), open(t, sp.NewRespondent(nil))
		link(t, ctx, r, s, road)
		closed := startSurvey(t, s, "closed")
		closed.Close()
		if _, err := closed.Recv(ctx); err != io.EOF {
			t.Errorf("a closed survey: %v", err)
		}
		stale := request(t, ctx, r)
		next := startSurvey(t, s, "next")
		fresh := request(t, ctx, r)
		for _, q := range []*sp.Request{stale, fresh} {
			if err := q.Reply(ctx, q.Body); err != nil {
				t.Fatal(err)
			}
		}
		m, err := next.Recv(ctx)
		if err != nil || string(m.Body) != "next" {
			t.Errorf("got %v, %v", m, err)
		}
		if d := s.Stats().Dropped; d.Late != 1 || d.Total() != 1 {
			t.Errorf("dropped %+v", d)
		}
		next.Close()
		for range 2 { // the second must not get what the first left
			done := make(chan struct{})
			go func() {
				defer close(done)
				if q, err := r.Recv(ctx); err == nil {
					q.Reply(ctx, []byte("x"))
				}
			}()
			for m, err := range s.Survey(ctx, []byte("left")) {
				if err != nil || string(m.Body) != "x" {
					t.Errorf("got %v, %v", m, err)
				}
				break
			}
			<-done
		}
	})
}

// Who came when the question had been sent can't answer it.
func TestForeignAnswer(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		s := open(t, sp.NewSurveyor(&sp.Options{SurveyTime: -1}))
		asked, other := open(t, sp.NewRaw(pattern.Respondent, nil)), open(t, sp.NewRaw(pattern.Respondent, nil))
		link(t, ctx, asked, s, road)
		v := startSurvey(t, s, "x")
		m, err := asked.RecvMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		link(t, ctx, other, s, road)
		sendRaw(t, ctx, other, append(peerWord(other.Peers()[0]), m.Header[4:]...), "forged")
		until(t, ctx, "a foreign answer", func() bool { return s.Stats().Dropped.Foreign == 1 })
		m.Body = []byte("true")
		if err := asked.SendMessage(ctx, m); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Recv(ctx); err != nil || string(got.Body) != "true" {
			t.Errorf("got %v, %v", got, err)
		}
		if d := s.Stats().Dropped; d.Total() != 1 {
			t.Errorf("dropped %+v", d)
		}
	})
}

// A range over a survey ends with one error: the context's or net.ErrClosed.
func TestSurveyErrors(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		for _, end := range []string{"context", "close"} {
			s, r := open(t, sp.NewSurveyor(&sp.Options{SurveyTime: -1})), open(t, sp.NewRespondent(nil))
			link(t, ctx, r, s, road)
			ctx, cancel := context.WithCancelCause(ctx)
			go func() {
				q, err := r.Recv(context.Background())
				if err == nil {
					q.Reply(context.Background(), []byte("x"))
				}
			}()
			n, errs := 0, []error(nil)
			for _, err := range s.Survey(ctx, []byte("?")) {
				if err != nil {
					errs = append(errs, err)
					continue
				}
				n++
				if end == "context" {
					cancel(errOurs)
				} else {
					s.Close()
				}
			}
			cancel(nil)
			want := map[string]error{"context": errOurs, "close": net.ErrClosed}[end]
			if n != 1 || len(errs) != 1 || !errors.Is(errs[0], want) {
				t.Errorf("ended by %s: %d answers, errors %v", end, n, errs)
			}
			r.Close()
		}
	})
}

// A surveyor never waits for who does not answer, nor for who answers too much:
// a respondent's answers that nobody takes are limited, and counted.
func TestSurveyQueue(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		s := open(t, sp.NewSurveyor(&sp.Options{SurveyTime: -1, RecvQueue: 2}))
		r := open(t, sp.NewRaw(pattern.Respondent, nil))
		link(t, ctx, r, s, road)
		v := startSurvey(t, s, "?")
		q, err := r.RecvMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			sendRaw(t, ctx, r, bytes.Clone(q.Header), fmt.Sprint(i))
		}
		until(t, ctx, "three drops", func() bool { return s.Stats().Dropped.QueueFull == 3 })
		if n := s.Stats().Waiting; n != 2 {
			t.Errorf("%d answers wait", n)
		}
		for i := range 2 {
			m, err := v.Recv(ctx)
			if err != nil || string(m.Body) != fmt.Sprint(i) {
				t.Errorf("got %v, %v", m, err)
			}
		}
		sendRaw(t, ctx, r, bytes.Clone(q.Header), "5")
		m, err := v.Recv(ctx)
		if err != nil || string(m.Body) != "5" {
			t.Errorf("with room again: got %v, %v", m, err)
		}
	})
}
