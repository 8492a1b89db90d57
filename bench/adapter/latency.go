package adapter

import (
	"fmt"
	"time"
)

func (r *run) latency(srv, cli string) {
	echo := func(s Sock) {
		for {
			m, err := s.Recv()
			if err != nil {
				return
			}
			if s.Reply(m) != nil {
				return
			}
		}
	}
	if r.role == "server" {
		s := r.open(srv, true)
		go echo(s)
		r.ready()
		r.finish(0)
	}
	if r.role == "both" {
		s := r.open(srv, true)
		go echo(s)
	}
	c := r.open(cli, false)
	time.Sleep(r.st.Settle())
	r.ready()
	buf := make([]byte, r.size)
	var h hist
	var total int64
	begin := time.Now()
	measuring := false
	var t0 time.Time
	now := begin
	for {
		if !measuring && now.Sub(begin) >= r.warm {
			measuring, t0 = true, now
		}
		if measuring && now.Sub(t0) >= r.dur {
			break
		}
		if err := c.Send(buf); err != nil {
			fatal(err)
		}
		m, err := c.Recv()
		if err != nil {
			fatal(err)
		}
		if len(m.B) != r.size {
			fatal(fmt.Errorf("got %d bytes, want %d", len(m.B), r.size))
		}
		c.Free(m)
		t := time.Now()
		if measuring {
			h.add(int64(t.Sub(now)))
		}
		now = t
		total++
	}
	r.emit(Result{Msgs: h.n, Total: total, Secs: now.Sub(t0).Seconds(), Lat: h.lat()})
	<-r.stop
}
