//go:build linux

package capi

import (
	"context"

	"github.com/sprocketmq/sp/transport"
)

// watched is a transport of streams, with conns for connections.
type watched struct{ transport.Transport }

func (t watched) Dialer(addr string) (transport.Dialer, error) {
	d, err := t.Transport.Dialer(addr)
	if err != nil {
		return nil, err
	}
	return transport.DialerFunc(func(ctx context.Context) (transport.Link, error) { return watchLink(d.Dial(ctx)) }), nil
}

func (t watched) Listen(addr string) (transport.Listener, error) {
	l, err := t.Transport.Listen(addr)
	if err != nil {
		return nil, err
	}
	return watchedListener{l}, nil
}

type watchedListener struct{ transport.Listener }

func (l watchedListener) Accept() (transport.Link, error) { return watchLink(l.Listener.Accept()) }

func watchLink(l transport.Link, err error) (transport.Link, error) {
	if err != nil || watching == nil {
		return l, err
	}
	s := l.(*transport.StreamLink)
	c, err := newConn(s.Conn, watching)
	if err != nil {
		return nil, err
	}
	s.Conn = c
	return s, nil
}
