// a-mangos drives mangos v3 through its message interface (pooled messages),
// at its default options.
package main

import (
	"time"

	"go.nanomsg.org/mangos/v3"
	"go.nanomsg.org/mangos/v3/protocol/pair"
	"go.nanomsg.org/mangos/v3/protocol/pub"
	"go.nanomsg.org/mangos/v3/protocol/pull"
	"go.nanomsg.org/mangos/v3/protocol/push"
	"go.nanomsg.org/mangos/v3/protocol/rep"
	"go.nanomsg.org/mangos/v3/protocol/req"
	"go.nanomsg.org/mangos/v3/protocol/sub"
	_ "go.nanomsg.org/mangos/v3/transport/inproc"
	_ "go.nanomsg.org/mangos/v3/transport/ipc"
	_ "go.nanomsg.org/mangos/v3/transport/tcp"

	"github.com/sprocketmq/sp/bench/adapter"
)

type stack struct{}

func (stack) Settle() time.Duration { return 100 * time.Millisecond }

var open = map[string]func() (mangos.Socket, error){
	"pair": pair.NewSocket, "pub": pub.NewSocket, "sub": sub.NewSocket,
	"push": push.NewSocket, "pull": pull.NewSocket, "req": req.NewSocket, "rep": rep.NewSocket,
}

type msgSock interface {
	SendMsg(*mangos.Message) error
	RecvMsg() (*mangos.Message, error)
}

type sock struct{ s msgSock }

func (s sock) Send(b []byte) error {
	m := mangos.NewMessage(len(b))
	m.Body = append(m.Body, b...)
	return s.s.SendMsg(m)
}

func (s sock) Recv() (adapter.Msg, error) {
	m, err := s.s.RecvMsg()
	if err != nil {
		return adapter.Msg{}, err
	}
	return adapter.Msg{B: m.Body, H: m}, nil
}
func (s sock) Free(m adapter.Msg)        { m.H.(*mangos.Message).Free() }
func (s sock) Reply(m adapter.Msg) error { return s.s.SendMsg(m.H.(*mangos.Message)) }
func (s sock) Flush() error              { return nil }

func dial(kind, url string, listen bool) (mangos.Socket, error) {
	s, err := open[kind]()
	if err != nil {
		return nil, err
	}
	// The default of 1 MiB counts the request header too, so a 1 MiB request
	// would be dropped together with its connection.
	s.SetOption(mangos.OptionMaxRecvSize, 0)
	if kind == "sub" {
		s.SetOption(mangos.OptionSubscribe, "")
	}
	if listen {
		err = s.Listen(url)
	} else {
		err = s.Dial(url)
	}
	return s, err
}

func (stack) Open(kind, url string, listen bool) (adapter.Sock, error) {
	s, err := dial(kind, url, listen)
	return sock{s}, err
}

func (stack) ServeConc(url string) error {
	s, err := dial("rep", url, true)
	if err != nil {
		return err
	}
	for range 8 {
		c, err := s.OpenContext()
		if err != nil {
			return err
		}
		go func() {
			for {
				m, err := c.RecvMsg()
				if err != nil || c.SendMsg(m) != nil {
					return
				}
			}
		}()
	}
	return nil
}

type requester struct{ sock }

func (q requester) Do(b []byte) error {
	if err := q.Send(b); err != nil {
		return err
	}
	m, err := q.Recv()
	if err == nil {
		q.Free(m)
	}
	return err
}

func (stack) DialConc(url string, n int) ([]adapter.Requester, adapter.Sock, error) {
	s, err := dial("req", url, false)
	if err != nil {
		return nil, nil, err
	}
	var qs []adapter.Requester
	for range n {
		c, err := s.OpenContext()
		if err != nil {
			return nil, nil, err
		}
		qs = append(qs, requester{sock{c}})
	}
	return qs, nil, nil
}

func main() { adapter.Main(stack{}) }
