package ws

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
)

const version = "13"

// keyAnswer is what a server makes of the client's key (RFC 6455 4.2.2).
func keyAnswer(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// check returns how to answer a request that no socket needs to see; nil if
// one has to.
func (t *Transport) check(r *http.Request) *StatusError {
	refuse := func(status int, text string, header ...string) *StatusError {
		e := &StatusError{Status: status, Text: text, Header: http.Header{}}
		for i := 0; i < len(header); i += 2 {
			e.Header[header[i]] = []string{header[i+1]}
		}
		return e
	}
	key, keyErr := base64.StdEncoding.DecodeString(r.Header.Get("Sec-Websocket-Key"))
	asked := r.Header.Values("Sec-Websocket-Protocol")
	switch {
	case r.ProtoMajor != 1 || r.ProtoMinor < 1:
		return refuse(http.StatusHTTPVersionNotSupported, "WebSocket needs HTTP/1.1")
	case r.Method != http.MethodGet:
		return refuse(http.StatusMethodNotAllowed, "WebSocket needs GET", "Allow", http.MethodGet)
	case !hasToken(r.Header["Connection"], "upgrade") || !hasToken(r.Header["Upgrade"], "websocket"):
		return refuse(http.StatusUpgradeRequired, "this is for WebSocket", "Upgrade", "websocket")
	case r.Header.Get("Sec-Websocket-Version") != version:
		return refuse(http.StatusUpgradeRequired, "WebSocket version 13 only", "Upgrade", "websocket", "Sec-WebSocket-Version", version)
	case len(r.Header.Values("Sec-Websocket-Key")) != 1 || keyErr != nil || len(key) != 16:
		return refuse(http.StatusBadRequest, "bad Sec-WebSocket-Key")
	case r.Host == "":
		return refuse(http.StatusBadRequest, "no Host")
	case r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return refuse(http.StatusBadRequest, "an upgrade has no body")
	case len(asked) != 1 || asked[0] == "" || strings.ContainsAny(asked[0], ", \t"):
		return refuse(http.StatusBadRequest, "want exactly one Sec-WebSocket-Protocol")
	case !t.originAllowed(r):
		return refuse(http.StatusForbidden, "origin not allowed")
	}
	return nil
}

// hasToken looks for a token in a list, whatever its case.
func hasToken(values []string, token string) bool {
	for _, v := range values {
		for item := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(item), token) {
				return true
			}
		}
	}
	return false
}
