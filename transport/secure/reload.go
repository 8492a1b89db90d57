package secure

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// keyPair is a certificate and its key, read again when a file of theirs
// has changed.
type keyPair struct {
	cert, key string // files or PEM

	mu    sync.Mutex
	seen  [2]version
	valid *tls.Certificate
}

// version tells one state of a file from another.
type version struct {
	changed time.Time
	size    int64
}

func newKeyPair(cert, key string) (*keyPair, error) {
	p := &keyPair{cert: cert, key: key}
	p.seen = p.versions()
	c, err := p.read()
	if err != nil {
		return nil, err
	}
	p.valid = c
	return p, nil
}

func (p *keyPair) read() (*tls.Certificate, error) {
	cert, err := readPEM(p.cert)
	if err != nil {
		return nil, fmt.Errorf("tls: certificate: %w", err)
	}
	key, err := readPEM(p.key)
	if err != nil {
		return nil, fmt.Errorf("tls: key: %w", err)
	}
	c, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("tls: certificate in %s, key in %s: %w", describe(p.cert), describe(p.key), err)
	}
	return &c, nil
}

func (p *keyPair) versions() (v [2]version) {
	for i, name := range []string{p.cert, p.key} {
		if isPEM(name) {
			continue
		}
		if info, err := os.Stat(name); err == nil {
			v[i] = version{info.ModTime(), info.Size()}
		}
	}
	return v
}

// current returns the certificate of now. While the files do not fit each
// other, as between two writes, it is the one before, and each handshake looks
// again.
func (p *keyPair) current() *tls.Certificate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v := p.versions(); v != p.seen {
		if c, err := p.read(); err == nil {
			p.valid, p.seen = c, v
		}
	}
	return p.valid
}

func (p *keyPair) forServer(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return p.current(), nil
}

func (p *keyPair) forClient(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return p.current(), nil
}
