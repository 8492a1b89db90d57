package tcp

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		addr string
		want Address
	}{
		{"tcp://127.0.0.1:5555", Address{"tcp", "tcp", "", "127.0.0.1", "5555"}},
		{"tcp://*:5555", Address{"tcp", "tcp", "", "*", "5555"}},
		{"tcp://:0", Address{"tcp", "tcp", "", "", "0"}},
		{"tcp://[::1]:5555", Address{"tcp", "tcp", "", "::1", "5555"}},
		{"tcp://[fe80::1%eth0]:1", Address{"tcp", "tcp", "", "fe80::1%eth0", "1"}},
		{"tcp4://example.com:80", Address{"tcp4", "tcp4", "", "example.com", "80"}},
		{"tcp6://example.com:80", Address{"tcp6", "tcp6", "", "example.com", "80"}},
		{"tls+tcp4://example.com:80", Address{"tls+tcp4", "tcp4", "", "example.com", "80"}},
		{"tcp://192.0.2.7;example.com:80", Address{"tcp", "tcp", "192.0.2.7", "example.com", "80"}},
		{"tcp://[2001:db8::1];[::1]:80", Address{"tcp", "tcp", "2001:db8::1", "::1", "80"}},
		{"tcp://*;example.com:80", Address{"tcp", "tcp", "", "example.com", "80"}},
		{"tcp://example.com:00080", Address{"tcp", "tcp", "", "example.com", "80"}},
	} {
		if got, err := Parse(c.addr); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.addr, got, err, c.want)
		}
	}
}

func TestParseBad(t *testing.T) {
	for addr, says := range map[string]string{
		"":                        "scheme",
		"127.0.0.1:5555":          "scheme",
		"tcp:/127.0.0.1:5555":     "scheme",
		"tcp://":                  "port",
		"tcp://example.com":       "port",
		"tcp://example.com:":      "port",
		"tcp://example.com:http":  "port",
		"tcp://example.com:+1":    "port",
		"tcp://example.com:-1":    "port",
		"tcp://example.com:65536": "port",
		"tcp://example.com:1/":    "port",
		"tcp://[::1:5555":         "]",
		"tcp://::1]:5555":         "host",
		"tcp://a b:5555":          "host",
		"tcp://a/b:5555":          "host",
		"tcp://name;there:5555":   "IP address",
		"tcp://;there:5555":       "IP address",
	} {
		if a, err := Parse(addr); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), addr) {
			t.Errorf("%q: %+v, %v; want an error with the address and %q", addr, a, err, says)
		}
	}
}

func TestDialAddresses(t *testing.T) {
	for _, addr := range []string{"tcp://*:5555", "tcp://:5555", "tcp://example.com:0", "tcp://example.com"} {
		if _, err := (Transport{}).Dialer(addr); err == nil {
			t.Errorf("Dialer takes %s", addr)
		}
	}
	if _, err := (Transport{}).Listen("tcp://127.0.0.1;127.0.0.1:0"); err == nil {
		t.Error("Listen takes an address to dial from")
	}
}

// FuzzParse checks that what is taken is said again in a form that is taken.
func FuzzParse(f *testing.F) {
	for _, addr := range []string{"tcp://127.0.0.1:1", "tcp6://[::1]:0", "tcp://1.2.3.4;x:65535", "tcp://[a%b]:1", "tcp://*:0"} {
		f.Add(addr)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		a, err := Parse(addr)
		if err != nil {
			return
		}
		a.Local = ""
		if again, err := Parse(a.String()); err != nil || again != a {
			t.Errorf("%q is %+v, and as %q %+v, %v", addr, a, a, again, err)
		}
	})
}
