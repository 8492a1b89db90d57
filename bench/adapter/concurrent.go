package adapter

import (
	"sync"
	"sync/atomic"
	"time"
)

func (r *run) concurrent() {
	n := r.intOpt("conc", 64)
	if r.role == "server" || r.role == "both" {
		if err := r.st.ServeConc(r.url); err != nil {
			fatal(err)
		}
		if r.role == "server" {
			r.ready()
			r.finish(0)
		}
	}
	reqs, dealer, err := r.st.DialConc(r.url, n)
	if err != nil {
		fatal(err)
	}
	time.Sleep(r.st.Settle())
	r.ready()
	buf := make([]byte, r.size)
	if dealer != nil {
		for range n {
			if err := dealer.Send(buf); err != nil {
				fatal(err)
			}
		}
		dealer.Flush()
		var total, mark int64
		begin := time.Now()
		var t0 time.Time
		for {
			m, err := dealer.Recv()
			if err != nil {
				fatal(err)
			}
			dealer.Free(m)
			total++
			if total%16 == 0 {
				now := time.Now()
				if mark == 0 && now.Sub(begin) >= r.warm {
					mark, t0 = total, now
				} else if mark != 0 && now.Sub(t0) >= r.dur {
					r.emit(Result{Msgs: total - mark, Total: total, Secs: now.Sub(t0).Seconds()})
					break
				}
			}
			if err := dealer.Send(buf); err != nil {
				fatal(err)
			}
		}
		<-r.stop
		exit()
	}
	var all, counted atomic.Int64
	var phase atomic.Int32
	var wg sync.WaitGroup
	for _, q := range reqs {
		wg.Go(func() {
			var tot, cnt int64
			for {
				p := phase.Load()
				if p == 2 {
					break
				}
				if err := q.Do(buf); err != nil {
					fatal(err)
				}
				tot++
				if p == 1 {
					cnt++
				}
			}
			all.Add(tot)
			counted.Add(cnt)
		})
	}
	time.Sleep(r.warm)
	t0 := time.Now()
	phase.Store(1)
	time.Sleep(r.dur)
	phase.Store(2)
	el := time.Since(t0)
	wg.Wait()
	r.emit(Result{Msgs: counted.Load(), Total: all.Load(), Secs: el.Seconds()})
	<-r.stop
	exit()
}
