package adapter

import (
	"time"
)

func (r *run) sendUntilEnd(s Sock) int64 {
	mk := func(k byte) []byte { b := make([]byte, r.size); b[0] = k; return b }
	data, start, end := mk(mData), mk(mStart), mk(mEnd)
	var total int64
	every := int64(32)
	if r.size >= 16<<10 {
		every = 1
	}
	phase := func(d time.Duration) {
		t := time.Now()
		for i := int64(0); i%every != 0 || time.Since(t) < d; i++ {
			if err := s.Send(data); err != nil {
				fatal(err)
			}
			total++
		}
	}
	one := func(b []byte) {
		if err := s.Send(b); err != nil {
			fatal(err)
		}
		total++
	}
	phase(r.warm)
	one(start)
	phase(r.dur)
	one(end)
	if err := s.Flush(); err != nil {
		fatal(err)
	}
	return total
}

func (r *run) throughput(srv, cli string) {
	recv := func(s Sock) {
		var n, total int64
		var t0 time.Time
		for {
			m, err := s.Recv()
			if err != nil {
				fatal(err)
			}
			k := m.B[0]
			s.Free(m)
			total++
			if k == mData {
				n++
				continue
			}
			if k == mStart {
				n, t0 = 0, time.Now()
				continue
			}
			r.emit(Result{Msgs: n, Total: total, Secs: time.Since(t0).Seconds()})
			<-r.stop
			exit()
		}
	}
	if r.role == "server" {
		s := r.open(srv, true)
		r.ready()
		recv(s)
	}
	if r.role == "both" {
		s := r.open(srv, true)
		c := r.open(cli, false)
		time.Sleep(r.st.Settle())
		r.ready()
		go r.sendUntilEnd(c)
		recv(s)
	}
	c := r.open(cli, false)
	time.Sleep(r.st.Settle())
	r.ready()
	r.finish(r.sendUntilEnd(c))
}
