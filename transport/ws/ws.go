// Package ws is the transport of ws:// and wss:// addresses (and ws4://,
// ws6://, wss4://, wss6://): WebSocket, RFC 6455, as browsers, nanomsg, nng
// and mangos speak it (sp-websocket-mapping). Import it for its effect, and a
// program's sockets know these schemes:
//
//	import _ "github.com/sprocketmq/sp/transport/ws"
//
// A socket can listen for itself, or be mounted on a path of a server that is
// there already:
//
//	feed := ws.NewHandler("ws://example.com/feed", nil)
//	pub.ListenOn(feed, nil)
//	mux.Handle("/feed", feed)
//
// What is known of the other side, Peer.State, is the *http.Request of a
// client, with its TLS state, and the *http.Response of a server. An Admit
// hook sees the request before it is answered, and its error becomes the
// answer: 403, or what a *StatusError says.
//
// The handshake goes through net/http; the frames are those of wire/ws, and
// are read and written by the engine as those of other transports are, many
// at a time.
package ws

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/tcp"
	frames "github.com/sprocketmq/sp/wire/ws"
)

// Transport is WebSocket over TCP or TLS. The zero value has the defaults.
type Transport struct {
	// TLS is the configuration for wss. Endpoints work with a copy of it.
	// nil is enough to dial: the server is then verified against the
	// system's roots and the host of the address. A listener needs a
	// certificate in it; package secure makes configurations.
	TLS *tls.Config
	// TCP has the settings of the connections beneath.
	TCP tcp.Transport
	// Text sends messages that are valid UTF-8 as text, which JavaScript
	// gets as a string; others go as binary. A message's SetType decides for
	// that one. Both types are received either way, and text that is not UTF-8
	// ends the connection.
	Text bool
	// Types makes messages that come tell their Type. Who sends one on sends it
	// as what it is, whatever Text says.
	Types bool

	// Header is sent along when dialling, for tokens and cookies. "Host"
	// in it replaces the address's host.
	Header http.Header
	// Proxy chooses the proxy to dial through; nil is
	// http.ProxyFromEnvironment. It is asked at each attempt, with a
	// request whose URL has scheme http for ws and https for wss; no URL
	// means no proxy. Proxies may be http, https, socks5 and socks5h.
	Proxy func(*http.Request) (*url.URL, error)

	// AnyPath makes a listener take no notice of the path that clients ask for.
	AnyPath bool
	// Origins says which pages may connect to a listener, beside those of
	// the same host and port: whole origins (https://app.example.com) or
	// hosts, with * for any characters but dots (*.example.com); "*" alone
	// is every page. It concerns browsers only: other clients send no
	// Origin, and may connect.
	Origins []string
	// CheckOrigin decides instead of Origins and the same-host rule, for
	// requests that have an Origin.
	CheckOrigin func(*http.Request) bool
}

// schemes are those of this package and whether they mean TLS.
var schemes = map[string]bool{
	"ws": false, "ws4": false, "ws6": false,
	"wss": true, "wss4": true, "wss6": true,
}

func init() {
	for scheme := range schemes {
		transport.Register(scheme, Transport{})
	}
}

// Listen implements transport.Transport. Clients have to ask for the path of
// addr, "/" if it has none; the endpoint's address shows it either way.
func (t Transport) Listen(addr string) (transport.Listener, error) {
	a, err := parse(addr)
	if err == nil && a.url.RawQuery != "" {
		err = a.bad("a query is for dialling")
	}
	if err != nil {
		return nil, err
	}
	var config *tls.Config
	if a.tls {
		if config, err = secure.Listener(t.TLS); err != nil {
			return nil, err
		}
		config.NextProtos = http1
	}
	bound, l, err := t.TCP.ListenNet(a.tcp.String())
	if err != nil {
		return nil, err
	}
	return &transport.ConnListener{
		Listener: l,
		Address:  bound.String() + a.url.EscapedPath(),
		Wrap: func(conn net.Conn) transport.Link {
			t.TCP.Tune(conn)
			return t.accepted(conn, config, a)
		},
	}, nil
}

// codec is that of a connection; client says which end it is.
func (t *Transport) codec(client bool) *frames.Codec {
	c := frames.New(client, t.Text)
	c.Types = t.Types
	return c
}

// http1 keeps ALPN from choosing HTTP/2, which can't be upgraded.
var http1 = []string{"http/1.1"}
