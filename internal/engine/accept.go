package engine

import (
	"errors"
	"net"
	"time"

	"github.com/sprocketmq/sp/transport"
)

// Accepting pauses for as long as this after an error such as a lack of
// descriptors, doubling from the first to the second.
const (
	acceptPause    = 5 * time.Millisecond
	acceptPauseMax = time.Second
)

// accept is a listener's goroutine. Each connection gets one of its own
// before its handshake begins.
func (e *Endpoint) accept() {
	pause := acceptPause
	for {
		link, err := e.listener.Accept()
		if err == nil {
			pause = acceptPause
			if e.admits(link) {
				e.sock.spawn(func() {
					if p, err := e.welcome(link); err == nil {
						p.run()
					}
				})
			}
			continue
		}
		if e.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			if e.ctx.Err() == nil {
				e.failed(err) // somebody else closed it
				e.sock.log.Warn("listener was closed", "endpoint", e.addr, "err", err)
			}
			return
		}
		e.both(func(c *EndpointCounters) { c.AcceptFailures.Add(1) })
		e.failed(err)
		e.sock.log.Warn("accept failed", "endpoint", e.addr, "err", err, "pause", pause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-e.ctx.Done():
			timer.Stop()
		}
		pause = min(2*pause, acceptPauseMax)
	}
}

// admits counts an accepted connection, and closes it if there are as many as
// there may be.
func (e *Endpoint) admits(l transport.Link) bool {
	e.both(func(c *EndpointCounters) { c.Accepts.Add(1) })
	e.succeeded()
	e.mu.Lock()
	full := e.cfg.MaxPeers > 0 && len(e.pipes)+len(e.shakes) >= e.cfg.MaxPeers
	e.mu.Unlock()
	if full {
		e.both(func(c *EndpointCounters) { c.Busy.Add(1) })
		e.sock.log.Warn("refused", "endpoint", e.addr, "peer", l.RemoteAddr(), "err", "as many peers as MaxPeers allows")
		l.Close()
	}
	return !full
}
