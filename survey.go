package sp

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Surveyor asks all Respondents at once and collects what they answer until a
// deadline, Options.SurveyTime. Any number of surveys may run at once. It never
// waits to send: who has no room is not asked, which is counted.
type Surveyor struct {
	Socket
	surveys *surveys
}

// NewSurveyor makes a Surveyor. Nil options are the defaults.
func NewSurveyor(o *Options) *Surveyor {
	p := pattern.Pattern{Protocol: wire.Surveyor, Sends: true, Receives: true, New: newSurveys}
	e := newSocket(p, o)
	return &Surveyor{makeSocket(e), e.Router().(*surveys)}
}

// Survey asks, when ranging starts, and yields answers as they come. It ends
// silently at the survey's deadline, or with the one error it yields: the
// context's, or net.ErrClosed.
func (s *Surveyor) Survey(ctx context.Context, question []byte) iter.Seq2[*Message, error] {
	return func(yield func(*Message, error) bool) {
		m := &Message{}
		m.Borrow(question)
		v, err := s.start(ctx, m)
		if err != nil {
			yield(nil, err)
			return
		}
		defer v.Close()
		for {
			answer, err := v.Recv(ctx)
			if errors.Is(err, io.EOF) || !yield(answer, err) || err != nil {
				return
			}
		}
	}
}

// Start asks, and does not wait for answers. It takes m over if and only if it
// returns nil. The survey ends at its deadline or by Close.
func (s *Surveyor) Start(m *Message) (*Survey, error) {
	v, err := s.start(context.Background(), m.Used())
	if err == nil {
		m.Taken()
	}
	return v, err
}

func (s *Surveyor) start(ctx context.Context, m *Message) (*Survey, error) {
	e := s.Socket.e
	if err := e.Start(ctx, "survey"); err != nil {
		return nil, err
	}
	n := len(m.Body)
	v, err := s.surveys.ask(m)
	if err != nil {
		return nil, err
	}
	v.e = e
	e.CountSent(n)
	return v, nil
}

// Respondent answers Surveyors. It receives surveys of all its peers, those that
// have sent taking turns, and may answer them in any order.
type Respondent struct{ answerer }

// NewRespondent makes a Respondent. Nil options are the defaults.
func NewRespondent(o *Options) *Respondent { return &Respondent{newAnswerer(wire.Respondent, o)} }
