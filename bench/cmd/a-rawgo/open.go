package main

import (
	"net"
	"strings"

	"github.com/sprocketmq/sp/bench/adapter"
)

func split(url string) (network, addr string) {
	scheme, rest, _ := strings.Cut(url, "://")
	if scheme == "ipc" {
		return "unix", rest
	}
	return scheme, rest
}

func (st stack) Open(kind, url string, listen bool) (adapter.Sock, error) {
	network, addr := split(url)
	if network == "inproc" {
		return openInproc(kind, listen)
	}
	mode := st.mode
	if (kind == "rep" || kind == "req") && mode == "batch" {
		mode = "1w" // a ping-pong has nothing to batch
	}
	s := &sock{mode: mode, ok: make(chan struct{})}
	if !listen {
		c, err := net.Dial(network, addr)
		if err != nil {
			return nil, err
		}
		return s, st.attach(c, s)
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return nil, err
	}
	if kind == "pub" {
		p := &pub{}
		go func() {
			for {
				s := &sock{mode: mode, ok: make(chan struct{})}
				if st.accept(l, s) != nil {
					return
				}
				p.subs = append(p.subs, s)
			}
		}()
		return p, nil
	}
	go st.accept(l, s)
	return s, nil
}

// accept gives s the next connection.
func (st stack) accept(l net.Listener, s *sock) error {
	c, err := l.Accept()
	if err != nil {
		return err
	}
	return st.attach(c, s)
}

func (st stack) attach(c net.Conn, s *sock) error {
	w, err := st.wrap(c)
	if err != nil {
		return err
	}
	s.attach(w)
	return nil
}
