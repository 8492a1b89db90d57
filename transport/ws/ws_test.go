package ws

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/secure/certtest"
	"github.com/sprocketmq/sp/wire"
)

func TestRoundTrip(t *testing.T) {
	a := certtest.NewAuthority(t)
	server, client := a.Issue("server").Server(t), &tls.Config{RootCAs: a.Pool()}
	for _, addr := range []string{"ws://127.0.0.1:0", "ws4://*:0/feed", "ws6://[::1]:0/a%20b/c", "wss://127.0.0.1:0/feed", "wss://localhost:0"} {
		t.Run(addr, func(t *testing.T) {
			l, err := Transport{TLS: server}.Listen(addr)
			if err != nil && strings.Contains(addr, "::1") {
				t.Skip("no IPv6 here:", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			s := serve(t, l, wire.Rep, nil)
			dialled, err := dial(t, Transport{TLS: client, Header: http.Header{"X-Token": {"secret"}}}, l.Addr()+"?room=1", wire.Req)
			e := s.next(t)
			if err := errors.Join(err, e.err); err != nil {
				t.Fatal(err)
			}
			accepted := e.link.(*transport.StreamLink)
			exchange(t, dialled, accepted)

			r := accepted.State().(*http.Request)
			if r.Header.Get("X-Token") != "secret" || r.URL.Query().Get("room") != "1" || r.RemoteAddr == "" {
				t.Errorf("the request: %+v", r)
			}
			answer := dialled.State().(*http.Response)
			isTLS := strings.HasPrefix(addr, "wss")
			if answer.StatusCode != 101 || (answer.TLS != nil) != isTLS || (r.TLS != nil) != isTLS {
				t.Errorf("the answer: %+v", answer)
			}
			scheme, _, _ := strings.Cut(addr, ":")
			for _, addr := range []string{dialled.RemoteAddr(), dialled.LocalAddr(), accepted.RemoteAddr(), accepted.LocalAddr()} {
				if !strings.HasPrefix(addr, scheme+"://") {
					t.Errorf("address %q", addr)
				}
			}
		})
	}
}

func TestHandler(t *testing.T) {
	h := NewHandler("ws://example.com/feed", nil)
	if h.Addr() != "ws://example.com/feed" {
		t.Errorf("address %q", h.Addr())
	}
	s := serve(t, h, wire.Rep, nil)
	addr := mount(t, h, "/feed")
	dialled, err := dial(t, Transport{}, addr, wire.Req)
	e := s.next(t)
	if err := errors.Join(err, e.err); err != nil {
		t.Fatal(err)
	}
	exchange(t, dialled, e.link.(*transport.StreamLink))
}

// TestSocketsShareAPort mounts two on one server, with TLS and a client's
// certificate.
func TestSocketsShareAPort(t *testing.T) {
	a := certtest.NewAuthority(t)
	alice, bob := a.Issue("alice"), a.Issue("bob")
	config := alice.Server(t)
	config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, a.Pool()
	var sawName string
	rep := NewHandler("", nil)
	reps := serve(t, rep, wire.Rep, func(l transport.Link) error {
		sawName = l.State().(*http.Request).TLS.VerifiedChains[0][0].Subject.CommonName
		return nil
	})
	pub := NewHandler("", nil)
	pubs := serve(t, pub, wire.Pub, nil)
	mux := http.NewServeMux()
	mux.Handle("/rep", rep)
	mux.Handle("/pub", pub)
	web := httptest.NewUnstartedServer(mux)
	web.TLS = config
	web.StartTLS()
	defer web.Close()
	base := "wss" + strings.TrimPrefix(web.URL, "https")
	client, err := secure.MutualConfig(bob.Cert, bob.Key, a.PEM)
	if err != nil {
		t.Fatal(err)
	}
	for path, test := range map[string]struct {
		of *server
		p  wire.Protocol
	}{"/rep": {reps, wire.Req}, "/pub": {pubs, wire.Sub}} {
		l, err := dial(t, Transport{TLS: client}, base+path, test.p)
		if err != nil {
			t.Fatal(path, err)
		}
		e := test.of.next(t)
		if e.err != nil {
			t.Fatal(path, e.err)
		}
		exchange(t, l, e.link.(*transport.StreamLink))
	}
	if sawName != "bob" {
		t.Errorf("the hook saw %q", sawName)
	}
}

func TestWrongProtocol(t *testing.T) {
	l := listen(t, Transport{}, "ws://127.0.0.1:0/")
	s := serve(t, l, wire.Rep, nil)
	_, err := dial(t, Transport{}, l.Addr(), wire.Sub)
	var refused *StatusError
	if !errors.As(err, &refused) || refused.Status != 400 || refused.Reason() != "http-400" {
		t.Errorf("client: %v", err)
	}
	var wrong *wire.WrongProtocolError
	if e := s.next(t); !errors.As(e.err, &wrong) || wrong.Got != wire.Sub.Self || wrong.Want != wire.Req.Self {
		t.Errorf("server: %v", e.err)
	}
}

func TestAdmitRefuses(t *testing.T) {
	unauthorized := &StatusError{Status: 401, Header: http.Header{"Www-Authenticate": {`Bearer realm="feed"`}}, Text: "show a token"}
	inside := errors.New("not those whom the hook does not like")
	for _, test := range []struct {
		err    error
		status int
	}{
		{unauthorized, 401},
		{errors.Join(errors.New("more about it"), unauthorized), 401},
		{inside, 403},
		{&StatusError{Status: 7}, 403},
	} {
		admit := func(l transport.Link) error {
			if l.State().(*http.Request).Header.Get("Authorization") == "Bearer good" {
				return nil
			}
			return test.err
		}
		h := NewHandler("", nil)
		own := listen(t, Transport{}, "ws://127.0.0.1:0/feed")
		for name, at := range map[string]struct {
			addr string
			s    *server
		}{
			"listener": {own.Addr(), serve(t, own, wire.Rep, admit)},
			"handler":  {mount(t, h, "/feed"), serve(t, h, wire.Rep, admit)},
		} {
			_, err := dial(t, Transport{}, at.addr, wire.Req)
			var refused *StatusError
			if !errors.As(err, &refused) || refused.Status != test.status {
				t.Errorf("%s: client: %v, want %d", name, err, test.status)
			} else if got := refused.Header.Get("WWW-Authenticate"); (got != "") != (test.status == 401) {
				t.Errorf("%s: challenge %q", name, got)
			}
			if e := at.s.next(t); !errors.Is(e.err, test.err) {
				t.Errorf("%s: server: %v", name, e.err)
			}
			_, err = dial(t, Transport{Header: http.Header{"Authorization": {"Bearer good"}}}, at.addr, wire.Req)
			if err := errors.Join(err, at.s.next(t).err); err != nil {
				t.Errorf("%s: with a token: %v", name, err)
			}
		}
	}
}

func TestHostHeader(t *testing.T) {
	l := listen(t, Transport{}, "ws://127.0.0.1:0/")
	s := serve(t, l, wire.Rep, nil)
	_, err := dial(t, Transport{Header: http.Header{"Host": {"virtual.example"}, "Sec-Websocket-Version": {"8"}}}, l.Addr(), wire.Req)
	e := s.next(t)
	if err := errors.Join(err, e.err); err != nil {
		t.Fatal(err)
	}
	if r := e.link.State().(*http.Request); r.Host != "virtual.example" {
		t.Errorf("host %q", r.Host)
	}
}

func TestListenNeedsACertificate(t *testing.T) {
	if _, err := (Transport{}).Listen("wss://127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("error %v", err)
	}
}

func TestCertificateErrors(t *testing.T) {
	a := certtest.NewAuthority(t)
	l := listen(t, Transport{TLS: a.Issue("old", certtest.Expired).Server(t)}, "wss://127.0.0.1:0/")
	s := serve(t, l, wire.Rep, nil)
	_, err := dial(t, Transport{TLS: &tls.Config{RootCAs: a.Pool()}}, l.Addr(), wire.Req)
	var e *secure.Error
	if !errors.As(err, &e) || e.Kind != secure.Expired || e.Remote {
		t.Errorf("client: %v", err)
	}
	if got := s.next(t); !errors.As(got.err, &e) || !e.Remote {
		t.Errorf("server: %v", got.err)
	}
	// With TLS 1.3 a client reads only after its handshake that it was
	// refused.
	config := a.Issue("server").Server(t)
	config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, a.Pool()
	l = listen(t, Transport{TLS: config}, "wss://127.0.0.1:0/")
	s = serve(t, l, wire.Rep, nil)
	_, err = dial(t, Transport{TLS: &tls.Config{RootCAs: a.Pool()}}, l.Addr(), wire.Req)
	if !errors.As(err, &e) || e.Kind != secure.NoCertificate || !e.Remote {
		t.Errorf("client without certificate: %v", err)
	}
	if got := s.next(t); !errors.As(got.err, &e) || e.Kind != secure.NoCertificate || e.Remote {
		t.Errorf("server: %v", got.err)
	}
}
