// a-nats drives core NATS, for orientation: it is brokered. The listening
// side embeds the server and joins it over the same loopback port; inproc
// uses the server's in-process connections.
package main

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/sprocketmq/sp/bench/adapter"
)

type stack struct{}

func (stack) Settle() time.Duration { return 50 * time.Millisecond }

var (
	once sync.Once
	srv  *server.Server
)

func connect(url string, listen bool) (*nats.Conn, error) {
	scheme, addr, _ := strings.Cut(url, "://")
	if scheme == "ipc" {
		return nil, adapter.ErrUnsupported
	}
	if listen {
		o := &server.Options{NoLog: true, NoSigs: true, MaxPayload: 8 << 20, DontListen: scheme == "inproc"}
		if scheme == "tcp" {
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			o.Host = host
			o.Port, _ = strconv.Atoi(port)
		}
		var err error
		once.Do(func() {
			if srv, err = server.NewServer(o); err == nil {
				srv.Start()
				srv.ReadyForConnections(5 * time.Second)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	// A longer queue than the default, lest the throughput cases lose messages.
	q := nats.SyncQueueLen(1 << 21)
	if scheme == "inproc" {
		return nats.Connect("", nats.InProcessServer(srv), q)
	}
	return nats.Connect("nats://"+addr, q)
}

type sock struct {
	c    *nats.Conn
	send string
	recv *nats.Subscription
}

func (s *sock) Send(b []byte) error { return s.c.Publish(s.send, b) }
func (s *sock) Recv() (adapter.Msg, error) {
	m, err := s.recv.NextMsg(time.Hour)
	for errors.Is(err, nats.ErrSlowConsumer) { // it tells that it lost some
		m, err = s.recv.NextMsg(time.Hour)
	}
	if err != nil {
		return adapter.Msg{}, err
	}
	return adapter.Msg{B: m.Data, H: m}, nil
}
func (s *sock) Free(adapter.Msg) {}
func (s *sock) Reply(m adapter.Msg) error {
	return s.c.Publish(s.send, m.B)
}
func (s *sock) Flush() error { return s.c.Flush() }

// reqSock is the client side of a round trip as NATS does it.
type reqSock struct {
	sock
	m *nats.Msg
}

func (s *reqSock) Send(b []byte) (err error) {
	s.m, err = s.c.Request("q", b, time.Minute)
	return err
}
func (s *reqSock) Recv() (adapter.Msg, error) { return adapter.Msg{B: s.m.Data}, nil }

type repSock struct{ sock }

func (s *repSock) Reply(m adapter.Msg) error { return m.H.(*nats.Msg).Respond(m.B) }

func (stack) Open(kind, url string, listen bool) (adapter.Sock, error) {
	c, err := connect(url, listen)
	if err != nil {
		return nil, err
	}
	sub := func(subj string) *nats.Subscription {
		s, e := c.SubscribeSync(subj)
		if e != nil {
			err = e
			return nil
		}
		c.Flush()
		return s
	}
	switch kind {
	case "req":
		return &reqSock{sock: sock{c: c}}, nil
	case "rep":
		return &repSock{sock{c: c, recv: sub("q")}}, err
	case "push", "pub":
		return &sock{c: c, send: "d"}, nil
	case "pull", "sub":
		s := &sock{c: c, recv: sub("d")}
		if kind == "pull" {
			s.recv.SetPendingLimits(-1, -1)
		}
		return s, err
	case "pair":
		if listen {
			return &sock{c: c, send: "b", recv: sub("a")}, err
		}
		return &sock{c: c, send: "a", recv: sub("b")}, err
	}
	return nil, adapter.ErrUnsupported
}

func (stack) ServeConc(url string) error {
	c, err := connect(url, true)
	if err != nil {
		return err
	}
	_, err = c.Subscribe("q", func(m *nats.Msg) { m.Respond(m.Data) })
	c.Flush()
	return err
}

type requester struct{ c *nats.Conn }

func (q requester) Do(b []byte) error {
	_, err := q.c.Request("q", b, time.Minute)
	return err
}

func (stack) DialConc(url string, n int) ([]adapter.Requester, adapter.Sock, error) {
	c, err := connect(url, false)
	if err != nil {
		return nil, nil, err
	}
	var qs []adapter.Requester
	for range n {
		qs = append(qs, requester{c})
	}
	return qs, nil, nil
}

func main() { adapter.Main(stack{}) }
