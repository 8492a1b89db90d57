//go:build linux

package capi

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is a connection that the Go runtime's poller does not know. It takes the place
// of a transport's net.Conn because that poller wakes a thread for whatever happens on
// a connection: for each message that a thread of the program waits for itself, and
// each time the other side has taken something. This one is looked at only while a
// goroutine waits for it.
type conn struct {
	watch         *watch
	local, remote net.Addr

	use    sync.RWMutex // held for reading while fd is used
	fd     int
	ended  bool
	closed chan struct{}

	mu      sync.Mutex
	wanted  uint32 // events that are waited for
	in, out direction
}

// direction is who waits to read, or to write.
type direction struct {
	event uint32
	news  chan struct{}
	until time.Time // zero: for ever
	timer *time.Timer
}

func (d *direction) init(event uint32) { d.event, d.news = event, make(chan struct{}, 1) }

func (d *direction) tell() {
	select {
	case d.news <- struct{}{}:
	default:
	}
}

// newConn makes a conn of a connection, which it takes.
func newConn(of net.Conn, w *watch) (*conn, error) {
	defer of.Close()
	c := &conn{watch: w, local: of.LocalAddr(), remote: of.RemoteAddr(), closed: make(chan struct{})}
	c.in.init(syscall.EPOLLIN)
	c.out.init(syscall.EPOLLOUT)
	raw, err := of.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	if e := raw.Control(func(fd uintptr) { c.fd, err = duplicate(fd) }); e != nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	if err := w.add(c); err != nil {
		syscall.Close(c.fd)
		return nil, err
	}
	return c, nil
}

// with calls f with the descriptor, and again after each event, until it returns true.
func (c *conn) with(d *direction, f func(fd uintptr) bool) error {
	for {
		c.use.RLock()
		if c.ended {
			c.use.RUnlock()
			return net.ErrClosed
		}
		var err error
		done := f(uintptr(c.fd))
		if !done {
			err = c.want(d)
		}
		c.use.RUnlock()
		if done || err != nil {
			return err
		}
		select {
		case <-d.news:
		case <-c.closed:
		}
	}
}

// want has d told when something happens.
func (c *conn) want(d *direction) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !d.until.IsZero() && time.Until(d.until) <= 0 {
		return os.ErrDeadlineExceeded
	}
	c.wanted |= d.event
	return c.watch.set(syscall.EPOLL_CTL_MOD, c.fd, c.wanted)
}

// happened says that events have come; nothing is watched any more.
func (c *conn) happened(events uint32) {
	c.use.RLock()
	defer c.use.RUnlock()
	if c.ended {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if events&^(syscall.EPOLLIN|syscall.EPOLLOUT) != 0 {
		events |= syscall.EPOLLIN | syscall.EPOLLOUT // it has ended: both find out
	}
	for _, d := range []*direction{&c.in, &c.out} {
		if events&d.event != 0 {
			d.tell()
		}
	}
	if c.wanted &^= events; c.wanted != 0 {
		c.watch.set(syscall.EPOLL_CTL_MOD, c.fd, c.wanted)
	}
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.use.Lock()
	defer c.use.Unlock()
	if c.ended {
		return net.ErrClosed
	}
	c.ended = true
	close(c.closed)
	c.watch.remove(c)
	c.SetDeadline(time.Time{})
	return syscall.Close(c.fd)
}

// CloseWrite says that no more is sent.
func (c *conn) CloseWrite() (err error) {
	if e := c.Control(func(fd uintptr) { err = syscall.Shutdown(int(fd), syscall.SHUT_WR) }); e != nil {
		return e
	}
	return err
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (n int, err error) {
	e := c.with(&c.in, func(fd uintptr) bool {
		n, err = syscall.Read(int(fd), b)
		for err == syscall.EINTR {
			n, err = syscall.Read(int(fd), b)
		}
		return err != syscall.EAGAIN
	})
	switch {
	case e != nil:
		return 0, e
	case err != nil:
		return 0, err
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.WriteBuffers(&net.Buffers{b})
	return int(n), err
}

// WriteBuffers writes all pieces, in as few system calls as it takes. It moves their
// start.
func (c *conn) WriteBuffers(pieces *net.Buffers) (written int64, err error) {
	e := c.with(&c.out, func(fd uintptr) bool {
		for len(*pieces) > 0 {
			n, failed := send(fd, *pieces)
			switch failed {
			case 0:
				written += int64(n)
				take(pieces, n)
			case syscall.EINTR:
			case syscall.EAGAIN:
				return false
			default:
				err = failed
				return true
			}
		}
		return true
	})
	if e != nil {
		err = e
	}
	return written, err
}

// LocalAddr and RemoteAddr implement net.Conn.
func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error { return c.limit(&c.in, t) }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.limit(&c.out, t) }

func (c *conn) limit(d *direction, t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.until = t
	if !t.IsZero() {
		d.timer = time.AfterFunc(time.Until(t), d.tell)
	}
	return nil
}

// SyscallConn implements syscall.Conn.
func (c *conn) SyscallConn() (syscall.RawConn, error) { return rawConn{c}, nil }

// Control calls f with the descriptor.
func (c *conn) Control(f func(fd uintptr)) error {
	return c.with(nil, func(fd uintptr) bool { f(fd); return true })
}

// rawConn is a conn's syscall.RawConn.
type rawConn struct{ *conn }

func (c rawConn) Read(f func(fd uintptr) bool) error  { return c.with(&c.in, f) }
func (c rawConn) Write(f func(fd uintptr) bool) error { return c.with(&c.out, f) }
