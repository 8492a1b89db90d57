package proxy

import (
	"net"
	"sync"
	"time"
)

type conn struct {
	p         *Proxy
	plan      Plan
	near, far net.Conn
	once      sync.Once
	dead      chan struct{}
	halves    int // directions that have ended; under p.mu
}

// pass passes on one direction until its fault, or its end, which is passed on
// too: what comes the other way still has to arrive.
func (c *conn) pass(from, to net.Conn, f Fault) {
	buf := make([]byte, 4<<10)
	if c.plan.Piece > 0 {
		buf = buf[:min(c.plan.Piece, len(buf))]
	}
	passed := int64(0)
	for {
		n, err := from.Read(buf)
		if f.How != None && passed+int64(n) > f.After {
			to.Write(buf[:f.After-passed])
			c.fault(f)
			if f.How != Stall {
				return
			}
			copy(buf, buf[f.After-passed:n])
			n -= int(f.After - passed)
			f.How = None
		}
		if n > 0 {
			if !c.pause() {
				return
			}
			c.p.Pieces.Add(1)
			if _, err := to.Write(buf[:n]); err != nil {
				c.end(Cut)
				return
			}
			passed += int64(n)
		}
		if err != nil {
			if half, ok := to.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
				c.ended()
				return
			}
			c.end(Cut)
			return
		}
	}
}

func (c *conn) pause() bool { return c.plan.Delay == 0 || c.wait(c.plan.Delay) }

// wait tells whether the connection is still there after some time.
func (c *conn) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.dead:
		return false
	}
}

func (c *conn) fault(f Fault) {
	switch {
	case f.How != Stall:
		if c.end(f.How) {
			c.p.Took.Add(1)
		}
	case f.For > 0:
		c.p.Took.Add(1)
		c.wait(f.For)
	default:
		c.p.Took.Add(1)
		<-c.dead
	}
}

// ended closes the connection when both directions have ended.
func (c *conn) ended() {
	c.p.mu.Lock()
	c.halves++
	both := c.halves == 2
	c.p.mu.Unlock()
	if both {
		c.end(Cut)
	}
}

// end ends the connection, and tells whether it was not ended before.
func (c *conn) end(how How) (first bool) {
	c.once.Do(func() {
		first = true
		c.p.mu.Lock()
		delete(c.p.conns, c)
		c.p.mu.Unlock()
		close(c.dead)
		for _, side := range []net.Conn{c.near, c.far} {
			if tcp, ok := side.(*net.TCPConn); ok && how == Reset {
				tcp.SetLinger(0)
			}
			side.Close()
		}
	})
	return first
}
