package secure

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
)

// Kind is what went wrong in a handshake. It is short and does not change, so
// that it can be counted by.
type Kind string

// The kinds of errors.
const (
	Expired          Kind = "tls-expired"           // or not yet valid
	UnknownAuthority Kind = "tls-unknown-authority" // signed by nobody who is trusted
	WrongName        Kind = "tls-wrong-name"        // for another host
	NoCertificate    Kind = "tls-no-certificate"    // none was sent, one was wanted
	BadCertificate   Kind = "tls-bad-certificate"   // anything else about one
	BadVersion       Kind = "tls-version"           // no common version of TLS
	NotTLS           Kind = "tls-not-tls"           // the other side speaks something else
	Refused          Kind = "tls-refused"           // the other side gave up for another reason
)

var meaning = map[Kind][2]string{ // what was wrong about the peer, and about us
	Expired:          {"the peer's certificate has expired or is not valid yet", "the peer says that our certificate has expired"},
	UnknownAuthority: {"the peer's certificate was signed by an unknown authority", "the peer does not know who signed our certificate"},
	WrongName:        {"the peer's certificate is for another name", "the peer has no certificate for the name"},
	NoCertificate:    {"the peer sent no certificate", "the peer wants a certificate of ours"},
	BadCertificate:   {"the peer's certificate is bad", "the peer says that our certificate is bad"},
	BadVersion:       {"no version of TLS in common", "no version of TLS in common"},
	NotTLS:           {"the peer does not speak TLS", "the peer does not speak TLS"},
	Refused:          {"the handshake failed", "the peer gave up the handshake"},
}

// An Error says what a peer got wrong in a TLS handshake, or what it says
// that this side got wrong.
type Error struct {
	Kind Kind
	// Remote says that it was the other side that found fault and told us.
	Remote bool
	Err    error // what crypto/tls says
}

func (e *Error) Error() string {
	text := meaning[e.Kind][0]
	if e.Remote {
		text = meaning[e.Kind][1]
	}
	return "tls: " + text + ": " + e.Err.Error()
}

// Unwrap returns what crypto/tls says.
func (e *Error) Unwrap() error { return e.Err }

// SecurityReason names the kind of fault for a counter.
func (e *Error) SecurityReason() string { return string(e.Kind) }

// Explain makes an *Error of what crypto/tls returns, from a handshake or from
// the first reads after it (with TLS 1.3 a client learns only there that its
// certificate was refused). Errors that are not about TLS stay as they are.
func Explain(err error) error {
	var done *Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	if kind, ok := found(err); ok {
		return &Error{Kind: kind, Err: err}
	}
	if kind, ok := told(err); ok {
		return &Error{Kind: kind, Remote: true, Err: err}
	}
	return err
}

// found recognises what this side found.
func found(err error) (Kind, bool) {
	var (
		unknown  x509.UnknownAuthorityError
		name     x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		noRecord tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &unknown):
		return UnknownAuthority, true
	case errors.As(err, &name):
		return WrongName, true
	case errors.As(err, &invalid):
		if invalid.Reason == x509.Expired {
			return Expired, true
		}
		return BadCertificate, true
	case errors.As(err, &verify):
		return BadCertificate, true
	case errors.As(err, &noRecord):
		return NotTLS, true
	}
	// crypto/tls has no types for these.
	switch text := err.Error(); {
	case strings.Contains(text, "client didn't provide a certificate"):
		return NoCertificate, true
	case strings.Contains(text, "first record does not look like a TLS handshake"):
		return NotTLS, true
	case strings.Contains(text, "client offered only unsupported versions"),
		strings.Contains(text, "server selected unsupported protocol version"):
		return BadVersion, true
	}
	return "", false
}

// alerts of RFC 8446 6.2.
var alerts = map[tls.AlertError]Kind{
	42: BadCertificate, 43: BadCertificate, 44: BadCertificate, 46: BadCertificate,
	45: Expired, 48: UnknownAuthority, 70: BadVersion, 112: WrongName, 116: NoCertificate,
}

// told recognises an alert that the other side sent.
func told(err error) (Kind, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" {
		return "", false
	}
	// The type of op.Err is not exported; that of alerts over QUIC has the
	// same texts.
	for alert, kind := range alerts {
		if op.Err.Error() == alert.Error() {
			return kind, true
		}
	}
	return Refused, true
}
