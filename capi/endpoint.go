//go:build linux

package capi

import (
	"syscall"
	"time"

	"github.com/sprocketmq/sp/internal/engine"
)

// Bind listens on an address and returns the endpoint's number.
func (s *Socket) Bind(addr string) (int, error) { return s.attach(addr, bindable, s.e.Listen) }

// Connect starts to connect to an address and returns the endpoint's number.
func (s *Socket) Connect(addr string) (int, error) {
	n, err := s.attach(addr, connectable, s.e.Dial)
	if err == nil && !limited(addr) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if e := s.ends[n]; e != nil {
			s.meeting[e] = struct{}{}
		}
	}
	return n, err
}

func (s *Socket) attach(addr string, parse func(string, bool) (string, error), make func(string, engine.EndpointConfig) (*engine.Endpoint, error)) (int, error) {
	s.mu.Lock()
	o := s.options
	s.mu.Unlock()
	to, err := parse(addr, o.ipv4only)
	if err != nil {
		return 0, err
	}
	if !limited(to) {
		s.mu.Lock()
		s.inproc.Store(true)
		s.setQueue()
		s.mu.Unlock()
	}
	e, err := make(to, s.config(to, &o))
	if err != nil {
		return 0, errno(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.ends[s.last] = e
	return s.last, nil
}

// handshakeTime is nanomsg's for tcp and ipc; for ws it is fiveTimes as long.
const handshakeTime = time.Second

func (s *Socket) config(addr string, o *options) engine.EndpointConfig {
	c := engine.EndpointConfig{
		Transport:    transportFor(addr, o),
		SendPriority: o.sndprio, RecvPriority: o.rcvprio,
		RedialMin: o.ivl, RedialMax: o.ivl,
		HandshakeTimeout: handshakeTime,
	}
	if o.ivlMax > 0 {
		c.RedialMax = o.ivlMax
		c.RedialMin = min(o.ivl, o.ivlMax)
	}
	if limited(addr) {
		c.MaxSize = maxSize(o.maxSize)
	}
	return c
}

// Shutdown ends an endpoint.
func (s *Socket) Shutdown(number int) error {
	s.mu.Lock()
	e := s.ends[number]
	delete(s.ends, number)
	delete(s.meeting, e)
	s.mu.Unlock()
	if e == nil {
		return syscall.EINVAL
	}
	e.Close()
	return nil
}

// Name is what complaints call the socket.
func (s *Socket) Name(name string) { s.errors.name.Store(&name) }
