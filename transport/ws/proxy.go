package ws

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/net/proxy"

	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/tcp"
)

// route is how to reach a server: straight, if url is nil, or through a proxy.
type route struct {
	url    *url.URL
	tcp    tcp.Address // the proxy's
	config *tls.Config // for an https proxy
}

// proxy finds the route to a server.
func (t *Transport) proxy(a *address) (*route, error) {
	choose := t.Proxy
	if choose == nil {
		choose = http.ProxyFromEnvironment
	}
	u, err := choose(&http.Request{Method: http.MethodGet, URL: a.httpURL(), Host: a.host(), Header: http.Header{}})
	if err != nil || u == nil {
		return &route{}, err
	}
	r := &route{url: u}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = "80"
	case u.Scheme == "https":
		port = "443"
	default:
		port = "1080"
	}
	switch u.Scheme {
	case "http", "socks5", "socks5h":
	case "https":
		if r.config, err = secure.Dialer(t.TLS, u.Hostname()); err != nil {
			return nil, err
		}
		r.config.ServerName = u.Hostname() // a name that is set is the target's
		r.config.NextProtos = http1
	default:
		return nil, fmt.Errorf("proxy %s: no such kind of proxy", u.Redacted())
	}
	r.tcp, err = tcp.Parse("tcp://" + net.JoinHostPort(u.Hostname(), port))
	return r, err
}

// dial makes the connection: to the server, or to the proxy.
func (r *route) dial(ctx context.Context, t tcp.Transport, server tcp.Address) (net.Conn, error) {
	if r.url == nil {
		return t.Dial(ctx, server)
	}
	conn, err := t.Dial(ctx, r.tcp)
	if err != nil {
		return nil, r.failed(err)
	}
	if r.config != nil {
		return secure.Client(conn, r.config), nil
	}
	return conn, nil
}

// tunnel asks the proxy to connect to the server.
func (r *route) tunnel(ctx context.Context, conn net.Conn, a *address) error {
	if r.url == nil {
		return nil
	}
	target := net.JoinHostPort(a.tcp.Host, a.tcp.Port)
	var err error
	switch r.url.Scheme {
	case "http", "https":
		err = r.connect(conn, target)
	default:
		err = r.socks(ctx, conn, target)
	}
	if err != nil {
		return r.failed(secure.Explain(err))
	}
	return nil
}

func (r *route) failed(err error) error {
	return fmt.Errorf("proxy %s: %w", r.url.Redacted(), err)
}

// connect speaks HTTP to the proxy.
func (r *route) connect(conn net.Conn, target string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", target, target)
	if u := r.url.User; u != nil {
		password, _ := u.Password()
		fmt.Fprintf(&b, "Proxy-Authorization: Basic %s\r\n",
			base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
	b.WriteString("\r\n")
	if _, err := conn.Write(b.Bytes()); err != nil {
		return err
	}
	answer, err := readAnswer(conn, &http.Request{Method: http.MethodConnect}, len("HTTP/1.1 200\r\n\r\n"))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return &StatusError{Status: answer.StatusCode, Header: answer.Header, Text: "from the proxy"}
	}
	return nil
}

// socks speaks SOCKS 5 to the proxy, which resolves the name.
func (r *route) socks(ctx context.Context, conn net.Conn, target string) error {
	var auth *proxy.Auth
	if u := r.url.User; u != nil {
		password, _ := u.Password()
		auth = &proxy.Auth{User: u.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", r.url.Host, auth, nil)
	if err != nil {
		return err
	}
	on, ok := d.(interface {
		DialWithConn(ctx context.Context, conn net.Conn, network, addr string) (net.Addr, error)
	})
	if !ok {
		return errors.ErrUnsupported
	}
	_, err = on.DialWithConn(ctx, conn, "tcp", target)
	return err
}
