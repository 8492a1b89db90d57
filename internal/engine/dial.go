package engine

import (
	"math/rand/v2"
	"time"

	"github.com/sprocketmq/sp/transport"
)

// redial is the delay between attempts: random between nothing and a bound
// that doubles, so that many dialers of one listener do not come together.
type redial struct{ bound time.Duration }

func (r *redial) next(cfg *EndpointConfig) time.Duration {
	r.bound = min(max(2*r.bound, cfg.RedialMin), cfg.RedialMax)
	return rand.N(r.bound + 1)
}

func (r *redial) reset() { r.bound = 0 }

// dial is a dialer's goroutine: it also reads the connection it makes.
func (e *Endpoint) dial() {
	var again redial
	for e.ctx.Err() == nil {
		e.both(func(c *EndpointCounters) { c.Connecting.Add(1) })
		link, err := e.dialer.Dial(e.ctx)
		e.both(func(c *EndpointCounters) { c.Connecting.Add(-1) })
		if err != nil {
			e.connectFailed(err)
		} else {
			e.both(func(c *EndpointCounters) { c.Connects.Add(1) })
			p, err := e.welcome(link)
			if err == nil {
				p.run()
				if p.carriedOn(e.cfg.RedialMax) {
					again.reset()
				}
				e.failed(p.lostErr)
			}
		}
		pause := time.NewTimer(again.next(&e.cfg))
		select {
		case <-pause.C:
		case <-e.ctx.Done():
			pause.Stop()
		}
	}
}

func (e *Endpoint) connectFailed(err error) {
	if e.ctx.Err() != nil {
		return
	}
	e.both(func(c *EndpointCounters) { c.ConnectFailures.Add(1) })
	e.failed(err)
	e.sock.log.Warn("connect failed", "endpoint", e.addr, "err", err)
}

// meet lets the two ends of a transport of this process find each other, on
// the goroutines that call Dial and Listen.
func (e *Endpoint) meet(m transport.Meeter) {
	if e.dialer != nil {
		e.alone()
	}
	stop := m.Meet(e.met)
	e.mu.Lock()
	if e.ctx.Err() == nil {
		// A dialer that has met already has been told to meet again where
		// that connection is lost; then the stop of that meeting is kept.
		if e.dialer == nil || e.stop == nil {
			e.stop = stop
		}
		stop = nil
	}
	e.mu.Unlock()
	if stop != nil {
		stop()
	}
}

func (e *Endpoint) met(l transport.Link) {
	if e.dialer != nil {
		e.both(func(c *EndpointCounters) { c.Connects.Add(1) })
	}
	p, err := e.welcome(l)
	if err != nil {
		e.meetLater(nil)
		return
	}
	p.carrier.(*messages).meet()
}

// meetLater makes a dialer that has lost its connection look for another.
func (e *Endpoint) meetLater(lost *Pipe) {
	if e.dialer == nil {
		return
	}
	if lost != nil {
		e.failed(lost.lostErr)
	}
	d := e.dialer.(transport.Meeter)
	e.mu.Lock()
	defer e.mu.Unlock()
	if lost != nil && lost.carriedOn(e.cfg.RedialMax) {
		e.again.reset()
	}
	if e.ctx.Err() != nil {
		return
	}
	// Who listens from now on is met inside that call, who does already after a pause.
	forget := func() bool { return true }
	if a, ok := d.(transport.Awaiter); ok {
		forget = a.Await(func(l transport.Link) {
			e.stopMeeting()
			e.met(l)
		})
	}
	end := e.sock.after(e.again.next(&e.cfg), func() {
		if !forget() {
			return
		}
		e.mu.Lock()
		e.stop = nil
		e.mu.Unlock()
		if e.ctx.Err() == nil {
			e.meet(d)
		}
	})
	e.stop = func() {
		forget()
		end()
	}
}

func (e *Endpoint) stopMeeting() {
	e.mu.Lock()
	stop := e.stop
	e.stop = nil
	e.mu.Unlock()
	if stop != nil {
		stop()
	}
}
