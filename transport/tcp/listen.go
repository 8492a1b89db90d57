package tcp

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/sprocketmq/sp/transport"
)

// Listen implements transport.Transport.
func (t Transport) Listen(addr string) (transport.Listener, error) {
	a, l, err := t.ListenNet(addr)
	if err != nil {
		return nil, err
	}
	return &transport.ConnListener{
		Listener: l,
		Address:  a.String(),
		Wrap: func(conn net.Conn) transport.Link {
			t.Tune(conn)
			return NewLink(conn, a.Scheme)
		},
	}, nil
}

// ListenNet binds addr, and returns it with the port that was bound.
func (t Transport) ListenNet(addr string) (Address, net.Listener, error) {
	a, err := Parse(addr)
	if err != nil {
		return a, nil, err
	}
	if a.Local != "" {
		return a, nil, fmt.Errorf("address %q: a local address before ; is for dialling", addr)
	}
	host := a.Host
	if host == "*" {
		host = ""
	}
	lc := net.ListenConfig{KeepAlive: t.KeepAlive}
	l, err := lc.Listen(context.Background(), a.Network, net.JoinHostPort(host, a.Port))
	if err != nil {
		return a, nil, err
	}
	bound := l.Addr().(*net.TCPAddr)
	a.Port = fmt.Sprint(bound.Port)
	if host == "" {
		// What was bound is no address to dial; one of this machine's is.
		a.Host = "127.0.0.1"
		if a.Network == "tcp6" {
			a.Host = "::1"
		}
	}
	return a, l, nil
}

// Tune sets the connection's options.
func (t Transport) Tune(conn net.Conn) {
	c, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	if t.Delay {
		c.SetNoDelay(false)
	}
	if t.ReadBuffer > 0 {
		c.SetReadBuffer(t.ReadBuffer)
	}
	if t.WriteBuffer > 0 {
		c.SetWriteBuffer(t.WriteBuffer)
	}
	limit := t.Unacknowledged
	if limit == 0 {
		limit = 2 * time.Minute
	}
	if limit > 0 {
		if raw, err := c.SyscallConn(); err == nil {
			raw.Control(func(fd uintptr) { setUserTimeout(fd, limit) })
		}
	}
}
