package sp_test

import (
	"context"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
)

// kind is a protocol, by its two kinds of socket and what they say to each
// other.
type kind struct {
	name string
	// header is how many bytes of header a message has on the wire.
	header int
	// make makes both sockets and a function that moves a body from the
	// first to the second one and, where the protocol allows, back.
	make func(o *sp.Options) (a, b sptest.Socket, move mover)
}

type mover func(t testing.TB, ctx context.Context, body []byte)

type sender interface {
	Send(context.Context, []byte) error
}

type receiver interface {
	Recv(context.Context) ([]byte, error)
}

// one moves a body one way.
func one(a sender, b receiver) mover {
	return func(t testing.TB, ctx context.Context, body []byte) {
		t.Helper()
		if err := a.Send(ctx, body); err != nil {
			t.Fatal(err)
		}
		got, err := b.Recv(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "received", got, body)
		if cap(got) != len(got) {
			t.Fatalf("received %d bytes with a capacity of %d", len(got), cap(got))
		}
	}
}

// both moves a body there and back.
func both(there, back mover) mover {
	return func(t testing.TB, ctx context.Context, body []byte) {
		t.Helper()
		there(t, ctx, body)
		back(t, ctx, body)
	}
}

type answerer interface {
	Recv(context.Context) (*sp.Request, error)
}

// answered makes an answerer send back what it received.
func answered(t testing.TB, ctx context.Context, b answerer, body []byte) {
	t.Helper()
	q, err := b.Recv(ctx)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "request", q.Body, body)
	if err := q.Reply(ctx, q.Body); err != nil {
		t.Fatal(err)
	}
}

func ask(req *sp.Requester, rep answerer) mover {
	return func(t testing.TB, ctx context.Context, body []byte) {
		t.Helper()
		call, err := req.Ask(sp.NewMessage(append([]byte(nil), body...)), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer call.Cancel()
		answered(t, ctx, rep, body)
		m, err := call.Reply(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "reply", m.Body, body)
		m.Release()
	}
}

func survey(s *sp.Surveyor, r answerer) mover {
	return func(t testing.TB, ctx context.Context, body []byte) {
		t.Helper()
		v, err := s.Start(sp.NewMessage(append([]byte(nil), body...)))
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		answered(t, ctx, r, body)
		m, err := v.Recv(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "answer", m.Body, body)
		m.Release()
	}
}

func version1(o *sp.Options) *sp.Options {
	var v sp.Options
	if o != nil {
		v = *o
	}
	v.PairVersion = 1
	return &v
}

// kinds are the typed sockets.
var kinds = []kind{
	{"pair", 0, func(o *sp.Options) (a, b sptest.Socket, move mover) {
		p, q := sp.NewPair(o), sp.NewPair(o)
		return p, q, both(one(p, q), one(q, p))
	}},
	{"pair1", 4, func(o *sp.Options) (a, b sptest.Socket, move mover) {
		p, q := sp.NewPair(version1(o)), sp.NewPair(version1(o))
		return p, q, both(one(p, q), one(q, p))
	}},
	{"pushpull", 0, func(o *sp.Options) (a, b sptest.Socket, move mover) {
		p, q := sp.NewPusher(o), sp.NewPuller(o)
		return p, q, one(p, q)
	}},
	{"pubsub", 0, func(o *sp.Options) (a, b sptest.Socket, move mover) {
		p, q := sp.NewPublisher(o), sp.NewSubscriber(o)
		q.Subscribe("")
		return p, q, one(p, q)
	}},
	{"bus", 0, func(o *sp.Options) (a, b sptest.Socket, move mover) {
		p, q := sp.NewBus(o), sp.NewBus(o)
		return p, q, both(one(p, q), one(q, p))
	}},
	{"reqrep", 4, func(o *sp.Options) (a, b sptest.Socket, move mover) {
		p, q := sp.NewRequester(o), sp.NewReplier(o)
		return p, q, ask(p, q)
	}},
	{"survey", 4, func(o *sp.Options) (a, b sptest.Socket, move mover) {
		p, q := sp.NewSurveyor(o), sp.NewRespondent(o)
		return p, q, survey(p, q)
	}},
}

// raws are the raw ones, which talk to each other as devices do.
var raws = []kind{
	rawKind("pair", 0, pattern.Pair, pattern.Pair),
	rawKind("pair1", 4, pattern.Pair1, pattern.Pair1),
	rawKind("pushpull", 0, pattern.Push, pattern.Pull),
	rawKind("pubsub", 0, pattern.Pub, pattern.Sub),
	rawKind("bus", 0, pattern.Bus, pattern.Bus),
	rawKind("reqrep", 4, pattern.Req, pattern.Rep),
	rawKind("survey", 4, pattern.Surveyor, pattern.Respondent),
}

func rawKind(name string, header int, p, q pattern.Pattern) kind {
	return kind{"raw " + name, header, func(o *sp.Options) (sptest.Socket, sptest.Socket, mover) {
		a, b := sp.NewRaw(p, o), sp.NewRaw(q, o)
		asks := p.Self == pattern.Req.Self || p.Self == pattern.Surveyor.Self
		return a, b, func(t testing.TB, ctx context.Context, body []byte) {
			t.Helper()
			m := sp.NewMessage(append([]byte(nil), body...))
			if asks {
				m.Header = []byte{0x80, 1, 2, 3}
			}
			if err := a.SendMessage(ctx, m); err != nil {
				t.Fatal(err)
			}
			m, err := b.RecvMessage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			check(t, "received", m.Body, body)
			if !asks {
				return
			}
			if err := b.SendMessage(ctx, m); err != nil {
				t.Fatal(err)
			}
			if m, err = a.RecvMessage(ctx); err != nil {
				t.Fatal(err)
			}
			check(t, "answer's header", m.Header, []byte{0x80, 1, 2, 3})
			check(t, "answer", m.Body, body)
		}
	}}
}
