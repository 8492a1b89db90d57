package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp/internal/testport"
)

// TestTLS is over both transports that have it.
func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	for _, scheme := range []string{"tls+tcp", "wss"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			addr := scheme + "://localhost:" + testport.Free(t)
			rep := start(t, ours, "--rep", "--listen", addr, "--cert", cert, "--key", key, "-D", "pong")
			for _, trust := range [][]string{{"--cacert", cert}, {"-k"}} {
				req := start(t, ours, append([]string{"--req", "--dial", addr, "-D", "ping", "-A"}, trust...)...)
				if got := req.status(); got != "exit status 0" || req.stdout() != "pong\n" {
					t.Errorf("%v: %s, %q", trust, got, req.stderr())
				}
			}
			none := start(t, ours, "--req", "--dial", addr, "-D", "ping", "-A", "-v", "--recv-timeout", "5")
			none.await("a reason", func() bool { return strings.Contains(none.stderr(), "certificate") })
			rep.terminate()
		})
	}
}

func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", pkcs8)
}
