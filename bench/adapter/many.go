package adapter

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Single is a Stack whose PULL takes one connection and no more.
type Single interface{ Single() }

// many opens the sockets of a case with many connections into one PULL: that
// PULL, or all the PUSH sockets.
func (r *run) many() (pull Sock, pushes []Sock) {
	if _, single := r.st.(Single); single || r.role == "both" {
		fatal(ErrUnsupported)
	}
	if r.role == "server" {
		return r.open("pull", true), nil
	}
	n := r.intOpt("conns", 1)
	for range n {
		pushes = append(pushes, r.open("push", false))
	}
	time.Sleep(r.st.Settle() + time.Duration(n)*500*time.Microsecond)
	return nil, pushes
}

// grow is conns PUSH sockets, each flat out, into one PULL.
func (r *run) grow() {
	pull, pushes := r.many()
	r.ready()
	if pull != nil {
		r.count(pull)
	}
	var total atomic.Int64
	msg := make([]byte, r.size)
	for _, s := range pushes {
		go func() {
			for {
				for range 64 {
					if err := s.Send(msg); err != nil {
						return // the run is over
					}
				}
				total.Add(64)
			}
		}()
	}
	<-r.stop
	r.emit(Result{Total: total.Load()})
	exit()
}

// count counts by its own clock: no sender knows when all of them have begun.
func (r *run) count(s Sock) {
	var total, mark int64
	var t0 time.Time
	begin := time.Now()
	for {
		m, err := s.Recv()
		if err != nil {
			fatal(err)
		}
		s.Free(m)
		if total++; total%64 != 0 {
			continue
		}
		now := time.Now()
		if mark == 0 {
			if now.Sub(begin) >= r.warm {
				mark, t0 = total, now
			}
		} else if now.Sub(t0) >= r.dur {
			r.emit(Result{Msgs: total - mark, Total: total, Secs: now.Sub(t0).Seconds()})
			<-r.stop
			exit()
		}
	}
}

// idle keeps conns connections that have carried speak messages each, and tells
// how much memory the side with the one socket has.
func (r *run) idle() {
	pull, pushes := r.many()
	if pull == nil {
		r.ready()
		for range r.intOpt("speak", 0) {
			for _, s := range pushes {
				if err := s.Send(make([]byte, r.size)); err != nil {
					fatal(err)
				}
			}
		}
		time.Sleep(r.warm + r.dur)
		r.emit(Result{Msgs: int64(len(pushes)), Total: int64(len(pushes))})
		<-r.stop
		exit()
	}
	var got atomic.Int64
	go func() {
		for {
			m, err := pull.Recv()
			if err != nil {
				return
			}
			pull.Free(m)
			got.Add(1)
		}
	}()
	r.ready()
	<-r.stop
	conns, want := int64(r.intOpt("conns", 1)), int64(r.intOpt("speak", 0))
	const most = 30 * time.Second // who dials does not wait for the other side
	for since := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			fatal(err)
		}
		if int64(len(open)) >= conns && got.Load() == conns*want {
			break
		}
		if time.Since(since) > most {
			fatal(fmt.Errorf("%d descriptors and %d messages for %d connections", len(open), got.Load(), conns))
		}
	}
	res := Result{Msgs: conns, Total: conns, Idle: status("VmRSS:")}
	debug.FreeOSMemory()
	res.IdleLeast = status("VmRSS:")
	if res.Idle == 0 {
		fatal(errors.New("no VmRSS"))
	}
	r.emit(res)
	exit()
}
