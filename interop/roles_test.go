package interop

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/pattern"
)

// A voice sends and receives bodies as a role does: a replier's out answers
// what its in received last. It is nil where the role has no such direction.
type voice struct {
	out func(context.Context, []byte) error
	in  func(context.Context) ([]byte, error)
}

func open(t testing.TB, role string, o *sp.Options) (anySocket, voice) {
	t.Helper()
	switch role {
	case "pair":
		s := sp.NewPair(o)
		return s, voice{s.Send, s.Recv}
	case "pair1":
		o.PairVersion = 1
		s := sp.NewPair(o)
		return s, voice{s.Send, s.Recv}
	case "push":
		s := sp.NewPusher(o)
		return s, voice{out: s.Send}
	case "pull":
		s := sp.NewPuller(o)
		return s, voice{in: s.Recv}
	case "pub":
		s := sp.NewPublisher(o)
		return s, voice{out: s.Send}
	case "sub":
		s := sp.NewSubscriber(o)
		check(t, "subscribe", s.Subscribe(""))
		return s, voice{in: s.Recv}
	case "bus":
		s := sp.NewBus(o)
		return s, voice{s.Send, s.Recv}
	case "req":
		s := sp.NewRequester(o)
		return s, asking(s)
	case "rep":
		s := sp.NewReplier(o)
		return s, answering(s.Recv)
	case "surveyor":
		s := sp.NewSurveyor(o)
		return s, surveying(s)
	case "respondent":
		s := sp.NewRespondent(o)
		return s, answering(s.Recv)
	}
	t.Fatalf("no such role: %s", role)
	return nil, voice{}
}

func asking(s *sp.Requester) voice {
	var call *sp.Call
	return voice{
		func(_ context.Context, b []byte) (err error) {
			call, err = s.Ask(sp.NewMessage(b), nil)
			return err
		},
		func(ctx context.Context) ([]byte, error) { return bodyOf(call.Reply(ctx)) },
	}
}

func answering(recv func(context.Context) (*sp.Request, error)) voice {
	var q *sp.Request
	return voice{
		func(ctx context.Context, b []byte) error { return q.Reply(ctx, b) },
		func(ctx context.Context) (_ []byte, err error) {
			if q, err = recv(ctx); err != nil {
				return nil, err
			}
			return q.Body, nil
		},
	}
}

// surveying gives up one survey when the next begins, as foreign sockets do.
func surveying(s *sp.Surveyor) voice {
	var survey *sp.Survey
	return voice{
		func(_ context.Context, b []byte) (err error) {
			if survey != nil {
				survey.Close()
			}
			survey, err = s.Start(sp.NewMessage(b))
			return err
		},
		func(ctx context.Context) ([]byte, error) { return bodyOf(survey.Recv(ctx)) },
	}
}

func bodyOf(m *sp.Message, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return m.Body, nil
}

var rawPatterns = map[string]pattern.Pattern{
	"pair": pattern.Pair, "pair1": pattern.Pair1, "bus": pattern.Bus,
	"push": pattern.Push, "pull": pattern.Pull,
	"pub": pattern.Pub, "sub": pattern.Sub,
	"req": pattern.Req, "rep": pattern.Rep,
	"surveyor": pattern.Surveyor, "respondent": pattern.Respondent,
}

// header is a stack as if the message had come through so many devices; for
// pair1, the number of hops it has made.
func header(role string, extra int) (h []byte) {
	if role == "pair1" {
		return binary.BigEndian.AppendUint32(nil, uint32(extra))
	}
	for i := range extra {
		h = binary.BigEndian.AppendUint32(h, 0x01020300+uint32(i))
	}
	return binary.BigEndian.AppendUint32(h, 0x80000001)
}
