package kit

import (
	"context"
	"encoding/binary"
	"sync/atomic"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Protocols are all of them, each with its raw pattern.
var Protocols = []pattern.Pattern{
	pattern.Pair, pattern.Pair1, pattern.Push, pattern.Pull, pattern.Pub, pattern.Sub,
	pattern.Req, pattern.Rep, pattern.Surveyor, pattern.Respondent, pattern.Bus,
}

// Other is the pattern at the other end of p's connections.
func Other(p pattern.Pattern) pattern.Pattern {
	for _, o := range Protocols {
		if o.Self == p.Peer {
			return o
		}
	}
	panic("no counterpart of " + p.Name)
}

// Begins tells whether, of the two ends of a protocol, it is this one that
// sends first; of two that are alike, the one that dials.
func Begins(p pattern.Pattern) bool {
	switch p.Self {
	case wire.Push.Self, wire.Pub.Self, wire.Req.Self, wire.Surveyor.Self:
		return true
	}
	return false
}

// Party is one side of honest traffic: a socket, cooked or raw.
type Party struct {
	sptest.Socket
	// Send sends a body, of which an answer may come back; nil if this side
	// does not begin.
	Send func(ctx context.Context, body []byte) error
	// Listen does what its side does with what comes until ctx or the socket
	// ends: it answers requests, and passes everything else to got.
	Listen func(ctx context.Context, got func([]byte))
}

// NewParty makes a party. A cooked one is of the type that package sp has for
// the protocol.
func NewParty(p pattern.Pattern, raw bool, o *sp.Options) Party {
	if raw {
		return rawParty(p, o)
	}
	switch p.Self {
	case wire.Pair.Self, wire.Pair1.Self:
		v := *o
		v.PairVersion = int(p.Self & 1)
		s := sp.NewPair(&v)
		return Party{s, s.Send, each(s.Recv)}
	case wire.Push.Self:
		s := sp.NewPusher(o)
		return Party{s, s.Send, nothing}
	case wire.Pull.Self:
		s := sp.NewPuller(o)
		return Party{s, nil, each(s.Recv)}
	case wire.Pub.Self:
		s := sp.NewPublisher(o)
		return Party{s, s.Send, nothing}
	case wire.Sub.Self:
		s := sp.NewSubscriber(o)
		s.Subscribe("")
		return Party{s, nil, each(s.Recv)}
	case wire.Req.Self:
		return requester(sp.NewRequester(o))
	case wire.Rep.Self:
		s := sp.NewReplier(o)
		return Party{s, nil, echo(s.Serve)}
	case wire.Surveyor.Self:
		return surveyor(sp.NewSurveyor(o))
	case wire.Respondent.Self:
		s := sp.NewRespondent(o)
		return Party{s, nil, echo(s.Serve)}
	case wire.Bus.Self:
		s := sp.NewBus(o)
		return Party{s, s.Send, each(s.Recv)}
	}
	panic("no socket for " + p.Name)
}

func nothing(ctx context.Context, _ func([]byte)) { <-ctx.Done() }

func each(recv func(context.Context) ([]byte, error)) func(context.Context, func([]byte)) {
	return func(ctx context.Context, got func([]byte)) {
		for {
			body, err := recv(ctx)
			if err != nil {
				return
			}
			got(body)
		}
	}
}

func echo(serve func(context.Context, sp.Handler) error) func(context.Context, func([]byte)) {
	return func(ctx context.Context, _ func([]byte)) {
		serve(ctx, func(ctx context.Context, q *sp.Request) { q.Reply(ctx, q.Body) })
	}
}

// answers collects what the calls of a requester or surveyor bring.
type answers struct {
	begun chan struct{}
	got   func([]byte) // set when begun is closed
}

func newAnswers() *answers { return &answers{begun: make(chan struct{})} }

func (a *answers) listen(ctx context.Context, got func([]byte)) {
	a.got = got
	close(a.begun)
	<-ctx.Done()
}

func (a *answers) add(wait func() (*sp.Message, error)) {
	go func() {
		if m, err := wait(); err == nil {
			<-a.begun
			a.got(m.Body)
		}
	}()
}

func requester(s *sp.Requester) Party {
	a := newAnswers()
	return Party{s, func(ctx context.Context, body []byte) error {
		call, err := s.Ask(sp.NewMessage(body), nil)
		if err == nil {
			a.add(func() (*sp.Message, error) {
				defer call.Cancel()
				return call.Reply(ctx)
			})
		}
		return err
	}, a.listen}
}

func surveyor(s *sp.Surveyor) Party {
	a := newAnswers()
	return Party{s, func(ctx context.Context, body []byte) error {
		v, err := s.Start(sp.NewMessage(body))
		if err == nil {
			a.add(func() (*sp.Message, error) {
				defer v.Close()
				return v.Recv(ctx)
			})
		}
		return err
	}, a.listen}
}

// rawParty makes and reads the headers itself.
func rawParty(p pattern.Pattern, o *sp.Options) Party {
	s := sp.NewRaw(p, o)
	party := Party{Socket: s, Listen: nothing}
	answers := p.Self == wire.Rep.Self || p.Self == wire.Respondent.Self
	if p.Sends && !answers {
		var id atomic.Uint32
		party.Send = func(ctx context.Context, body []byte) error {
			m := sp.NewMessage(append([]byte(nil), body...))
			if Begins(p) && p.Receives {
				m.Header = binary.BigEndian.AppendUint32(nil, wire.RequestBit|id.Add(1))
			}
			return s.SendMessage(ctx, m)
		}
	}
	if p.Receives {
		party.Listen = func(ctx context.Context, got func([]byte)) {
			for {
				m, err := s.RecvMessage(ctx)
				if err != nil {
					return
				}
				if answers {
					s.SendMessage(ctx, m)
				} else {
					got(m.Body)
					m.Release()
				}
			}
		}
	}
	return party
}
