package engine

import (
	"errors"
	"log/slog"
	"net"
	"time"
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
			if pause > acceptPause {
				pause = acceptPause
				e.tell(noticeKind{slog.LevelInfo, "accepting again", ""}, nil)
			}
			if k := e.begin(link); k != nil && !e.sock.spawn(func() { e.serve(k) }) {
				e.end(k)
				link.Close() // the socket is closed
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
		e.warn("accept failed", "", "err", err, "pause", pause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-e.ctx.Done():
			timer.Stop()
		}
		pause = min(2*pause, acceptPauseMax)
	}
}

// serve is an accepted connection's goroutine.
func (e *Endpoint) serve(k *shake) {
	if p, err := e.shakeHands(k); err == nil {
		p.run()
	}
}
