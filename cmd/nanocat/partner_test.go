package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/cmd/internal/cerror"
)

// partner is what the program under test talks to: a socket in this process,
// which knows when somebody is connected and what has come.
type partner struct {
	base
	url  string
	send func(context.Context, string) error
	// recv returns the next message, and answers it with answer where the
	// type does that.
	recv func(ctx context.Context, answer string) (string, error)
	wait func(context.Context, int) error
}

// newPartner makes a socket of a type. It listens on any port, or dials.
func newPartner(t *testing.T, kind, dial string) *partner {
	t.Helper()
	p := &partner{}
	o := &sp.Options{}
	type waiter interface {
		WaitPeers(context.Context, int) error
	}
	sends := func(s sender) {
		p.send = func(ctx context.Context, b string) error { return s.Send(ctx, []byte(b)) }
	}
	receives := func(s receiver) {
		p.recv = func(ctx context.Context, _ string) (string, error) {
			m, err := s.RecvMessage(ctx)
			if err != nil {
				return "", err
			}
			return string(m.Body), nil
		}
	}
	answers := func(s interface {
		Recv(context.Context) (*sp.Request, error)
	}) {
		p.recv = func(ctx context.Context, answer string) (string, error) {
			q, err := s.Recv(ctx)
			if err != nil {
				return "", err
			}
			return string(q.Body), q.Reply(ctx, []byte(answer))
		}
	}
	switch kind {
	case "push":
		s := sp.NewPusher(o)
		p.base = s
		sends(s)
	case "pull":
		s := sp.NewPuller(o)
		p.base = s
		receives(s)
	case "pub":
		s := sp.NewPublisher(o)
		p.base = s
		sends(s)
	case "sub":
		s := sp.NewSubscriber(o)
		s.Subscribe("")
		p.base = s
		receives(s)
	case "bus":
		s := sp.NewBus(o)
		p.base = s
		sends(s)
		receives(s)
	case "pair":
		s := sp.NewPair(o)
		p.base = s
		sends(s)
		receives(s)
	case "req":
		s := sp.NewRequester(o)
		p.base = s
		var call *sp.Call
		p.send = func(_ context.Context, b string) (err error) {
			call, err = s.Ask(sp.NewMessage([]byte(b)), nil)
			return err
		}
		p.recv = func(ctx context.Context, _ string) (string, error) {
			m, err := call.Reply(ctx)
			if err != nil {
				return "", err
			}
			return string(m.Body), nil
		}
	case "surveyor":
		s := sp.NewSurveyor(o)
		p.base = s
		var survey *sp.Survey
		p.send = func(_ context.Context, b string) (err error) {
			survey, err = s.Start(sp.NewMessage([]byte(b)))
			return err
		}
		p.recv = func(ctx context.Context, _ string) (string, error) {
			m, err := survey.Recv(ctx)
			if err != nil {
				return "", err
			}
			return string(m.Body), nil
		}
	case "rep":
		s := sp.NewReplier(o)
		p.base = s
		answers(s)
	case "respondent":
		s := sp.NewRespondent(o)
		p.base = s
		answers(s)
	default:
		t.Fatalf("no partner of type %q", kind)
	}
	p.wait = p.base.(waiter).WaitPeers
	t.Cleanup(func() { p.Close() })
	var ep *sp.Endpoint
	var err error
	if dial != "" {
		ep, err = p.DialWith(dial, nil)
	} else {
		ep, err = p.ListenWith("tcp://127.0.0.1:0", nil)
	}
	if err != nil {
		t.Fatal(cerror.Text(err))
	}
	p.url = ep.Addr()
	return p
}

// port is that of the partner's address.
func (p *partner) port() string { return p.url[strings.LastIndexByte(p.url, ':')+1:] }

// collect receives n messages.
func (p *partner) collect(ctx context.Context, n int, answer string) (string, error) {
	var b strings.Builder
	for i := range n {
		m, err := p.recv(ctx, answer)
		if err != nil {
			return b.String(), fmt.Errorf("message %d of %d: %w", i+1, n, err)
		}
		fmt.Fprintf(&b, "%q\n", m)
	}
	return b.String(), nil
}
