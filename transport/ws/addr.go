package ws

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/sprocketmq/sp/transport/tcp"
)

// address is scheme://host:port/path?query, taken apart.
type address struct {
	text string
	tcp  tcp.Address
	tls  bool
	url  *url.URL // path, never empty, and query
}

func (a *address) bad(what string) error { return fmt.Errorf("address %q: %s", a.text, what) }

// parse takes an address apart. The port is 80 or 443 if it has none.
func parse(text string) (*address, error) {
	a := &address{text: text}
	scheme, rest, _ := strings.Cut(text, "://")
	var ok bool
	if a.tls, ok = schemes[scheme]; !ok {
		return nil, a.bad("not an address of ws or wss")
	}
	authority, target := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, target = rest[:i], rest[i:]
	}
	if strings.Contains(authority, "@") {
		return nil, a.bad("no user or password here, where it would be logged; send an Authorization header")
	}
	if strings.Contains(target, "#") {
		return nil, a.bad("no fragment allowed")
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	var err error
	if a.url, err = url.ParseRequestURI(target); err != nil {
		return nil, a.bad(err.Error())
	}
	// A colon is the port's if it is not inside the brackets of IPv6.
	if i := strings.LastIndexByte(authority, ':'); i < 0 || i < strings.LastIndexByte(authority, ']') {
		authority += ":" + a.defaultPort()
	}
	a.tcp, err = tcp.Parse(scheme + "://" + authority)
	return a, err
}

func (a *address) defaultPort() string {
	if a.tls {
		return "443"
	}
	return "80"
}

// host is the host and the port as they are written in a URL.
func (a *address) host() string {
	host := a.tcp.Host
	if strings.Contains(host, ":") {
		// A zone means something to this machine only.
		host, _, _ = strings.Cut(host, "%")
		host = "[" + host + "]"
	}
	if a.tcp.Port == a.defaultPort() {
		return host
	}
	return host + ":" + a.tcp.Port
}

// httpURL is the address as net/http writes it.
func (a *address) httpURL() *url.URL {
	u := *a.url
	u.Scheme, u.Host = "http", a.host()
	if a.tls {
		u.Scheme = "https"
	}
	return &u
}
