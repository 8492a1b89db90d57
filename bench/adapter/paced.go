package adapter

import (
	"encoding/binary"
	"errors"
	"time"
)

// Where a paced message carries when it was sent.
const stampAt, stampEnd = 8, 16

// paced sends a message each gap microseconds. Its sender looks at the clock
// until the next is due, as one does who has other work: a sleep of 20 µs takes
// far longer than that.
func (r *run) paced() {
	gap := int64(r.intOpt("gap", 20)) * 1000
	if r.size < stampEnd {
		fatal(errors.New("a paced message has 16 bytes or more"))
	}
	c, err := newClock()
	if err != nil {
		fatal(err)
	}
	switch r.role {
	case "server":
		s := r.open("pull", true)
		r.ready()
		r.stamped(s, c)
	case "client":
		s := r.open("push", false)
		time.Sleep(r.st.Settle())
		r.ready()
		r.finish(r.pace(s, c, gap))
	default:
		fatal(ErrUnsupported)
	}
}

// stamped receives until the end mark and tells how long messages took.
func (r *run) stamped(s Sock, c clock) {
	var h hist
	var total, t0 int64
	for {
		m, err := s.Recv()
		if err != nil {
			fatal(err)
		}
		t := c.now()
		mark, sent := m.B[0], int64(binary.LittleEndian.Uint64(m.B[stampAt:stampEnd]))
		s.Free(m)
		total++
		switch mark {
		case mStart:
			if h.n == 0 {
				t0 = t
			}
			h.add(t - sent)
		case mEnd:
			r.emit(Result{Msgs: h.n, Total: total, Secs: float64(t-t0) / 1e9, Lat: h.lat()})
			<-r.stop
			exit()
		}
	}
}

func (r *run) pace(s Sock, c clock, gap int64) (total int64) {
	due := c.now()
	one := func(mark byte) {
		for c.now() < due {
		}
		b := make([]byte, r.size) // a stack may still hold the one before
		b[0] = mark
		now := c.now()
		binary.LittleEndian.PutUint64(b[stampAt:], uint64(now))
		if err := s.Send(b); err != nil {
			fatal(err)
		}
		if err := s.Flush(); err != nil {
			fatal(err)
		}
		total++
		due = max(due, now) + gap // who was held up does not catch up in a burst
	}
	phase := func(mark byte, d time.Duration) {
		for end := c.now() + int64(d); c.now() < end; {
			one(mark)
		}
	}
	phase(mData, r.warm)
	phase(mStart, r.dur)
	one(mEnd)
	return total
}
