// Package secure makes transports with TLS of the files that a command line
// names.
package secure

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/tlstcp"
	"github.com/sprocketmq/sp/transport/ws"
)

// Files are the arguments of --cert, --key, --cacert and --insecure.
type Files struct {
	Cert, Key, CA string
	Insecure      bool
}

// Transport returns the transport of addr with these files; other, if that
// address has no use for them.
func (f Files) Transport(addr string, other transport.Transport) (transport.Transport, error) {
	scheme, _, _ := strings.Cut(addr, "://")
	web := strings.HasPrefix(scheme, "wss")
	if !web && !strings.HasPrefix(scheme, "tls+") {
		return other, nil
	}
	config, err := f.config()
	if err != nil {
		return nil, err
	}
	if web {
		return ws.Transport{TLS: config}, nil
	}
	return tlstcp.Transport{Config: config}, nil
}

// config is for both sides: each takes of it what it needs.
func (f Files) config() (*tls.Config, error) {
	c := &tls.Config{InsecureSkipVerify: f.Insecure}
	switch {
	case f.Cert != "":
		key := f.Key
		if key == "" {
			key = f.Cert // one file may hold both
		}
		pair, err := tls.LoadX509KeyPair(f.Cert, key)
		if err != nil {
			return nil, fmt.Errorf("certificate %s with key %s: %w", f.Cert, key, err)
		}
		c.Certificates = []tls.Certificate{pair}
	case f.Key != "":
		return nil, errors.New("--key needs --cert")
	}
	if f.CA == "" {
		return c, nil
	}
	pem, err := os.ReadFile(f.CA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", f.CA)
	}
	c.RootCAs, c.ClientCAs = pool, pool
	if !f.Insecure {
		c.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return c, nil
}
