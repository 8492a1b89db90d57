package ws_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/secure/certtest"
	"github.com/sprocketmq/sp/transport/ws"
)

// peerName is the name in a peer's certificate.
func peerName(p *sp.Peer) string {
	switch s := p.State().(type) {
	case *tls.ConnectionState:
		return s.VerifiedChains[0][0].Subject.CommonName
	case *http.Request:
		return s.TLS.VerifiedChains[0][0].Subject.CommonName
	}
	return fmt.Sprintf("%T", p.State())
}

func securely(t *testing.T, f func(t *testing.T, ctx context.Context, r road)) {
	t.Helper()
	each(t, func(t *testing.T, ctx context.Context, r road) {
		if !r.secure {
			t.Skip("without TLS")
		}
		f(t, ctx, r)
	})
}

// TestAdmitByCertificate lets one of two clients in, both with a certificate.
func TestAdmitByCertificate(t *testing.T) {
	securely(t, func(t *testing.T, ctx context.Context, r road) {
		a := certtest.NewAuthority(t)
		config := func(name string) *tls.Config {
			c := a.Issue(name)
			config, err := secure.MutualConfig(c.Cert, c.Key, a.PEM)
			if err != nil {
				t.Fatal(err)
			}
			return config
		}
		var log sptest.Log
		pull := sptest.Open(t, sp.NewPuller(&sp.Options{
			Log: log.Logger(),
			Admit: func(_ context.Context, p *sp.Peer) error {
				if name := peerName(p); name != "alice" {
					return fmt.Errorf("%s has no business here", name)
				}
				return nil
			},
		}))
		_, addr := r.listen(t, pull, config("server"))
		for _, name := range []string{"bob", "alice"} {
			push := sptest.Open(t, sp.NewPusher(nil))
			if _, err := push.DialWith(addr, r.with(config(name))); err != nil {
				t.Fatal(err)
			}
			if name == "bob" {
				record := log.Wait(t, ctx, "refused", 1)
				if err := fmt.Sprint(record.Attrs["err"]); !strings.Contains(err, "bob has no business here") {
					t.Errorf("log says %q", err)
				}
				push.Close()
				continue
			}
			if err := push.Send(ctx, []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := pull.Recv(ctx); err != nil || string(got) != "x" {
			t.Errorf("%q, %v", got, err)
		}
		if n := pull.Stats().Connections.Refused; n == 0 {
			t.Error("no refusal was counted")
		}
	})
}

// TestAdmitByHeader answers 401 and 403, which the dialer's endpoint shows.
func TestAdmitByHeader(t *testing.T) {
	for _, r := range roads[:3] {
		t.Run(r.name, func(t *testing.T) {
			ctx := sptest.Begin(t)
			a := certtest.NewAuthority(t)
			rep := sptest.Open(t, sp.NewReplier(&sp.Options{Admit: func(_ context.Context, p *sp.Peer) error {
				switch p.State().(*http.Request).Header.Get("Authorization") {
				case "":
					return &ws.StatusError{Status: http.StatusUnauthorized}
				case "Bearer good":
					return nil
				}
				return errors.New("bad token")
			}}))
			_, addr := r.listen(t, rep, a.Issue("server").Server(t))
			for token, status := range map[string]int{"": 401, "Bearer bad": 403, "Bearer good": 0} {
				req := sptest.Open(t, sp.NewRequester(nil))
				tr := ws.Transport{TLS: &tls.Config{RootCAs: a.Pool()}}
				if token != "" {
					tr.Header = http.Header{"Authorization": {token}}
				}
				e, err := req.DialWith(addr, &sp.EndpointOptions{Transport: tr, RedialMin: 1, RedialMax: 1})
				if err != nil {
					t.Fatal(err)
				}
				if status == 0 {
					sptest.Peers(t, ctx, req, 1)
					continue
				}
				sptest.Until(t, ctx, "the refusal", func() bool { return e.Err() != nil })
				var refused *ws.StatusError
				if err := e.Err(); !errors.As(err, &refused) || refused.Status != status {
					t.Errorf("%q: %v, want %d", token, err, status)
				}
				req.Close()
			}
		})
	}
}

// TestWhatThePeerGotWrong looks for it in the error, the log and the counter.
func TestWhatThePeerGotWrong(t *testing.T) {
	securely(t, func(t *testing.T, ctx context.Context, r road) {
		ours, theirs := certtest.NewAuthority(t), certtest.NewAuthority(t)
		demanding := ours.Issue("server").Server(t)
		demanding.ClientAuth, demanding.ClientCAs = tls.RequireAndVerifyClientCert, ours.Pool()
		for _, test := range []struct {
			server *tls.Config
			kind   secure.Kind
			remote bool
		}{
			{ours.Issue("old", certtest.Expired).Server(t), secure.Expired, false},
			{theirs.Issue("stranger").Server(t), secure.UnknownAuthority, false},
			{ours.Issue("other", certtest.Elsewhere).Server(t), secure.WrongName, false},
			{demanding, secure.NoCertificate, true},
		} {
			var atServer, atClient sptest.Log
			pull := sptest.Open(t, sp.NewPuller(&sp.Options{Log: atServer.Logger()}))
			_, addr := r.listen(t, pull, test.server)
			push := sptest.Open(t, sp.NewPusher(&sp.Options{Log: atClient.Logger()}))
			e, err := push.DialWith(addr, r.with(&tls.Config{RootCAs: ours.Pool()}))
			if err != nil {
				t.Fatal(err)
			}
			record := atClient.Wait(t, ctx, "handshake failed", 1)
			var why *secure.Error
			if !errors.As(record.Attrs["err"].(error), &why) || why.Kind != test.kind || why.Remote != test.remote {
				t.Errorf("%s: log says %v", test.kind, record.Attrs["err"])
			}
			sptest.Until(t, ctx, "the endpoint's error", func() bool { return errors.As(e.Err(), &why) })
			if n := push.Stats().Connections.Security; n == 0 {
				t.Errorf("%s: nothing was counted by the client", test.kind)
			}
			atServer.Wait(t, ctx, "handshake failed", 1)
			if n := pull.Stats().Connections.Security; n == 0 {
				t.Errorf("%s: nothing was counted by the server", test.kind)
			}
			push.Close()
			pull.Close()
		}
	})
}

// TestSilentClients has 500 connections that say nothing, and others that
// connect meanwhile.
func TestSilentClients(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, r road) {
		a := certtest.NewAuthority(t)
		pull := sptest.Open(t, sp.NewPuller(nil))
		_, addr := r.listen(t, pull, a.Issue("server").Server(t))
		_, host, _ := strings.Cut(addr, "://")
		host, _, _ = strings.Cut(host, "/")
		for range 500 {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
		}
		for i := range 3 {
			push := sptest.Open(t, sp.NewPusher(nil))
			if _, err := push.DialWith(addr, r.with(&tls.Config{RootCAs: a.Pool()})); err != nil {
				t.Fatal(err)
			}
			if err := push.Send(ctx, []byte("x")); err != nil {
				t.Fatal(err)
			}
			if _, err := pull.Recv(ctx); err != nil {
				t.Fatal(i, err)
			}
		}
	})
}

// TestCertificateIsRenewed while sockets are connected: the next connection
// sees the new one.
func TestCertificateIsRenewed(t *testing.T) {
	securely(t, func(t *testing.T, ctx context.Context, r road) {
		a := certtest.NewAuthority(t)
		current := a.Issue("first").TLS(t)
		config := &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &current, nil }}
		rep := sptest.Open(t, sp.NewReplier(nil))
		_, addr := r.listen(t, rep, config)
		for _, want := range []string{"first", "second"} {
			req := sptest.Open(t, sp.NewRequester(nil))
			e, err := req.DialWith(addr, r.with(&tls.Config{RootCAs: a.Pool()}))
			if err != nil {
				t.Fatal(err)
			}
			p, err := e.Wait(ctx)
			if err != nil {
				t.Fatal(err)
			}
			state, _ := p.State().(*tls.ConnectionState)
			if answer, ok := p.State().(*http.Response); ok {
				state = answer.TLS
			}
			if got := state.PeerCertificates[0].Subject.CommonName; got != want {
				t.Errorf("saw %q, want %q", got, want)
			}
			req.Close()
			current = a.Issue("second").TLS(t)
		}
	})
}
