// Package proxy is a road between a dialer and a listener that breaks on
// demand: it cuts, resets, stalls and delays, at any byte, and passes on as
// little at a time as it is told. It reorders nothing and changes nothing.
package proxy

import (
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp/internal/sptest"
)

// How says what a fault does.
type How int

const (
	None  How = iota
	Cut       // both sides are closed as if the other had ended
	Reset     // both sides are reset
	Stall     // this direction stands still for a while, or until the end
)

// Fault is what happens to one direction of a connection when After bytes have
// been passed on and another one has come.
type Fault struct {
	How   How
	After int64
	For   time.Duration // that a Stall takes; 0: until the end
}

// Plan is what happens to a connection.
type Plan struct {
	There, Back Fault         // from the dialer to the listener; the way back
	Piece       int           // most bytes passed on at once; 0: as they come
	Delay       time.Duration // before each piece
}

// Proxy accepts connections and makes one to its target for each.
type Proxy struct {
	t      testing.TB
	l      net.Listener
	scheme string
	path   string // of a WebSocket
	plan   func(n int) Plan
	work   sync.WaitGroup
	n      int

	// Took counts the faults that took effect; Pieces what was passed on.
	Took, Pieces atomic.Int64

	mu     sync.Mutex
	target string
	closed bool
	conns  map[*conn]struct{}
}

// New makes a proxy that dials target, the address of an endpoint. plan says
// what happens to the n-th connection, from 0; nil is nothing.
func New(t testing.TB, target string, plan func(n int) Plan) *Proxy {
	t.Helper()
	p := &Proxy{t: t, plan: plan, target: target, conns: map[*conn]struct{}{}}
	network, host, path := split(target)
	p.scheme, _, _ = strings.Cut(target, "://")
	p.path = path
	at := "127.0.0.1:0"
	if network == "unix" {
		at = filepath.Join(sptest.Dir(t), "p")
	} else if strings.HasPrefix(host, "[") {
		at = "[::1]:0"
	}
	var err error
	lc := net.ListenConfig{Control: segments}
	if p.l, err = lc.Listen(t.Context(), network, at); err != nil {
		t.Fatal(err)
	}
	p.work.Go(p.accept)
	t.Cleanup(p.Close)
	return p
}

func split(addr string) (network, host, path string) {
	scheme, rest, _ := strings.Cut(addr, "://")
	if scheme == "ipc" {
		return "unix", rest, ""
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return "tcp", rest[:i], rest[i:]
	}
	return "tcp", rest, ""
}

// Addr is what to dial instead of the target.
func (p *Proxy) Addr() string { return p.scheme + "://" + p.l.Addr().String() + p.path }

// Aim makes connections to come go to another listener.
func (p *Proxy) Aim(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

func (p *Proxy) accept() {
	for {
		near, err := p.l.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		network, host, _ := split(p.target)
		p.mu.Unlock()
		dialer := net.Dialer{Control: segments}
		far, err := dialer.Dial(network, host)
		if err != nil {
			near.Close()
			continue
		}
		c := &conn{p: p, near: near, far: far, dead: make(chan struct{})}
		if p.plan != nil {
			c.plan = p.plan(p.n)
		}
		p.n++
		small(near)
		small(far)
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			c.end(Cut)
			return
		}
		p.conns[c] = struct{}{}
		p.mu.Unlock()
		p.work.Go(func() { c.pass(near, far, c.plan.There) })
		p.work.Go(func() { c.pass(far, near, c.plan.Back) })
	}
}

// Buffer is what is asked of the kernel for each side of a connection.
const Buffer = 16 << 10

func small(c net.Conn) {
	if b, ok := c.(interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
	}); ok {
		b.SetReadBuffer(Buffer)
		b.SetWriteBuffer(Buffer)
	}
}

// segments makes TCP's packets small: with buffers smaller than one packet of
// the loopback, it waits for its timers.
func segments(network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	return c.Control(func(fd uintptr) {
		syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400)
	})
}

// Break ends all connections that there are, and tells how many that was.
func (p *Proxy) Break(how How) int {
	p.mu.Lock()
	all := make([]*conn, 0, len(p.conns))
	for c := range p.conns {
		all = append(all, c)
	}
	p.mu.Unlock()
	n := 0
	for _, c := range all {
		if c.end(how) {
			n++
		}
	}
	p.Took.Add(int64(n))
	return n
}

// Close ends everything, and waits for it.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.l.Close()
	p.Break(Cut)
	p.work.Wait()
}
