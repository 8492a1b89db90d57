package ws

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/textproto"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/secure"
	"github.com/sprocketmq/sp/transport/tcp"
)

// Dialer implements transport.Transport.
func (t Transport) Dialer(addr string) (transport.Dialer, error) {
	a, err := parse(addr)
	if err != nil {
		return nil, err
	}
	// Whether it can be dialled, TCP's transport knows.
	if _, err := t.TCP.Remote(a.tcp.String()); err != nil {
		return nil, err
	}
	config, err := secure.Dialer(t.TLS, a.tcp.Host)
	if err != nil {
		return nil, err
	}
	config.NextProtos = http1
	return transport.DialerFunc(func(ctx context.Context) (transport.Link, error) {
		through, err := t.proxy(a)
		if err != nil {
			return nil, err
		}
		raw, err := through.dial(ctx, t.TCP, a.tcp)
		if err != nil {
			return nil, err
		}
		conn := raw
		var over *secure.Conn
		if a.tls {
			over = secure.Client(raw, config)
			conn = over
		}
		l := tcp.NewLink(conn, a.tcp.Scheme)
		l.Shake = func(ctx context.Context, l *transport.StreamLink, hello transport.Hello) error {
			if err := through.tunnel(ctx, raw, a); err != nil {
				return err
			}
			if over != nil {
				if _, err := secure.Handshake(ctx, over.Conn); err != nil {
					return err
				}
			}
			return t.request(ctx, l, a, over, hello)
		}
		return l, nil
	}), nil
}

// request asks a server for the upgrade.
func (t *Transport) request(ctx context.Context, l *transport.StreamLink, a *address, over *secure.Conn, hello transport.Hello) error {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	key := base64.StdEncoding.EncodeToString(nonce[:])
	r := t.newRequest(a, key, hello.Protocol.PeerName+suffix).WithContext(ctx)
	if err := r.Write(l.Conn); err != nil {
		return secure.Explain(err)
	}
	answer, err := readAnswer(l.Conn, r, leastHead)
	if err != nil {
		return secure.Explain(err)
	}
	if err := checkAnswer(answer, key); err != nil {
		return err
	}
	if err := checkServer(answer.Header.Get("Sec-Websocket-Protocol"), hello.Protocol); err != nil {
		return err
	}
	if over != nil {
		state := over.ConnectionState()
		answer.TLS = &state
	}
	l.Known = answer
	if err := hello.Admit(); err != nil {
		return err
	}
	l.Codec = t.codec(true)
	return nil
}

// newRequest makes the request of a handshake. Its headers are spelled as in
// the RFC, because some servers compare them so.
func (t *Transport) newRequest(a *address, key, protocol string) *http.Request {
	r := &http.Request{
		Method: http.MethodGet, URL: a.httpURL(), Host: a.host(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: t.Header.Clone(),
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	for name, value := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade",
		"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": version, "Sec-WebSocket-Protocol": protocol,
	} {
		r.Header.Del(textproto.CanonicalMIMEHeaderKey(name))
		r.Header[name] = []string{value}
	}
	r.Header.Del("Sec-Websocket-Extensions") // there are none here
	if _, ok := r.Header["User-Agent"]; !ok {
		r.Header.Set("User-Agent", "sprocket")
	}
	return r
}

// readAnswer reads the head of an answer. Nobody reads its body.
func readAnswer(conn net.Conn, r *http.Request, least int) (*http.Response, error) {
	head, err := readHead(conn, least)
	if err != nil {
		// nanomsg refuses with a status line and nothing behind it.
		if !bytes.HasPrefix(head, []byte("HTTP/1.")) || !bytes.Contains(head, headEnd[:2]) {
			return nil, fmt.Errorf("websocket: reading the answer: %w", err)
		}
		head = append(bytes.TrimRight(head, "\r\n"), headEnd...)
		answer, bad := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), r)
		if bad != nil || answer.StatusCode == http.StatusSwitchingProtocols {
			return nil, fmt.Errorf("websocket: reading the answer: %w", err)
		}
		return answer, nil
	}
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), r)
	if err != nil {
		return nil, fmt.Errorf("websocket: the answer is not HTTP: %w", err)
	}
	answer.Body = http.NoBody
	return answer, nil
}

// checkAnswer checks that an answer is the upgrade that was asked for.
func checkAnswer(answer *http.Response, key string) error {
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return &StatusError{Status: answer.StatusCode, Header: answer.Header}
	}
	switch {
	case !hasToken(answer.Header["Connection"], "upgrade") || !hasToken(answer.Header["Upgrade"], "websocket"):
		return errors.New("websocket: the server upgraded to something else")
	case answer.Header.Get("Sec-Websocket-Accept") != keyAnswer(key):
		return errors.New("websocket: the server answered another key than ours")
	case len(answer.Header["Sec-Websocket-Extensions"]) > 0:
		return errors.New("websocket: the server uses extensions that were not asked for")
	}
	return nil
}
