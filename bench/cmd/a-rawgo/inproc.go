package main

import (
	"github.com/sprocketmq/sp/bench/adapter"
)

type inReq struct {
	b     []byte
	reply chan []byte
}

var concReqs = make(chan *inReq)

func (q *inReq) Do(b []byte) error {
	q.b = b
	concReqs <- q
	<-q.reply
	return nil
}

// inproc: a channel each way. lat and pair use unbuffered channels, the rest
// 128 deep (mangos' default queue length).
type chanSock struct {
	out []chan []byte
	in  chan []byte
}

func (c *chanSock) Send(b []byte) error {
	for _, o := range c.out {
		o <- b
	}
	return nil
}
func (c *chanSock) Recv() (adapter.Msg, error) { return adapter.Msg{B: <-c.in}, nil }
func (c *chanSock) Free(adapter.Msg)           {}
func (c *chanSock) Reply(m adapter.Msg) error  { return c.Send(m.B) }
func (c *chanSock) Flush() error               { return nil }

var inprocServer *chanSock

func openInproc(kind string, listen bool) (adapter.Sock, error) {
	depth := 128
	if kind == "rep" || kind == "req" {
		depth = 0
	}
	if listen {
		inprocServer = &chanSock{in: make(chan []byte, depth)}
		return inprocServer, nil
	}
	c := &chanSock{in: make(chan []byte, depth), out: []chan []byte{inprocServer.in}}
	inprocServer.out = append(inprocServer.out, c.in)
	return c, nil
}
