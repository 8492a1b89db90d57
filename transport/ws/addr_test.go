package ws

import (
	"strings"
	"testing"

	"github.com/sprocketmq/sp/transport"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ addr, host, url string }{
		{"ws://example.com", "example.com", "http://example.com/"},
		{"ws://example.com:80/", "example.com", "http://example.com/"},
		{"ws://example.com:8080/a/b?c=d&e", "example.com:8080", "http://example.com:8080/a/b?c=d&e"},
		{"ws://example.com?c=d", "example.com", "http://example.com/?c=d"},
		{"wss://example.com", "example.com", "https://example.com/"},
		{"wss4://example.com:80", "example.com:80", "https://example.com:80/"},
		{"ws://[::1]/x", "[::1]", "http://[::1]/x"},
		{"ws://[fe80::1%eth0]:81", "[fe80::1]:81", "http://[fe80::1]:81/"},
		{"ws://127.0.0.1;example.com:81/a:b", "example.com:81", "http://example.com:81/a:b"},
		{"ws://h/a%20b", "h", "http://h/a%20b"},
	} {
		a, err := parse(test.addr)
		if err != nil {
			t.Errorf("%s: %v", test.addr, err)
			continue
		}
		if a.host() != test.host || a.httpURL().String() != test.url {
			t.Errorf("%s: host %q, URL %q", test.addr, a.host(), a.httpURL())
		}
	}
	for _, addr := range []string{
		"tcp://h:1", "ws:/h", "ws://u:p@h/", "ws://h/#x", "ws://h:x/", "ws://h:65536", "ws://[::1", "ws://h/%zz", "ws://a b/",
	} {
		if a, err := parse(addr); err == nil {
			t.Errorf("%s became %+v", addr, a)
		}
	}
}

func TestAddresses(t *testing.T) {
	for scheme := range schemes {
		if _, err := transport.Lookup(scheme + "://x"); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
	}
	for _, addr := range []string{"ws://", "ws://*:80", "ws://:80/x", "ws://h:0"} {
		if _, err := (Transport{}).Dialer(addr); err == nil {
			t.Errorf("%s can be dialled", addr)
		}
	}
	if _, err := (Transport{}).Listen("ws://127.0.0.1:0/x?y"); err == nil {
		t.Error("a listener with a query")
	}
	l := listen(t, Transport{}, "ws://*:0/feed")
	defer l.Close()
	if a := l.Addr(); !strings.HasPrefix(a, "ws://127.0.0.1:") || !strings.HasSuffix(a, "/feed") || strings.Contains(a, ":0/") {
		t.Errorf("address %q", a)
	}
}

func TestOrigins(t *testing.T) {
	for _, test := range []struct {
		pattern, origin string
		ok              bool
	}{
		{"*", "null", true},
		{"null", "null", true},
		{"https://app.example.com", "https://app.example.com", true},
		{"https://app.example.com", "https://APP.example.com", true},
		{"https://app.example.com", "http://app.example.com", false},
		{"https://app.example.com", "https://app.example.com.evil.example", false},
		{"app.example.com", "http://app.example.com", true},
		{"app.example.com", "http://app.example.com:81", false},
		{"*.example.com", "https://a.example.com", true},
		{"*.example.com", "https://a.b.example.com", false},
		{"*.example.com", "https://example.com", false},
		{"*.example.com", "https://.example.com", false},
		{"localhost:*", "http://localhost:5173", true},
		{"localhost:*", "http://localhost", false},
		{"https://*.example.com", "https://a.example.com", true},
		{"*.*", "http://a.b", true},
		{"", "http://a.b", false},
	} {
		tr := Transport{Origins: []string{test.pattern}}
		h := NewHandler("", &tr)
		r := newGet(test.origin)
		r.Host = "server.example"
		if got := h.t.originAllowed(r); got != test.ok {
			t.Errorf("%q, %q: %v", test.pattern, test.origin, got)
		}
	}
	same := Transport{}
	r := newGet("https://Example.com:8080")
	if r.Host = "example.COM:8080"; !same.originAllowed(r) {
		t.Error("the same host was refused")
	}
	r.Header.Add("Origin", "https://example.com:8080")
	if same.originAllowed(r) {
		t.Error("two origins")
	}
	if r = newGet(""); same.originAllowed(r) {
		t.Error("an empty origin")
	}
	if r.Header.Del("Origin"); !same.originAllowed(r) {
		t.Error("no origin was refused")
	}
}
