package secure

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
)

// ServerConfig makes the configuration of a listener that shows a certificate
// and asks for none. cert and key each are the name of a PEM file, or PEM
// itself; cert may hold the certificates between it and the root as well.
// Files are read again when they have changed, so that a certificate can be
// renewed while the program runs.
func ServerConfig(cert, key string) (*tls.Config, error) {
	pair, err := newKeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: pair.forServer}, nil
}

// ClientConfig makes the configuration of a dialer that trusts the
// authorities in ca, the name of a PEM file or PEM itself, and no others.
func ClientConfig(ca string) (*tls.Config, error) {
	pool, err := newPool(ca)
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: pool}, nil
}

// MutualConfig makes a configuration for either side: each shows a
// certificate, and wants one of the other's that an authority in ca signed.
// The arguments are those of ServerConfig and ClientConfig.
func MutualConfig(cert, key, ca string) (*tls.Config, error) {
	pair, err := newKeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	pool, err := newPool(ca)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		GetCertificate:       pair.forServer,
		GetClientCertificate: pair.forClient,
		RootCAs:              pool,
		ClientCAs:            pool,
		ClientAuth:           tls.RequireAndVerifyClientCert,
	}, nil
}

func newPool(ca string) (*x509.CertPool, error) {
	pem, err := readPEM(ca)
	if err != nil {
		return nil, fmt.Errorf("tls: authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("tls: authorities: no certificate in %s", describe(ca))
	}
	return pool, nil
}

// isPEM tells PEM from the name of a file.
func isPEM(s string) bool { return strings.Contains(s, "-----BEGIN ") }

func readPEM(s string) ([]byte, error) {
	if isPEM(s) {
		return []byte(s), nil
	}
	return os.ReadFile(s)
}

// describe names a source in an error, without showing a key.
func describe(s string) string {
	if isPEM(s) {
		return "the PEM given"
	}
	return s
}
