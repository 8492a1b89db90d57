package ws

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// A StatusError is an answer of HTTP in place of an upgrade. An Admit hook
// that returns one, or an error that wraps one, chooses what the client is
// told; a dialer returns one when the server (or the proxy) refused.
type StatusError struct {
	// Status is the code: 401, 403, ...
	Status int
	// Header goes with it, or came with it: WWW-Authenticate for a 401.
	Header http.Header
	// Text is sent as the answer's body; "" is the code's usual text. Of
	// an answer that came it is who sent it, if not the server.
	Text string
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("websocket: HTTP status %d %s", e.Status, http.StatusText(e.Status))
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// Reason names the kind of refusal for a counter: "http-" and the code.
func (e *StatusError) Reason() string { return "http-" + strconv.Itoa(e.Status) }

func (e *StatusError) text() string {
	if e.Text != "" {
		return e.Text
	}
	return http.StatusText(e.Status)
}

// statusOf is the answer to a request that Admit refused. Other errors are
// not the client's to read.
func statusOf(refused error) *StatusError {
	var e *StatusError
	if errors.As(refused, &e) && e.Status >= 200 && e.Status <= 599 {
		return e
	}
	return &StatusError{Status: http.StatusForbidden}
}

// serve answers by way of net/http.
func (e *StatusError) serve(w http.ResponseWriter) {
	maps.Copy(w.Header(), e.Header)
	http.Error(w, e.text(), e.Status)
}

// send answers on the connection itself, which ends with it. It returns e.
func (e *StatusError) send(conn net.Conn, extra http.Header) error {
	var b bytes.Buffer
	body := e.text() + "\n"
	fmt.Fprintf(&b, "HTTP/1.1 %03d %s\r\n", e.Status, http.StatusText(e.Status))
	h := extra.Clone()
	if h == nil {
		h = make(http.Header)
	}
	maps.Copy(h, e.Header)
	h.Set("Connection", "close")
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_ = h.Write(&b)
	b.WriteString("\r\n" + body)
	_, _ = conn.Write(b.Bytes()) // the refusal is the error, whether or not it arrives
	return e
}
