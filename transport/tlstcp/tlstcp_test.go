package tlstcp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/secure/certtest"
	"github.com/sprocketmq/sp/wire"
)

func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// handshake does what the engine does with a new link.
func handshake(ctx context.Context, l transport.Link, p wire.Protocol, admit func() error) error {
	var work sync.WaitGroup
	defer work.Wait()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	if admit == nil {
		admit = func() error { return nil }
	}
	return l.Handshake(ctx, transport.Hello{Protocol: p, Admit: admit, Go: work.Go})
}

func listen(t *testing.T, tr Transport) transport.Listener {
	t.Helper()
	l, err := tr.Listen("tls+tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dial(t *testing.T, tr Transport, addr string) transport.Link {
	t.Helper()
	d, err := tr.Dialer(addr)
	if err != nil {
		t.Fatal(err)
	}
	link, err := d.Dial(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { link.Close() })
	return link
}

func TestMutual(t *testing.T) {
	a := certtest.NewAuthority(t)
	alice, bob := a.Issue("alice"), a.Issue("bob")
	server, err := secure.MutualConfig(alice.Cert, alice.Key, a.PEM)
	if err != nil {
		t.Fatal(err)
	}
	client, err := secure.MutualConfig(bob.Cert, bob.Key, a.PEM)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, Transport{Config: server})
	dialled := dial(t, Transport{Config: client}, l.Addr())
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	name := func(l transport.Link) string {
		return l.State().(*tls.ConnectionState).VerifiedChains[0][0].Subject.CommonName
	}
	var atServer string
	done := make(chan error, 1)
	go func() {
		done <- handshake(timeout(t), accepted, wire.Rep, func() error {
			atServer = name(accepted)
			return nil
		})
	}()
	var atClient string
	err = handshake(timeout(t), dialled, wire.Req, func() error {
		atClient = name(dialled)
		return nil
	})
	if err := errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	if atServer != "bob" || atClient != "alice" {
		t.Errorf("the hooks saw %q and %q", atServer, atClient)
	}
	for _, addr := range []string{dialled.RemoteAddr(), dialled.LocalAddr(), accepted.RemoteAddr(), accepted.LocalAddr()} {
		if !strings.HasPrefix(addr, "tls+tcp://127.0.0.1:") {
			t.Errorf("address %q", addr)
		}
	}
}

func TestErrors(t *testing.T) {
	a := certtest.NewAuthority(t)
	cert := a.Issue("server")
	trusting := Transport{Config: &tls.Config{RootCAs: a.Pool()}}
	demanding := cert.Server(t)
	demanding.ClientAuth, demanding.ClientCAs = tls.RequireAndVerifyClientCert, a.Pool()
	refusal := errors.New("not you")
	tests := []struct {
		name               string
		server             *tls.Config
		client             Transport
		protocol           wire.Protocol // of the client; the server is a rep
		admit              func() error
		atServer, atClient func(error) bool
	}{
		{
			name: "no certificate", server: demanding, client: trusting, protocol: wire.Req,
			atServer: is(secure.NoCertificate, false), atClient: is(secure.NoCertificate, true),
		},
		{
			name: "unknown authority", server: cert.Server(t), client: Transport{}, protocol: wire.Req,
			atServer: is(secure.BadCertificate, true), atClient: is(secure.UnknownAuthority, false),
		},
		{
			name: "wrong protocol", server: cert.Server(t), client: trusting, protocol: wire.Pub,
			// Who sees it first closes, so that the other may only see that.
			atServer: func(err error) bool { return err != nil }, atClient: func(err error) bool { return err != nil },
		},
		{
			name: "refused", server: cert.Server(t), client: trusting, protocol: wire.Req,
			admit:    func() error { return refusal },
			atServer: func(err error) bool { return err == refusal },
			atClient: func(error) bool { return true }, // it is told nothing
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := listen(t, Transport{Config: test.server})
			dialled := dial(t, test.client, l.Addr())
			accepted, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() {
				err := handshake(timeout(t), accepted, wire.Rep, test.admit)
				if err != nil {
					accepted.Close()
				}
				done <- err
			}()
			err = handshake(timeout(t), dialled, test.protocol, nil)
			dialled.Close()
			if !test.atClient(err) {
				t.Errorf("client: %v", err)
			}
			if err := <-done; !test.atServer(err) {
				t.Errorf("server: %v", err)
			}
		})
	}
}

func is(kind secure.Kind, remote bool) func(error) bool {
	return func(err error) bool {
		var e *secure.Error
		return errors.As(err, &e) && e.Kind == kind && e.Remote == remote
	}
}

// TestSilent has a handshake with nobody end with its context, while Accept
// goes on.
func TestSilent(t *testing.T) {
	a := certtest.NewAuthority(t)
	l := listen(t, Transport{Config: a.Issue("x").Server(t)})
	silent, err := net.Dial("tcp", strings.TrimPrefix(l.Addr(), "tls+tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(timeout(t))
	done := make(chan error, 1)
	go func() { done <- handshake(ctx, accepted, wire.Rep, nil) }()
	other := dial(t, Transport{Config: &tls.Config{RootCAs: a.Pool()}}, l.Addr())
	second, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	both := make(chan error, 1)
	go func() { both <- handshake(timeout(t), second, wire.Rep, nil) }()
	if err := errors.Join(handshake(timeout(t), other, wire.Req, nil), <-both); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("a handshake with nobody succeeded")
	}
}

func TestAddresses(t *testing.T) {
	a := certtest.NewAuthority(t)
	tr := Transport{Config: a.Issue("x").Server(t)}
	for _, addr := range []string{"tls+tcp://", "tls+tcp://h", "tls+tcp://h:", "tls+tcp://h:x", "tls+tcp://h:65536", "tls+tcp://:1", "tls+tcp://*:1", "tls+tcp://h:0"} {
		if _, err := tr.Dialer(addr); err == nil {
			t.Errorf("%s can be dialled", addr)
		}
	}
	if _, err := (Transport{}).Listen("tls+tcp://127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without a certificate: %v", err)
	}
	for _, scheme := range schemes {
		if found, err := transport.Lookup(scheme + "://x:1"); err != nil {
			t.Errorf("%s: %v, %v", scheme, found, err)
		}
	}
	l, err := tr.Listen("tls+tcp4://*:0")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(l.Addr(), "tls+tcp4://127.0.0.1:") || strings.HasSuffix(l.Addr(), ":0") {
		t.Errorf("address %q", l.Addr())
	}
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
