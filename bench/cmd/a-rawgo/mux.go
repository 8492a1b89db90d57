package main

import (
	"encoding/binary"
	"io"
	"net"
	"runtime"

	"github.com/sprocketmq/sp/bench/adapter"
)

func (st stack) ServeConc(url string) error {
	if st.mode == "blk" {
		return adapter.ErrUnsupported
	}
	network, addr := split(url)
	if network == "inproc" {
		go func() {
			for m := range concReqs {
				m.reply <- m.b
			}
		}()
		return nil
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return err
	}
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s := &sock{mode: st.mode, ok: make(chan struct{})}
		if st.mode == "mux" {
			s.mode = "batch"
		}
		s.attach(c)
		for {
			m, err := s.Recv()
			if err != nil || s.Reply(m) != nil {
				return
			}
		}
	}()
	return nil
}

// mux carries the requests of many goroutines over one connection: a writer
// that batches what is waiting, and a reader that hands replies out by number.
type mux struct {
	s    *sock
	wq   chan []byte
	wait []chan struct{}
}

type muxReq struct {
	m  *mux
	id int
	b  []byte
}

func (q *muxReq) Do(b []byte) error {
	if q.b == nil {
		q.b = append([]byte(nil), b...)
		binary.BigEndian.PutUint32(q.b, uint32(q.id))
	}
	q.m.wq <- q.b
	<-q.m.wait[q.id]
	return nil
}

func (st stack) DialConc(url string, n int) ([]adapter.Requester, adapter.Sock, error) {
	network, addr := split(url)
	var qs []adapter.Requester
	if network == "inproc" {
		for range n {
			qs = append(qs, &inReq{reply: make(chan []byte, 1)})
		}
		return qs, nil, nil
	}
	c, err := net.Dial(network, addr)
	if err != nil {
		return nil, nil, err
	}
	s := &sock{mode: st.mode, ok: make(chan struct{})}
	s.attach(c)
	if st.mode == "batch" { // one loop keeps n requests on their way
		return nil, s, nil
	}
	if st.mode == "mux" { // a goroutine a request, batched writes
		s.mode = "batch"
	}
	m := &mux{s: s, wq: make(chan []byte, n)}
	for i := range n {
		m.wait = append(m.wait, make(chan struct{}, 1))
		qs = append(qs, &muxReq{m: m, id: i})
	}
	go func() {
		for b := range m.wq {
			if s.Send(b) != nil {
				return
			}
			if len(m.wq) == 0 {
				runtime.Gosched() // let those who are about to send do so
				if len(m.wq) == 0 {
					s.Flush()
				}
			}
		}
	}()
	go func() {
		var h [hdr]byte
		in := make([]byte, 64<<10)
		for {
			if _, err := io.ReadFull(s.r, h[:]); err != nil {
				return
			}
			k := binary.BigEndian.Uint64(h[:])
			if _, err := io.ReadFull(s.r, in[:k]); err != nil {
				return
			}
			m.wait[binary.BigEndian.Uint32(in)] <- struct{}{}
		}
	}()
	return qs, nil, nil
}
