package main

import (
	"context"
	"errors"
	"io"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/pattern"
)

// openReq makes a socket with one request at a time: sending cancels the one
// before, and after its reply there is nothing to receive.
func openReq(o *opening) *socket {
	s := sp.NewRequester(o.options)
	var call *sp.Call
	done := func(m *sp.Message, err error) (*item, error) {
		if err == nil {
			call = nil
		}
		return wrap(m, err)
	}
	return &socket{
		base: s,
		send: func(_ context.Context, body []byte) (err error) {
			if call != nil {
				call.Cancel()
			}
			call, err = s.Ask(sp.NewMessage(clone(body)), nil)
			return err
		},
		recv: func(ctx context.Context) (*item, error) {
			if call == nil {
				return nil, errState
			}
			return done(call.Reply(ctx))
		},
		try: func() (*item, error) {
			if call == nil {
				return nil, errState
			}
			return done(call.TryReply())
		},
		giveUp: func() {
			if call != nil {
				call.Cancel()
			}
		},
	}
}

// openSurveyor makes a socket with one survey at a time. Its end shows once as
// a timeout, after that there is nothing to receive.
func openSurveyor(o *opening) *socket {
	s := sp.NewSurveyor(o.options)
	var survey *sp.Survey
	end := func(m *sp.Message, err error) (*item, error) {
		if errors.Is(err, io.EOF) {
			survey = nil
			err = context.DeadlineExceeded
		}
		return wrap(m, err)
	}
	return &socket{
		base:  s,
		lossy: true,
		send: func(_ context.Context, body []byte) (err error) {
			if survey != nil {
				survey.Close()
			}
			survey, err = s.Start(sp.NewMessage(clone(body)))
			return err
		},
		recv: func(ctx context.Context) (*item, error) {
			if survey == nil {
				return nil, errState
			}
			return end(survey.Recv(ctx))
		},
		try: func() (*item, error) {
			if survey == nil {
				return nil, errState
			}
			return end(survey.TryRecv())
		},
		giveUp: func() {
			if survey != nil {
				survey.Close()
			}
		},
	}
}

func openRep(o *opening) *socket        { return openRaw(pattern.Rep, o) }
func openRespondent(o *opening) *socket { return openRaw(pattern.Respondent, o) }

// openRaw makes a socket that answers. It is a raw one because that shows the
// header of what comes; the answer goes back with the same.
func openRaw(p pattern.Pattern, o *opening) *socket {
	s := sp.NewRaw(p, o.options)
	add := func(it *item, err error) (*item, error) {
		if err == nil {
			it.answer = func(ctx context.Context, body []byte) error {
				m := &sp.Message{Header: it.header, Body: clone(body)}
				if expired(ctx) {
					return now(s.TrySend(m))
				}
				return s.SendMessage(ctx, m)
			}
		}
		return it, err
	}
	return &socket{
		base: s,
		recv: func(ctx context.Context) (*item, error) { return add(wrap(s.RecvMessage(ctx))) },
		try:  func() (*item, error) { return add(wrap(s.TryRecv())) },
	}
}

// clone copies what is given away with a message and needed again.
func clone(b []byte) []byte { return append([]byte(nil), b...) }
