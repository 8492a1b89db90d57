package calls_test

import (
	"context"
	"iter"
	"math/rand/v2"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport"
)

// field is where a round of calls takes place.
type field struct {
	addr         func() string // a new one to listen on
	listen, dial *sp.EndpointOptions
	to           string // where the other socket listens
}

type (
	sends interface {
		Send(context.Context, []byte) error
		SendMessage(context.Context, *sp.Message) error
		TrySend(*sp.Message) error
	}
	receives interface {
		Recv(context.Context) ([]byte, error)
		RecvMessage(context.Context) (*sp.Message, error)
		TryRecv() (*sp.Message, error)
		All(context.Context) iter.Seq2[*sp.Message, error]
	}
	answers interface {
		Recv(context.Context) (*sp.Request, error)
		TryRecv() (*sp.Request, error)
		All(context.Context) iter.Seq2[*sp.Request, error]
		Serve(context.Context, sp.Handler) error
	}
	topics interface {
		Subscribe(string) error
		Unsubscribe(string) error
	}
	dials interface {
		sptest.Socket
		Dial(string) (*sp.Endpoint, error)
		Listen(string) (*sp.Endpoint, error)
		ListenOn(transport.Listener, *sp.EndpointOptions) (*sp.Endpoint, error)
	}
)

func body() []byte { return make([]byte, 12+rand.N(300)) }

// reply answers a request, or does not.
func reply(ctx context.Context, q *sp.Request, err error) {
	switch {
	case err != nil:
	case rand.N(8) == 0:
		q.ReplyMessage(ctx, sp.NewMessage(body()))
	case rand.N(8) > 0:
		_ = q.Peer().String()
		q.Reply(ctx, q.Body)
	}
}

// use uses an endpoint for a moment.
func use(ctx context.Context, e *sp.Endpoint, err error) {
	if err != nil {
		return
	}
	defer e.Close()
	e.Wait(ctx)
	e.Err()
	e.Stats()
	e.Addr()
}

// calls are the methods of all sockets by name, but for Close.
var calls = map[string]func(ctx context.Context, f *field, s any){
	"Dial": func(ctx context.Context, f *field, s any) {
		e, err := s.(dials).Dial("inproc://calls")
		use(ctx, e, err)
	},
	"Listen": func(ctx context.Context, f *field, s any) {
		e, err := s.(dials).Listen("inproc://calls")
		use(ctx, e, err)
	},
	"DialWith": func(ctx context.Context, f *field, s any) {
		e, err := s.(dials).DialWith(f.to, f.dial)
		use(ctx, e, err)
	},
	"ListenWith": func(ctx context.Context, f *field, s any) {
		e, err := s.(dials).ListenWith(f.addr(), f.listen)
		use(ctx, e, err)
	},
	"ListenOn": func(ctx context.Context, f *field, s any) {
		l, err := sptest.Pipes.Listen(sptest.RoadNamed("pipe").Addr(nil))
		if err == nil {
			e, err := s.(dials).ListenOn(l, nil)
			use(ctx, e, err)
		}
	},
	"WaitPeers": func(ctx context.Context, f *field, s any) { s.(dials).WaitPeers(ctx, rand.N(4)) },
	"Peers": func(ctx context.Context, f *field, s any) {
		for _, p := range s.(dials).Peers() {
			p.ID()
			p.Addr()
			p.LocalAddr()
			p.State()
			p.Stats()
			if rand.N(30) == 0 {
				p.Close()
			}
		}
	},
	"Stats":       func(ctx context.Context, f *field, s any) { s.(dials).Stats() },
	"Send":        func(ctx context.Context, f *field, s any) { s.(sends).Send(ctx, body()) },
	"SendMessage": func(ctx context.Context, f *field, s any) { s.(sends).SendMessage(ctx, sp.NewMessage(body())) },
	"TrySend":     func(ctx context.Context, f *field, s any) { s.(sends).TrySend(sp.NewMessage(body())) },
	"Recv": func(ctx context.Context, f *field, s any) {
		if a, ok := s.(answers); ok {
			q, err := a.Recv(ctx)
			reply(ctx, q, err)
			return
		}
		s.(receives).Recv(ctx)
	},
	"RecvMessage": func(ctx context.Context, f *field, s any) {
		if m, err := s.(receives).RecvMessage(ctx); err == nil {
			sp.PeerOf(m).ID()
			m.Release()
		}
	},
	"TryRecv": func(ctx context.Context, f *field, s any) {
		if a, ok := s.(answers); ok {
			q, err := a.TryRecv()
			reply(ctx, q, err)
			return
		}
		s.(receives).TryRecv()
	},
	"All": func(ctx context.Context, f *field, s any) {
		if a, ok := s.(answers); ok {
			for q, err := range a.All(ctx) {
				reply(ctx, q, err)
			}
			return
		}
		for range s.(receives).All(ctx) {
		}
	},
	"Serve": func(ctx context.Context, f *field, s any) {
		s.(answers).Serve(ctx, func(ctx context.Context, q *sp.Request) { reply(ctx, q, nil) })
	},
	"Subscribe":   func(ctx context.Context, f *field, s any) { s.(topics).Subscribe(string(make([]byte, rand.N(3)))) },
	"Unsubscribe": func(ctx context.Context, f *field, s any) { s.(topics).Unsubscribe(string(make([]byte, rand.N(3)))) },
	"Do":          func(ctx context.Context, f *field, s any) { s.(*sp.Requester).Do(ctx, body()) },
	"Ask": func(ctx context.Context, f *field, s any) {
		call, err := s.(*sp.Requester).Ask(sp.NewMessage(body()), &sp.AskOptions{NoResend: rand.N(2) == 0})
		if err == nil {
			call.TryReply()
			call.Reply(ctx)
			call.Cancel()
		}
	},
	"Survey": func(ctx context.Context, f *field, s any) {
		for range s.(*sp.Surveyor).Survey(ctx, body()) {
		}
	},
	"Start": func(ctx context.Context, f *field, s any) {
		if v, err := s.(*sp.Surveyor).Start(sp.NewMessage(body())); err == nil {
			v.TryRecv()
			v.Recv(ctx)
			v.Close()
		}
	},
}
