package secure

import (
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"
)

// goodbye is how long Close tries to say that it closes, which it can't to a
// peer that does not read.
const goodbye = 100 * time.Millisecond

// Conn is a *tls.Conn whose Close does not wait: that of crypto/tls may, for
// five seconds.
type Conn struct {
	*tls.Conn
	raw *rawConn
}

// Client puts TLS on top of raw. It does no I/O.
func Client(raw net.Conn, config *tls.Config) *Conn {
	r := &rawConn{Conn: raw}
	return &Conn{tls.Client(r, config), r}
}

// Server puts TLS on top of raw. It does no I/O.
func Server(raw net.Conn, config *tls.Config) *Conn {
	r := &rawConn{Conn: raw}
	return &Conn{tls.Server(r, config), r}
}

// Close ends the connection.
func (c *Conn) Close() error {
	c.raw.closing.Store(true)
	return c.Conn.Close()
}

// rawConn is what crypto/tls reads and writes.
type rawConn struct {
	net.Conn
	closing atomic.Bool
}

// SetWriteDeadline sets a nearer deadline while the connection is closed: this
// is how crypto/tls limits the write of its last record.
func (c *rawConn) SetWriteDeadline(t time.Time) error {
	if c.closing.Load() {
		if soon := time.Now().Add(goodbye); t.IsZero() || t.After(soon) {
			t = soon
		}
	}
	return c.Conn.SetWriteDeadline(t)
}
