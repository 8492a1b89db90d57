// Package secure is what the transports over TLS share: the checks of a
// *tls.Config, helpers that make one, and errors that say what a peer got
// wrong.
package secure

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
)

// Listener returns a copy of config as a listener uses it, or an error that
// says what it lacks.
func Listener(config *tls.Config) (*tls.Config, error) {
	if config == nil || len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		return nil, errors.New("tls: a listener needs a certificate: set one in the transport's tls.Config (see secure.ServerConfig)")
	}
	return atLeast12(config)
}

// Dialer returns a copy of config as a dialer uses it to connect to host. With
// a nil config, or one that doesn't say otherwise, the other side's
// certificate is verified for the name host and against the system's roots.
func Dialer(config *tls.Config, host string) (*tls.Config, error) {
	if config == nil {
		config = &tls.Config{}
	}
	c, err := atLeast12(config)
	if err == nil && c.ServerName == "" {
		c.ServerName = host
	}
	return c, err
}

func atLeast12(config *tls.Config) (*tls.Config, error) {
	if config.MaxVersion != 0 && config.MaxVersion < tls.VersionTLS12 {
		return nil, fmt.Errorf("tls: MaxVersion %s, want %s at least", tls.VersionName(config.MaxVersion), tls.VersionName(tls.VersionTLS12))
	}
	c := config.Clone()
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	// Records that begin small help a browser to show the beginning of a
	// page; here they only tear batches.
	c.DynamicRecordSizingDisabled = true
	return c, nil
}

// Handshake does the handshake of conn, and returns what became known of the
// other side. An error is an *Error where there is something to say.
func Handshake(ctx context.Context, conn *tls.Conn) (*tls.ConnectionState, error) {
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, Explain(err)
	}
	state := conn.ConnectionState()
	if state.Version < tls.VersionTLS12 {
		// A GetConfigForClient can bring that about.
		return nil, &Error{Kind: BadVersion, Err: fmt.Errorf("tls: agreed on %s", tls.VersionName(state.Version))}
	}
	return &state, nil
}
