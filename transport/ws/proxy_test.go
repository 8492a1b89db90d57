package ws

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure/certtest"
	"github.com/sprocketmq/sp/wire"
)

// relay is a proxy for one connection: greet does its handshake and returns
// where to connect to and what to answer then.
func relay(t *testing.T, l net.Listener, greet func(net.Conn, *bufio.Reader) (target, answer string)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		target, answer := greet(conn, r)
		if target == "" {
			io.WriteString(conn, answer)
			return
		}
		far, err := net.Dial("tcp", target)
		if err != nil {
			t.Error(err)
			return
		}
		defer far.Close()
		io.WriteString(conn, answer)
		back := make(chan struct{})
		go func() {
			defer close(back)
			io.Copy(conn, far)
			conn.Close()
		}()
		io.Copy(far, r)
		far.Close()
		<-back
	}()
	t.Cleanup(func() { l.Close(); <-done })
}

func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// connect is a proxy that speaks HTTP and wants a password.
func connect(conn net.Conn, r *bufio.Reader) (target, answer string) {
	q, err := http.ReadRequest(r)
	if err != nil || q.Method != http.MethodConnect {
		return "", "HTTP/1.1 400 Bad Request\r\n\r\n"
	}
	if want := "Basic " + base64.StdEncoding.EncodeToString([]byte("u:p")); q.Header.Get("Proxy-Authorization") != want {
		return "", "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n"
	}
	return q.Host, "HTTP/1.1 200 OK\r\n\r\n"
}

// socks5 is a proxy that speaks SOCKS and wants nothing.
func socks5(conn net.Conn, r *bufio.Reader) (target, answer string) {
	b := make([]byte, 256)
	io.ReadFull(r, b[:2])
	io.ReadFull(r, b[:b[1]])
	io.WriteString(conn, "\x05\x00")
	io.ReadFull(r, b[:4])
	var host string
	switch b[3] {
	case 1:
		io.ReadFull(r, b[:4])
		host = net.IP(b[:4]).String()
	case 3:
		n, _ := r.ReadByte()
		io.ReadFull(r, b[:n])
		host = string(b[:n])
	}
	io.ReadFull(r, b[:2])
	port := itoa(int(b[0])<<8 | int(b[1]))
	return net.JoinHostPort(host, port), "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x01"
}

func itoa(n int) string { return (&net.TCPAddr{Port: n}).String()[1:] }

func TestProxies(t *testing.T) {
	a := certtest.NewAuthority(t)
	server := a.Issue("server").Server(t)
	client := &tls.Config{RootCAs: a.Pool()}
	greetings := map[string]func(net.Conn, *bufio.Reader) (string, string){
		"http": connect, "https": connect, "socks5": socks5, "socks5h": socks5,
	}
	for scheme, greet := range greetings {
		for _, target := range []string{"ws", "wss"} {
			t.Run(scheme+"/"+target, func(t *testing.T) {
				l := listen(t, Transport{TLS: server}, target+"://127.0.0.1:0/feed")
				s := serve(t, l, wire.Rep, nil)
				p := loopback(t)
				if scheme == "https" {
					p = tls.NewListener(p, server)
				}
				relay(t, p, greet)
				through := &url.URL{Scheme: scheme, Host: p.Addr().String()}
				if strings.HasPrefix(scheme, "http") {
					through.User = url.UserPassword("u", "p")
				}
				var asked *url.URL
				tr := Transport{TLS: client, Proxy: func(r *http.Request) (*url.URL, error) {
					asked = r.URL
					return through, nil
				}}
				dialled, err := dial(t, tr, l.Addr(), wire.Req)
				if err != nil {
					t.Fatal(err)
				}
				e := s.next(t)
				if e.err != nil {
					t.Fatal(e.err)
				}
				exchange(t, dialled, e.link.(*transport.StreamLink))
				if want := strings.Replace(l.Addr(), "ws", "http", 1); asked.String() != want {
					t.Errorf("the proxy's function was asked about %s, want %s", asked, want)
				}
				e.link.Close() // so that the proxy ends
			})
		}
	}
}

func TestProxyRefuses(t *testing.T) {
	p := loopback(t)
	relay(t, p, connect)
	tr := Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: p.Addr().String(), User: url.UserPassword("u", "wrong")})}
	_, err := dial(t, tr, "ws://192.0.2.1/", wire.Req)
	var refused *StatusError
	if !errors.As(err, &refused) || refused.Status != 407 || strings.Contains(err.Error(), "wrong") {
		t.Errorf("error %v", err)
	}

	p = loopback(t)
	p.Close()
	tr.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: p.Addr().String()})
	if _, err := dial(t, tr, "ws://192.0.2.1/", wire.Req); err == nil || !strings.Contains(err.Error(), "proxy http://") {
		t.Errorf("no proxy: %v", err)
	}
	tr.Proxy = http.ProxyURL(&url.URL{Scheme: "gopher", Host: "x"})
	if _, err := dial(t, tr, "ws://192.0.2.1/", wire.Req); err == nil || !strings.Contains(err.Error(), "gopher") {
		t.Errorf("unknown kind: %v", err)
	}
	tr.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("no idea") }
	if _, err := dial(t, tr, "ws://192.0.2.1/", wire.Req); err == nil || err.Error() != "no idea" {
		t.Errorf("error %v", err)
	}
}
