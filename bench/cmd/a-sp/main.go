// a-sp drives Sprocket with its default options. SP_RECV=release makes it
// receive with RecvMessage and Release instead of Recv; SP_PROF=FILE writes a CPU
// profile of the first 2.2 s to FILE.ROLE.
package main

import (
	"context"
	"os"
	"runtime/pprof"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/bench/adapter"
)

var (
	ctx     = context.Background()
	release = os.Getenv("SP_RECV") == "release"
)

type stack struct{}

func (stack) Settle() time.Duration { return 100 * time.Millisecond }

type endpoint interface {
	Dial(string) (*sp.Endpoint, error)
	Listen(string) (*sp.Endpoint, error)
}

func connect(s endpoint, url string, listen bool) error {
	var err error
	if listen {
		_, err = s.Listen(url)
	} else {
		_, err = s.Dial(url)
	}
	return err
}

func (stack) Open(kind, url string, listen bool) (adapter.Sock, error) {
	var end endpoint
	var s adapter.Sock
	switch kind {
	case "rep":
		r := sp.NewReplier(nil)
		end, s = r, &replier{r: r}
	case "req":
		r := sp.NewRequester(nil)
		end, s = r, &requester{r: r}
	case "pair":
		p := sp.NewPair(nil)
		end, s = p, &sock{p, p}
	case "push":
		p := sp.NewPusher(nil)
		end, s = p, &sock{p, nil}
	case "pull":
		p := sp.NewPuller(nil)
		end, s = p, &sock{nil, p}
	case "pub":
		p := sp.NewPublisher(nil)
		end, s = p, &sock{p, nil}
	case "sub":
		p := sp.NewSubscriber(nil)
		p.Subscribe("")
		end, s = p, &sock{nil, p}
	default:
		return nil, adapter.ErrUnsupported
	}
	return s, connect(end, url, listen)
}

// Bodies of this size and more are given away instead of copied.
const give = 64 << 10

type sender interface {
	Send(context.Context, []byte) error
	SendMessage(context.Context, *sp.Message) error
}

type receiver interface {
	Recv(context.Context) ([]byte, error)
	RecvMessage(context.Context) (*sp.Message, error)
}

type sock struct {
	s sender
	r receiver
}

func (s *sock) Send(b []byte) error {
	if len(b) >= give {
		return s.s.SendMessage(ctx, sp.NewMessage(b))
	}
	return s.s.Send(ctx, b)
}

func (s *sock) Recv() (adapter.Msg, error) {
	if !release {
		b, err := s.r.Recv(ctx)
		return adapter.Msg{B: b}, err
	}
	m, err := s.r.RecvMessage(ctx)
	if err != nil {
		return adapter.Msg{}, err
	}
	return adapter.Msg{B: m.Body, H: m}, nil
}

func (s *sock) Free(m adapter.Msg) {
	if m.H != nil {
		m.H.(*sp.Message).Release()
	}
}

func (s *sock) Reply(m adapter.Msg) error {
	if m.H != nil && len(m.B) >= give {
		return s.s.SendMessage(ctx, m.H.(*sp.Message))
	}
	err := s.s.Send(ctx, m.B)
	s.Free(m)
	return err
}

func (s *sock) Flush() error { return nil }

type replier struct{ r *sp.Replier }

func (s *replier) Send([]byte) error { return adapter.ErrUnsupported }
func (s *replier) Free(adapter.Msg)  {}
func (s *replier) Flush() error      { return nil }

func (s *replier) Recv() (adapter.Msg, error) {
	q, err := s.r.Recv(ctx)
	if err != nil {
		return adapter.Msg{}, err
	}
	return adapter.Msg{B: q.Body, H: q}, nil
}

func (s *replier) Reply(m adapter.Msg) error { return m.H.(*sp.Request).Reply(ctx, m.B) }

// requester does the whole request when its reply is asked for: between Send and
// Recv the harness does nothing.
type requester struct {
	r *sp.Requester
	b []byte
}

func (s *requester) Send(b []byte) error { s.b = b; return nil }

func (s *requester) Recv() (adapter.Msg, error) {
	b, err := s.r.Do(ctx, s.b)
	return adapter.Msg{B: b}, err
}

func (s *requester) Free(adapter.Msg)        {}
func (s *requester) Reply(adapter.Msg) error { return adapter.ErrUnsupported }
func (s *requester) Flush() error            { return nil }

func (s *requester) Do(b []byte) error {
	_, err := s.r.Do(ctx, b)
	return err
}

func (stack) ServeConc(url string) error {
	r := sp.NewReplier(nil)
	go r.Serve(ctx, func(ctx context.Context, q *sp.Request) { q.Reply(ctx, q.Body) })
	return connect(r, url, true)
}

func (stack) DialConc(url string, n int) ([]adapter.Requester, adapter.Sock, error) {
	r := sp.NewRequester(nil)
	qs := make([]adapter.Requester, n)
	for i := range qs {
		qs[i] = &requester{r: r}
	}
	return qs, nil, connect(r, url, false)
}

func main() {
	if f := os.Getenv("SP_PROF"); f != "" {
		w, _ := os.Create(f + "." + os.Args[1])
		pprof.StartCPUProfile(w)
		go func() { time.Sleep(2200 * time.Millisecond); pprof.StopCPUProfile(); w.Close() }()
	}
	adapter.Main(stack{})
}
