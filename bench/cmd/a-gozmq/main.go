// a-gozmq drives the pure Go github.com/go-zeromq/zmq4 at its default options.
package main

import (
	"context"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/sprocketmq/sp/bench/adapter"
)

type stack struct{}

func (stack) Settle() time.Duration { return 100 * time.Millisecond }

type sock struct {
	s zmq4.Socket
}

func (s *sock) Send(b []byte) error { return s.s.Send(zmq4.NewMsg(b)) }
func (s *sock) Recv() (adapter.Msg, error) {
	m, err := s.s.Recv()
	if err != nil {
		return adapter.Msg{}, err
	}
	return adapter.Msg{B: m.Frames[len(m.Frames)-1]}, nil
}
func (s *sock) Free(adapter.Msg)          {}
func (s *sock) Reply(m adapter.Msg) error { return s.s.Send(zmq4.NewMsg(m.B)) }
func (s *sock) Flush() error              { return nil }

func open(kind string) zmq4.Socket {
	ctx := context.Background()
	switch kind {
	case "pair":
		return zmq4.NewPair(ctx)
	case "pub":
		return zmq4.NewPub(ctx)
	case "sub":
		return zmq4.NewSub(ctx)
	case "push":
		return zmq4.NewPush(ctx)
	case "pull":
		return zmq4.NewPull(ctx)
	case "req":
		return zmq4.NewReq(ctx)
	case "rep":
		return zmq4.NewRep(ctx)
	case "dealer":
		return zmq4.NewDealer(ctx)
	}
	return zmq4.NewRouter(ctx)
}

func dial(kind, url string, listen bool) (zmq4.Socket, error) {
	s := open(kind)
	var err error
	if listen {
		err = s.Listen(url)
	} else {
		err = s.Dial(url)
	}
	if kind == "pub" {
		// Its default is no mark at all: a second of publishing flat out then
		// takes over half a minute to deliver. libzmq's default is 1000.
		s.SetOption(zmq4.OptionHWM, 1000)
	}
	if err == nil && kind == "sub" {
		err = s.SetOption(zmq4.OptionSubscribe, "")
	}
	return s, err
}

func (stack) Open(kind, url string, listen bool) (adapter.Sock, error) {
	s, err := dial(kind, url, listen)
	return &sock{s: s}, err
}

func (stack) ServeConc(url string) error {
	s, err := dial("router", url, true)
	if err != nil {
		return err
	}
	go func() {
		for {
			m, err := s.Recv()
			if err != nil || s.SendMulti(m) != nil {
				return
			}
		}
	}()
	return nil
}

// dealer speaks the empty-delimiter envelope that REP peers expect.
type dealer struct{ sock }

func (d *dealer) Send(b []byte) error { return d.s.SendMulti(zmq4.NewMsgFrom(nil, b)) }

func (stack) DialConc(url string, n int) ([]adapter.Requester, adapter.Sock, error) {
	s, err := dial("dealer", url, false)
	return nil, &dealer{sock{s: s}}, err
}

func main() { adapter.Main(stack{}) }
