package ws_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure/certtest"
	"github.com/sprocketmq/sp/transport/tcp"
	"github.com/sprocketmq/sp/transport/tlstcp"
	"github.com/sprocketmq/sp/transport/ws"
)

// Tests with sockets, over the roads of this package and that of tlstcp, which
// share what is to be proved of them.

// A road says how sockets meet.
type road struct {
	name   string
	addr   string // to listen on; "" where a server of net/http's listens
	secure bool
}

var roads = []road{
	{"ws", "ws://127.0.0.1:0/feed", false},
	{"wss", "wss://127.0.0.1:0", true},
	{"handler", "", false},
	{"tls+tcp", "tls+tcp://127.0.0.1:0", true},
}

func each(t *testing.T, f func(t *testing.T, ctx context.Context, r road)) {
	t.Helper()
	for _, r := range roads {
		t.Run(r.name, func(t *testing.T) { f(t, sptest.Begin(t), r) })
	}
}

// with is the transport of a road, with a configuration of TLS.
func (r road) with(config *tls.Config) *sp.EndpointOptions {
	var t transport.Transport = ws.Transport{TLS: config}
	switch {
	case strings.HasPrefix(r.addr, "tls"):
		t = tlstcp.Transport{Config: config}
	case strings.HasPrefix(r.addr, "tcp"):
		t = tcp.Transport{}
	}
	return &sp.EndpointOptions{Transport: t}
}

// listener is any socket.
type listener interface {
	sptest.Socket
	ListenOn(transport.Listener, *sp.EndpointOptions) (*sp.Endpoint, error)
}

// listen has a socket listen, and returns the endpoint and what to dial.
func (r road) listen(t testing.TB, s listener, config *tls.Config) (*sp.Endpoint, string) {
	t.Helper()
	if r.addr != "" {
		e, err := s.ListenWith(r.addr, r.with(config))
		if err != nil {
			t.Fatal(err)
		}
		return e, e.Addr()
	}
	h := ws.NewHandler("", nil)
	e, err := s.ListenOn(h, nil)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/feed", h)
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return e, "ws" + strings.TrimPrefix(web.URL, "http") + "/feed"
}

// link connects b to a.
func (r road) link(t testing.TB, ctx context.Context, a, b listener) {
	t.Helper()
	authority := certtest.NewAuthority(t)
	_, addr := r.listen(t, a, authority.Issue("server").Server(t))
	if _, err := b.DialWith(addr, r.with(&tls.Config{RootCAs: authority.Pool()})); err != nil {
		t.Fatal(err)
	}
	sptest.Peers(t, ctx, a, 1)
	sptest.Peers(t, ctx, b, 1)
}
