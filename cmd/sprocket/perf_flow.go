package main

import (
	"context"
	"fmt"

	"github.com/sprocketmq/sp"
)

// flow is a pair of protocols to measure. The near end sends.
type flow struct {
	name, text string
	// oneWay flows bring nothing back; asking ones only answers; lossy ones
	// drop what there is no room for.
	oneWay, asks, lossy bool
	near                func(*sp.Options) *near
	far                 func(*sp.Options) *far
}

// near is the end that sends.
type near struct {
	base
	wait func(context.Context, int) error
	send func(context.Context, []byte) error        // nil where flow.asks
	trip func(context.Context, []byte) (int, error) // nil where flow.oneWay
}

// far is the end that receives, and answers with what it got.
type far struct {
	base
	recv   func(context.Context) (*sp.Message, error) // nil where flow.asks
	answer func(context.Context) (int, error)         // nil where flow.oneWay
}

// flows; the first one is what nanomsg's and mangos's programs speak.
var flows = []*flow{
	{name: "pair", text: "Measure between two PAIR sockets; this is what is measured unless told otherwise.",
		near: func(o *sp.Options) *near { return nearBoth(sp.NewPair(o)) }, far: func(o *sp.Options) *far { return farBoth(sp.NewPair(o)) }},
	{name: "pair1", text: "Measure between two PAIR sockets of version 1.",
		near: func(o *sp.Options) *near { return nearBoth(sp.NewPair(version1(o))) }, far: func(o *sp.Options) *far { return farBoth(sp.NewPair(version1(o))) }},
	{name: "bus", lossy: true, text: "Measure between two BUS sockets.",
		near: func(o *sp.Options) *near { return nearBoth(sp.NewBus(o)) }, far: func(o *sp.Options) *far { return farBoth(sp.NewBus(o)) }},
	{name: "req", asks: true, text: "Measure from a REQ to a REP socket.", near: nearReq, far: func(o *sp.Options) *far { return farAnswers(sp.NewReplier(o)) }},
	{name: "surveyor", asks: true, text: "Measure from a SURVEYOR to a RESPONDENT socket.", near: nearSurveyor, far: func(o *sp.Options) *far { return farAnswers(sp.NewRespondent(o)) }},
	{name: "push", oneWay: true, text: "Measure from a PUSH to a PULL socket.",
		near: func(o *sp.Options) *near {
			s := sp.NewPusher(o)
			return &near{base: s, wait: s.WaitPeers, send: s.Send}
		},
		far: func(o *sp.Options) *far { s := sp.NewPuller(o); return &far{base: s, recv: s.RecvMessage} }},
	{name: "pub", oneWay: true, lossy: true, text: "Measure from a PUB to a SUB socket.",
		near: func(o *sp.Options) *near {
			s := sp.NewPublisher(o)
			return &near{base: s, wait: s.WaitPeers, send: s.Send}
		},
		far: farSub},
}

func version1(o *sp.Options) *sp.Options {
	c := *o
	c.PairVersion = 1
	return &c
}

// both is a socket that sends and receives.
type both interface {
	base
	WaitPeers(context.Context, int) error
	Send(context.Context, []byte) error
	SendMessage(context.Context, *sp.Message) error
	RecvMessage(context.Context) (*sp.Message, error)
}

func nearBoth(s both) *near {
	return &near{base: s, wait: s.WaitPeers, send: s.Send, trip: func(ctx context.Context, body []byte) (int, error) {
		if err := s.Send(ctx, body); err != nil {
			return 0, err
		}
		return taken(s.RecvMessage(ctx))
	}}
}

// taken is the size of a message that is of no further use.
func taken(m *sp.Message, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n := len(m.Body)
	m.Release()
	return n, nil
}

func farBoth(s both) *far {
	return &far{base: s, recv: s.RecvMessage, answer: func(ctx context.Context) (int, error) {
		m, err := s.RecvMessage(ctx)
		if err != nil {
			return 0, err
		}
		n := len(m.Body)
		return n, s.SendMessage(ctx, m)
	}}
}

func nearReq(o *sp.Options) *near {
	s := sp.NewRequester(o)
	return &near{base: s, wait: s.WaitPeers, trip: func(ctx context.Context, body []byte) (int, error) {
		b, err := s.Do(ctx, body)
		return len(b), err
	}}
}

func nearSurveyor(o *sp.Options) *near {
	s := sp.NewSurveyor(o)
	return &near{base: s, wait: s.WaitPeers, trip: func(ctx context.Context, body []byte) (int, error) {
		v, err := s.Start(sp.NewMessage(append([]byte(nil), body...)))
		if err != nil {
			return 0, err
		}
		defer v.Close()
		n, err := taken(v.Recv(ctx))
		if err != nil {
			err = fmt.Errorf("a survey has no answer: %w", err)
		}
		return n, err
	}}
}

func farAnswers(s interface {
	base
	Recv(context.Context) (*sp.Request, error)
}) *far {
	return &far{base: s, answer: func(ctx context.Context) (int, error) {
		q, err := s.Recv(ctx)
		if err != nil {
			return 0, err
		}
		return len(q.Body), q.Reply(ctx, q.Body)
	}}
}

func farSub(o *sp.Options) *far {
	c := *o
	// A measurement is not to lose what merely waits here.
	c.FullQueue = sp.WaitForRoom
	s := sp.NewSubscriber(&c)
	if err := s.Subscribe(""); err != nil {
		panic(err) // it is new and open
	}
	return &far{base: s, recv: s.RecvMessage}
}
