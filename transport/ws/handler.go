package ws

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sprocketmq/sp/transport"
)

// How long a request waits for a socket that accepts it, and how long it is
// held for the handshake at the most.
const (
	acceptPatience = 5 * time.Second
	shakePatience  = time.Minute
)

// Handler is a listener whose connections come from a server of net/http's:
// give it to ListenOn, and mount it on a path. Requests that come before it
// has been given to a socket wait for up to 5 s and are answered 503 then, as
// they are after Close.
//
// HTTP/2 has no upgrade of this kind: such requests are answered 505, and
// browsers do not make them.
type Handler struct {
	t        Transport
	addr     string
	patience time.Duration

	waiting chan *visit
	done    chan struct{}
	close   sync.Once
}

var (
	_ http.Handler       = (*Handler)(nil)
	_ transport.Listener = (*Handler)(nil)
)

// NewHandler returns a handler that no socket listens on yet. addr is what
// the endpoint's Addr will say, as clients would dial it; nothing is done with
// it. t has the settings, of which Text, Origins and CheckOrigin matter; nil
// is the defaults.
func NewHandler(addr string, t *Transport) *Handler {
	if addr == "" {
		addr = "ws://"
	}
	h := &Handler{
		addr:     addr,
		patience: acceptPatience,
		waiting:  make(chan *visit),
		done:     make(chan struct{}),
	}
	if t != nil {
		h.t = *t
	}
	return h
}

// visit is a request that waits for a socket.
type visit struct {
	w     http.ResponseWriter
	r     *http.Request
	extra http.Header // what handlers before ours want to send

	taken chan error // gets the result of hijacking the connection
	over  chan struct{}
}

// ServeHTTP implements http.Handler. It returns when the handshake is over, or
// when it becomes clear that there will be none.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if refusal := h.t.check(r); refusal != nil {
		refusal.serve(w)
		return
	}
	v := &visit{w: w, r: r, extra: w.Header().Clone(), taken: make(chan error, 1), over: make(chan struct{})}
	timer := time.NewTimer(h.patience)
	defer timer.Stop()
	unavailable := &StatusError{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"1"}}}
	select {
	case h.waiting <- v:
	case <-h.done:
		unavailable.serve(w)
		return
	case <-timer.C:
		unavailable.serve(w)
		return
	case <-r.Context().Done(): // the client has gone, or the server
		return
	}
	if err := <-v.taken; err != nil {
		http.Error(w, "connection can't be upgraded", http.StatusInternalServerError)
		return
	}
	// The connection is not this goroutine's any more, but the request's
	// context lives only until it returns.
	timer.Reset(shakePatience)
	select {
	case <-v.over:
	case <-timer.C: // closed without a handshake
	case <-h.done:
	}
}

// Accept implements transport.Listener.
func (h *Handler) Accept() (transport.Link, error) {
	for {
		select {
		case <-h.done:
			return nil, fmt.Errorf("accept %s: %w", h.addr, net.ErrClosed)
		case v := <-h.waiting:
			l, err := h.take(v)
			v.taken <- err
			if err == nil {
				return l, nil
			}
		}
	}
}

// take makes a link of a request's connection, while its goroutine waits.
func (h *Handler) take(v *visit) (transport.Link, error) {
	conn, buffered, err := http.NewResponseController(v.w).Hijack()
	if err != nil {
		return nil, err
	}
	// The server's own deadlines end here; the socket has others.
	_ = conn.SetDeadline(time.Time{})
	h.t.TCP.Tune(conn)
	scheme := "ws"
	if v.r.TLS != nil {
		scheme = "wss"
	}
	early := buffered.Reader.Buffered() > 0
	return &transport.StreamLink{
		Conn:   conn,
		Local:  scheme + "://" + conn.LocalAddr().String(),
		Remote: scheme + "://" + conn.RemoteAddr().String(),
		Shake: func(_ context.Context, l *transport.StreamLink, hello transport.Hello) error {
			defer close(v.over)
			if early {
				// RFC 6455 4.1: a client waits for the answer.
				refusal := &StatusError{Status: http.StatusBadRequest, Text: "data before the upgrade"}
				return refusal.send(l.Conn, v.extra)
			}
			return h.t.upgrade(l, v.r, v.extra, hello)
		},
	}, nil
}

// Addr implements transport.Listener: it is what NewHandler was given.
func (h *Handler) Addr() string { return h.addr }

// Close implements transport.Listener. The handler stays where it is mounted,
// and answers 503.
func (h *Handler) Close() error {
	h.close.Do(func() { close(h.done) })
	return nil
}
