// Package tlstcp is the transport of tls+tcp://, tls+tcp4:// and tls+tcp6://
// addresses: TCP with TLS 1.2 or 1.3 around it, as nng and mangos speak it.
// Import it for its effect, and a program's sockets know these schemes:
//
//	import _ "github.com/sprocketmq/sp/transport/tlstcp"
//
// A listener needs a certificate, and so a Transport of its own; package
// secure makes the configurations that are wanted most:
//
//	config, err := secure.ServerConfig("cert.pem", "key.pem")
//	sock.ListenWith("tls+tcp://:8443", &sp.EndpointOptions{Transport: tlstcp.Transport{Config: config}})
//
// What is known of the other side, Peer.State, is a *tls.ConnectionState, with
// the chain of a verified client for the Admit hook. Failed handshakes give a
// *secure.Error.
package tlstcp

import (
	"context"
	"crypto/tls"
	"net"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/tcp"
)

// Transport is TLS over TCP.
type Transport struct {
	// Config is the configuration of TLS; endpoints work with a copy of
	// it. nil is enough for a dialer, which then verifies the other side
	// against the system's roots and the host of the address; a listener
	// needs Certificates, GetCertificate or GetConfigForClient in it.
	// MinVersion is TLS 1.2 at the least.
	Config *tls.Config
	// TCP has the settings of the connections beneath.
	TCP tcp.Transport
}

var schemes = []string{"tls+tcp", "tls+tcp4", "tls+tcp6"}

func init() {
	for _, scheme := range schemes {
		transport.Register(scheme, Transport{})
	}
}

// Dialer implements transport.Transport.
func (t Transport) Dialer(addr string) (transport.Dialer, error) {
	a, err := t.TCP.Remote(addr)
	if err != nil {
		return nil, err
	}
	config, err := secure.Dialer(t.Config, a.Host)
	if err != nil {
		return nil, err
	}
	return transport.DialerFunc(func(ctx context.Context) (transport.Link, error) {
		conn, err := t.TCP.Dial(ctx, a)
		if err != nil {
			return nil, err
		}
		return link(secure.Client(conn, config), a.Scheme), nil
	}), nil
}

// Listen implements transport.Transport.
func (t Transport) Listen(addr string) (transport.Listener, error) {
	config, err := secure.Listener(t.Config)
	if err != nil {
		return nil, err
	}
	a, l, err := t.TCP.ListenNet(addr)
	if err != nil {
		return nil, err
	}
	return &transport.ConnListener{
		Listener: l,
		Address:  a.String(),
		Wrap: func(conn net.Conn) transport.Link {
			t.TCP.Tune(conn)
			return link(secure.Server(conn, config), a.Scheme)
		},
	}, nil
}

// link makes a link of a connection on which nothing was sent yet.
func link(conn *secure.Conn, scheme string) *transport.StreamLink {
	l := tcp.NewLink(conn, scheme)
	l.Shake = func(ctx context.Context, l *transport.StreamLink, hello transport.Hello) error {
		return shake(ctx, l, conn.Conn, hello)
	}
	return l
}

// shake does the handshake of TLS, then that of the streams.
func shake(ctx context.Context, l *transport.StreamLink, conn *tls.Conn, hello transport.Hello) error {
	state, err := secure.Handshake(ctx, conn)
	if err != nil {
		return err
	}
	l.Known = state
	var refused error
	admit := hello.Admit
	hello.Admit = func() error {
		refused = admit()
		return refused
	}
	err = transport.ShakeSP(ctx, l, hello)
	if err == nil || refused != nil {
		return err
	}
	// With TLS 1.3 it is only here that a client reads that its certificate
	// was refused.
	return secure.Explain(err)
}
