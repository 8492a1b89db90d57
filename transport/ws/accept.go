package ws

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/tcp"
)

// accepted makes a link of a connection that a socket accepted for itself.
// Its request is read in the handshake, on the socket's goroutine for that
// and under its deadline, so that silent clients keep nobody waiting.
func (t Transport) accepted(conn net.Conn, config *tls.Config, a *address) transport.Link {
	var over *secure.Conn
	if config != nil {
		over = secure.Server(conn, config)
		conn = over
	}
	l := tcp.NewLink(conn, a.tcp.Scheme)
	l.Shake = func(ctx context.Context, l *transport.StreamLink, hello transport.Hello) error {
		var state *tls.ConnectionState
		if over != nil {
			var err error
			if state, err = secure.Handshake(ctx, over.Conn); err != nil {
				return err
			}
		}
		r, refusal, err := t.readRequest(ctx, conn)
		if err != nil {
			return secure.Explain(err)
		}
		if refusal == nil && !t.AnyPath && r.URL.Path != a.url.Path {
			refusal = &StatusError{Status: http.StatusNotFound}
		}
		if refusal != nil {
			return refusal.send(conn, nil)
		}
		r.TLS = state
		return t.upgrade(l, r, nil, hello)
	}
	return l
}

// readRequest reads a request, and how to answer it if it is not one for an
// upgrade.
func (t *Transport) readRequest(ctx context.Context, conn net.Conn) (*http.Request, *StatusError, error) {
	head, early, err := readWholeHead(conn)
	if err == errHeadTooLong {
		return nil, &StatusError{Status: http.StatusRequestHeaderFieldsTooLarge}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if len(early) > 0 {
		return nil, &StatusError{Status: http.StatusBadRequest, Text: "data before the upgrade"}, nil
	}
	if rest, ok := bytes.CutPrefix(head, []byte("GET  HTTP/")); ok {
		// This is what nng asks for if its address has no path.
		head = append([]byte("GET / HTTP/"), rest...)
	}
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil || !validHeader(r) {
		return nil, &StatusError{Status: http.StatusBadRequest}, nil
	}
	r.RemoteAddr = conn.RemoteAddr().String()
	ctx = context.WithValue(ctx, http.LocalAddrContextKey, conn.LocalAddr())
	return r.WithContext(ctx), t.check(r), nil
}

// validHeader makes the checks that a server of net/http's makes and
// ReadRequest does not: names are tokens (RFC 9110 5.6.2), and values hold no
// control characters.
func validHeader(r *http.Request) bool {
	for name, values := range r.Header {
		for i := range len(name) {
			if c := name[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
				return false
			}
		}
		if slices.ContainsFunc(values, func(v string) bool { return strings.ContainsFunc(v, isControl) }) {
			return false
		}
	}
	return true
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// upgrade ends the handshake with a client whose request was checked: a socket
// says yes or no, and so the answer is 101 or another. What is in extra goes
// with it.
func (t *Transport) upgrade(l *transport.StreamLink, r *http.Request, extra http.Header, hello transport.Hello) error {
	protocol := r.Header.Get("Sec-Websocket-Protocol")
	if err := checkClient(protocol, hello.Protocol); err != nil {
		refusal := &StatusError{Status: http.StatusBadRequest, Text: "this is " + hello.Protocol.Name + suffix}
		_ = refusal.send(l.Conn, extra)
		return err
	}
	l.Known = r
	if err := hello.Admit(); err != nil {
		_ = statusOf(err).send(l.Conn, extra)
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 101 Switching Protocols\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: %s\r\n",
		keyAnswer(r.Header.Get("Sec-Websocket-Key")), protocol)
	_ = extra.Write(&b)
	b.WriteString("\r\n")
	if _, err := l.Conn.Write(b.Bytes()); err != nil {
		return err
	}
	l.Codec = t.codec(false)
	return nil
}
