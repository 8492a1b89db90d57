package secure_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/secure/certtest"
)

// pipe is a connection over loopback.
func pipe(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	for _, c := range []net.Conn{client, server} {
		c.SetDeadline(time.Now().Add(time.Minute))
	}
	return client, server
}

// shake does a handshake on both sides, and a read of the client's, where
// TLS 1.3 tells it that it was refused.
//
//lint:ignore ST1008 the two errors are what it is about
func shake(t *testing.T, client, server *tls.Config) (clientErr, serverErr error, seen *tls.ConnectionState) {
	t.Helper()
	c, s := pipe(t)
	sc, err := secure.Listener(server)
	if err != nil {
		t.Fatal(err)
	}
	cc, err := secure.Dialer(client, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn := secure.Server(s, sc)
		if seen, serverErr = secure.Handshake(context.Background(), conn.Conn); serverErr == nil {
			conn.Write([]byte{1})
		}
		conn.Close()
	}()
	conn := secure.Client(c, cc)
	if _, clientErr = secure.Handshake(context.Background(), conn.Conn); clientErr == nil {
		_, clientErr = conn.Read(make([]byte, 1))
		clientErr = secure.Explain(clientErr)
	}
	conn.Close()
	<-done
	return clientErr, serverErr, seen
}

func reason(err error) string {
	var e *secure.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e) && e.Remote:
		return "told " + e.SecurityReason()
	case errors.As(err, &e):
		return e.SecurityReason()
	}
	return "other: " + err.Error()
}

func TestWhatThePeerGotWrong(t *testing.T) {
	ours, theirs := certtest.NewAuthority(t), certtest.NewAuthority(t)
	good := ours.Issue("good")
	trusting := &tls.Config{RootCAs: ours.Pool()}
	demanding := good.Server(t)
	demanding.ClientCAs, demanding.ClientAuth = ours.Pool(), tls.RequireAndVerifyClientCert
	with := func(c certtest.Cert) *tls.Config {
		return &tls.Config{RootCAs: ours.Pool(), Certificates: []tls.Certificate{c.TLS(t)}}
	}
	serversOnly := ours.Issue("server", func(c *x509.Certificate) { c.ExtKeyUsage = c.ExtKeyUsage[:1] })
	tests := []struct {
		name           string
		client, server *tls.Config
		atClient       string
		atServer       string
	}{
		{"nothing", trusting, good.Server(t), "", ""},
		{"nothing, mutual", with(good), demanding, "", ""},
		{"expired", trusting, ours.Issue("old", certtest.Expired).Server(t), "tls-expired", "told tls-bad-certificate"},
		{"unknown authority", trusting, theirs.Issue("stranger").Server(t), "tls-unknown-authority", "told tls-bad-certificate"},
		{"system's roots", nil, good.Server(t), "tls-unknown-authority", "told tls-bad-certificate"},
		{"wrong name", trusting, ours.Issue("other", certtest.Elsewhere).Server(t), "tls-wrong-name", "told tls-bad-certificate"},
		{"client without", trusting, demanding, "told tls-no-certificate", "tls-no-certificate"},
		{"client expired", with(ours.Issue("old", certtest.Expired)), demanding, "told tls-expired", "tls-expired"},
		{"client unknown", with(theirs.Issue("stranger")), demanding, "told tls-unknown-authority", "tls-unknown-authority"},
		{"client's use", with(serversOnly), demanding, "told tls-bad-certificate", "tls-bad-certificate"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clientErr, serverErr, _ := shake(t, test.client, test.server)
			if got := reason(clientErr); got != test.atClient {
				t.Errorf("client: %q (%v), want %q", got, clientErr, test.atClient)
			}
			if got := reason(serverErr); got != test.atServer {
				t.Errorf("server: %q (%v), want %q", got, serverErr, test.atServer)
			}
		})
	}
}

// TestUnknownClient has the client send its certificate in spite of what the
// server asked for.
func TestUnknownClient(t *testing.T) {
	ours, theirs := certtest.NewAuthority(t), certtest.NewAuthority(t)
	server := ours.Issue("good").Server(t)
	server.ClientCAs, server.ClientAuth = ours.Pool(), tls.RequireAndVerifyClientCert
	stranger := theirs.Issue("stranger").TLS(t)
	client := &tls.Config{RootCAs: ours.Pool(), GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &stranger, nil
	}}
	for _, max := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		client.MaxVersion = max
		clientErr, serverErr, _ := shake(t, client, server)
		if a, b := reason(clientErr), reason(serverErr); a != "told tls-unknown-authority" || b != "tls-unknown-authority" {
			t.Errorf("%s: client %v, server %v", tls.VersionName(max), clientErr, serverErr)
		}
	}
}

func TestVersions(t *testing.T) {
	a := certtest.NewAuthority(t)
	server := a.Issue("good").Server(t)
	server.MinVersion = tls.VersionTLS13
	clientErr, serverErr, _ := shake(t, &tls.Config{RootCAs: a.Pool(), MaxVersion: tls.VersionTLS12}, server)
	if x, y := reason(clientErr), reason(serverErr); x != "told tls-version" || y != "tls-version" {
		t.Errorf("client %v, server %v", clientErr, serverErr)
	}

	_, err := secure.Dialer(&tls.Config{MaxVersion: tls.VersionTLS11}, "x")
	if err == nil || !strings.Contains(err.Error(), "TLS 1.2") {
		t.Errorf("MaxVersion 1.1: %v", err)
	}
	c, err := secure.Dialer(&tls.Config{MinVersion: tls.VersionTLS10}, "x")
	if err != nil || c.MinVersion != tls.VersionTLS12 {
		t.Errorf("MinVersion 1.0 became %v, %v", c, err)
	}

	// A configuration for each client goes round that check.
	old := a.Issue("old").Server(t)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	server = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return old, nil }}
	sc, err := secure.Listener(server)
	if err != nil {
		t.Fatal(err)
	}
	cl, sv := pipe(t)
	go tls.Client(cl, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}).Handshake()
	if _, err := secure.Handshake(context.Background(), secure.Server(sv, sc).Conn); reason(err) != "tls-version" {
		t.Errorf("TLS 1.1: %v", err)
	}
}

func TestNotTLS(t *testing.T) {
	a := certtest.NewAuthority(t)
	c, s := pipe(t)
	io.WriteString(c, "GET / HTTP/1.1\r\n\r\n")
	_, err := secure.Handshake(context.Background(), secure.Server(s, a.Issue("x").Server(t)).Conn)
	if reason(err) != "tls-not-tls" {
		t.Errorf("server: %v", err)
	}
	c, s = pipe(t)
	io.WriteString(s, "HTTP/1.1 400 Bad Request\r\n\r\n")
	_, err = secure.Handshake(context.Background(), secure.Client(c, &tls.Config{ServerName: "x"}).Conn)
	if reason(err) != "tls-not-tls" {
		t.Errorf("client: %v", err)
	}
}

func TestListenerNeedsACertificate(t *testing.T) {
	for _, c := range []*tls.Config{nil, {}} {
		if _, err := secure.Listener(c); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%v: error %v", c, err)
		}
	}
}

func TestConfigIsCloned(t *testing.T) {
	c := &tls.Config{}
	d, err := secure.Dialer(c, "host")
	if err != nil || d == c || d.ServerName != "host" || c.ServerName != "" {
		t.Errorf("%p became %p %+v, %v", c, d, d, err)
	}
	d, err = secure.Dialer(&tls.Config{ServerName: "other"}, "host")
	if err != nil || d.ServerName != "other" {
		t.Errorf("name %q, %v", d.ServerName, err)
	}
}

func TestMutualConfig(t *testing.T) {
	a := certtest.NewAuthority(t)
	alice, bob := a.Issue("alice"), a.Issue("bob")
	files := certtest.Files(t, alice.Cert, alice.Key, a.PEM)
	server, err := secure.MutualConfig(files[0], files[1], files[2])
	if err != nil {
		t.Fatal(err)
	}
	client, err := secure.MutualConfig(bob.Cert, bob.Key, a.PEM)
	if err != nil {
		t.Fatal(err)
	}
	clientErr, serverErr, seen := shake(t, client, server)
	if clientErr != nil || serverErr != nil {
		t.Fatal(clientErr, serverErr)
	}
	if name := seen.VerifiedChains[0][0].Subject.CommonName; name != "bob" {
		t.Errorf("the server saw %q", name)
	}
}

func TestCertificateIsRenewed(t *testing.T) {
	a := certtest.NewAuthority(t)
	first, second := a.Issue("first"), a.Issue("second")
	files := certtest.Files(t, first.Cert, first.Key)
	server, err := secure.ServerConfig(files[0], files[1])
	if err != nil {
		t.Fatal(err)
	}
	client, err := secure.ClientConfig(a.PEM)
	if err != nil {
		t.Fatal(err)
	}
	var name string
	client.VerifyConnection = func(s tls.ConnectionState) error {
		name = s.PeerCertificates[0].Subject.CommonName
		return nil
	}
	shows := func(want string) {
		t.Helper()
		if clientErr, serverErr, _ := shake(t, client, server); clientErr != nil || serverErr != nil || name != want {
			t.Errorf("%q, want %q; %v, %v", name, want, clientErr, serverErr)
		}
	}
	stamp := time.Now()
	write := func(file, text string) {
		t.Helper()
		stamp = stamp.Add(time.Second) // clocks of file systems are coarse
		if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.Chtimes(file, stamp, stamp)); err != nil {
			t.Fatal(err)
		}
	}
	shows("first")
	write(files[0], second.Cert) // does not fit the key
	shows("first")
	write(files[1], second.Key)
	shows("second")
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	shows("second")
}

func TestHelpersErrors(t *testing.T) {
	a := certtest.NewAuthority(t)
	c, other := a.Issue("c"), a.Issue("other")
	_, noFile := secure.ServerConfig("/does/not/exist", c.Key)
	_, noKey := secure.ServerConfig(c.Cert, c.Cert)
	_, noPair := secure.ServerConfig(c.Cert, other.Key)
	_, noCA := secure.ClientConfig(c.Key)
	_, noCAFile := secure.MutualConfig(c.Cert, c.Key, "/does/not/exist")
	for name, err := range map[string]error{"file": noFile, "key": noKey, "pair": noPair, "authority": noCA, "authority's file": noCAFile} {
		if err == nil || strings.Contains(err.Error(), "BEGIN") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !errors.Is(noFile, os.ErrNotExist) || !errors.Is(noCAFile, os.ErrNotExist) {
		t.Errorf("%v; %v", noFile, noCAFile)
	}
}

// watched knows how much time each write was given.
type watched struct {
	net.Conn
	given []time.Duration
}

func (w *watched) SetWriteDeadline(t time.Time) error {
	w.given = append(w.given, time.Until(t))
	return w.Conn.SetWriteDeadline(t)
}

// TestCloseDoesNotWait closes connections whose other side does not read.
func TestCloseDoesNotWait(t *testing.T) {
	a := certtest.NewAuthority(t)
	c, s := pipe(t)
	at := &watched{Conn: s}
	server := secure.Server(at, a.Issue("x").Server(t))
	client := secure.Client(c, &tls.Config{RootCAs: a.Pool(), ServerName: "localhost"})
	go secure.Handshake(context.Background(), client.Conn)
	if _, err := secure.Handshake(context.Background(), server.Conn); err != nil {
		t.Fatal(err)
	}
	// Fill the kernel's buffers below TLS.
	s.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	for {
		if _, err := s.Write(make([]byte, 64<<10)); err != nil {
			break
		}
	}
	server.Close()
	if len(at.given) == 0 || slices.Max(at.given) > time.Second {
		t.Errorf("Close gives its last write %v", at.given)
	}
}
