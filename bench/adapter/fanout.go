package adapter

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// publish sends warm-up messages, the counted ones, then end marks until STOP.
func (r *run) publish(s Sock) (sent, total int64) {
	mk := func(k byte) []byte { b := make([]byte, r.size); b[0] = k; return b }
	data, counted, end := mk(mData), mk(mStart), mk(mEnd)
	rate, burst := r.intOpt("rate", 0), int64(r.intOpt("burst", 16))
	phase := func(b []byte, d time.Duration) (n int64) {
		t := time.Now()
		for {
			if n%burst == 0 {
				el := time.Since(t)
				if el >= d {
					break
				}
				if rate > 0 {
					if due := time.Duration(float64(n) / float64(rate) * 1e9); due > el {
						s.Flush()
						time.Sleep(due - el)
					}
				}
			}
			if err := s.Send(b); err != nil {
				fatal(err)
			}
			n++
		}
		s.Flush()
		return n
	}
	total = phase(data, r.warm)
	time.Sleep(50 * time.Millisecond)
	sent = phase(counted, r.dur)
	total += sent
	time.Sleep(300 * time.Millisecond)
	for {
		select {
		case <-r.stop:
			return sent, total
		case <-time.After(20 * time.Millisecond):
			s.Send(end)
			s.Flush()
			total++
		}
	}
}

func (r *run) subscribe(socks []Sock) Result {
	var wg sync.WaitGroup
	var n, total, last, first atomic.Int64
	burst := int64(r.intOpt("burst", 16))
	for _, s := range socks {
		wg.Go(func() {
			var k, all int64
			var t0, t1 time.Time
			for {
				m, err := s.Recv()
				if err != nil {
					fatal(err)
				}
				c := m.B[0]
				s.Free(m)
				all++
				if c == mEnd {
					break
				}
				if c == mStart {
					if k == 0 {
						t0 = time.Now()
						t1 = t0
					} else if k%burst == 0 {
						t1 = time.Now()
					}
					k++
				}
			}
			n.Add(k)
			total.Add(all)
			for {
				o := last.Load()
				if v := t1.UnixNano(); v <= o || last.CompareAndSwap(o, v) {
					break
				}
			}
			for {
				o := first.Load()
				if v := t0.UnixNano(); k == 0 || (o != 0 && v >= o) || first.CompareAndSwap(o, v) {
					break
				}
			}
		})
	}
	wg.Wait()
	return Result{Msgs: n.Load(), Total: total.Load(), Secs: float64(last.Load()-first.Load()) / 1e9}
}

func (r *run) fanout() {
	subs := r.intOpt("subs", 8)
	if r.role == "server" {
		s := r.open("pub", true)
		r.ready()
		sent, total := r.publish(s)
		r.emit(Result{Msgs: sent, Total: total, Secs: r.dur.Seconds()})
		exit()
	}
	var p Sock
	if r.role == "both" {
		p = r.open("pub", true)
	}
	var socks []Sock
	for range subs {
		socks = append(socks, r.open("sub", false))
	}
	time.Sleep(2*r.st.Settle() + time.Duration(subs)*time.Millisecond)
	r.ready()
	if r.role == "both" {
		var sent int64
		done := make(chan Result, 1)
		go func() { done <- r.subscribe(socks) }()
		pubDone := make(chan struct{})
		go func() { sent, _ = r.publish(p); close(pubDone) }()
		res := <-done
		// Total carries what was published, so that losses can be told.
		r.emitBoth(res, pubDone, &sent)
	}
	r.emit(r.subscribe(socks))
	<-r.stop
	exit()
}

// emitBoth ends a one-process fan-out: it prints only after the publisher has
// stopped, with the number published in "total".
func (r *run) emitBoth(res Result, pubDone chan struct{}, sent *int64) {
	fmt.Println("DONE")
	<-pubDone
	res.Total = *sent
	r.emit(res)
	exit()
}
