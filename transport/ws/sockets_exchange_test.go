package ws_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
)

// A pairing is two sockets and how a body goes from the first to the second,
// and back where it can.
type pairing struct {
	name string
	open func(o *sp.Options) (a, b listener, move func(context.Context, []byte) ([]byte, error))
}

type sender interface {
	Send(context.Context, []byte) error
}

type receiver interface {
	Recv(context.Context) ([]byte, error)
}

func way(a sender, b receiver) func(context.Context, []byte) ([]byte, error) {
	return func(ctx context.Context, body []byte) ([]byte, error) {
		if err := a.Send(ctx, body); err != nil {
			return nil, err
		}
		return b.Recv(ctx)
	}
}

func there(a, b interface {
	sender
	receiver
}) func(context.Context, []byte) ([]byte, error) {
	return func(ctx context.Context, body []byte) ([]byte, error) {
		got, err := way(a, b)(ctx, body)
		if err != nil {
			return nil, err
		}
		return way(b, a)(ctx, got)
	}
}

type answerer interface {
	Recv(context.Context) (*sp.Request, error)
}

func answer(ctx context.Context, b answerer) error {
	q, err := b.Recv(ctx)
	if err != nil {
		return err
	}
	return q.Reply(ctx, q.Body)
}

var pairings = []pairing{
	{"pair", func(o *sp.Options) (listener, listener, func(context.Context, []byte) ([]byte, error)) {
		a, b := sp.NewPair(o), sp.NewPair(o)
		return a, b, there(a, b)
	}},
	{"pair1", func(o *sp.Options) (listener, listener, func(context.Context, []byte) ([]byte, error)) {
		v := *o
		v.PairVersion = 1
		a, b := sp.NewPair(&v), sp.NewPair(&v)
		return a, b, there(a, b)
	}},
	{"bus", func(o *sp.Options) (listener, listener, func(context.Context, []byte) ([]byte, error)) {
		a, b := sp.NewBus(o), sp.NewBus(o)
		return a, b, there(a, b)
	}},
	{"pipeline", func(o *sp.Options) (listener, listener, func(context.Context, []byte) ([]byte, error)) {
		a, b := sp.NewPusher(o), sp.NewPuller(o)
		return a, b, way(a, b)
	}},
	{"pubsub", func(o *sp.Options) (listener, listener, func(context.Context, []byte) ([]byte, error)) {
		a, b := sp.NewPublisher(o), sp.NewSubscriber(o)
		b.Subscribe("")
		return a, b, way(a, b)
	}},
	{"reqrep", func(o *sp.Options) (listener, listener, func(context.Context, []byte) ([]byte, error)) {
		a, b := sp.NewRequester(o), sp.NewReplier(o)
		return a, b, func(ctx context.Context, body []byte) ([]byte, error) {
			call, err := a.Ask(sp.NewMessage(bytes.Clone(body)), nil)
			if err != nil {
				return nil, err
			}
			if err := answer(ctx, b); err != nil {
				return nil, err
			}
			m, err := call.Reply(ctx)
			if err != nil {
				return nil, err
			}
			return m.Body, nil
		}
	}},
	{"survey", func(o *sp.Options) (listener, listener, func(context.Context, []byte) ([]byte, error)) {
		a, b := sp.NewSurveyor(o), sp.NewRespondent(o)
		return a, b, func(ctx context.Context, body []byte) ([]byte, error) {
			s, err := a.Start(sp.NewMessage(bytes.Clone(body)))
			if err != nil {
				return nil, err
			}
			defer s.Close()
			if err := answer(ctx, b); err != nil {
				return nil, err
			}
			m, err := s.Recv(ctx)
			if err != nil {
				return nil, err
			}
			return m.Body, nil
		}
	}},
}

// TestExchange moves bodies of sizes around all borders, in every protocol,
// with either side listening.
func TestExchange(t *testing.T) {
	sizes := []int{0, 1, 121, 125, 126, 4095, 16<<10 - 1, 16 << 10, 65531, 65532, 65535, 65536, 65537, 300_000}
	noise := make([]byte, 3<<20)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	for _, p := range pairings {
		for _, listens := range []string{"first listens", "second listens"} {
			t.Run(p.name+"/"+listens, func(t *testing.T) {
				each(t, func(t *testing.T, ctx context.Context, r road) {
					o := &sp.Options{}
					o.MaxSize = 4 << 20
					a, b, move := p.open(o)
					sptest.Open(t, a)
					sptest.Open(t, b)
					if listens == "first listens" {
						r.link(t, ctx, a, b)
					} else {
						r.link(t, ctx, b, a)
					}
					sizes := sizes
					if p.name == "pair" {
						sizes = append(sizes, len(noise))
					}
					for _, size := range sizes {
						got, err := move(ctx, noise[:size])
						if err != nil || !bytes.Equal(got, noise[:size]) {
							t.Fatalf("%d bytes: got %d, %v", size, len(got), err)
						}
					}
				})
			})
		}
	}
}
