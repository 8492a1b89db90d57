// Package tcp connects sockets over TCP, IPv4 and IPv6.
//
// Addresses are tcp://HOST:PORT, tcp4:// and tcp6:// for one family only. To
// listen, HOST is an IP address, a name of this machine, or * or nothing for
// all; port 0 is a free one. To dial, HOST is an address or a name, which is
// resolved at each attempt; LOCAL;HOST:PORT also says from where:
// tcp://192.168.1.5;example.com:5555.
package tcp

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

func init() {
	for _, scheme := range []string{"tcp", "tcp4", "tcp6"} {
		transport.Register(scheme, Transport{})
	}
}

// Transport is the transport of tcp:// addresses. The zero value has the
// defaults.
type Transport struct {
	// Resolver looks up host names; nil is net.DefaultResolver's LookupHost.
	Resolver func(ctx context.Context, host string) ([]string, error)
	// KeepAlive is how long a connection is silent before it is probed, and
	// the time between probes. 0 is 15 s, negative is never.
	KeepAlive time.Duration
	// Delay lets the kernel hold back small packets (Nagle's algorithm).
	Delay bool
	// ReadBuffer and WriteBuffer are the kernel's buffers in bytes; 0 leaves
	// them to the kernel.
	ReadBuffer, WriteBuffer int
	// Unacknowledged is how long sent data may go without being acknowledged
	// before the connection is given up; 0 is 2 minutes, negative leaves it to
	// the kernel. It works where the kernel has TCP_USER_TIMEOUT.
	Unacknowledged time.Duration
}

// Address is a parsed address.
type Address struct {
	Scheme     string
	Network    string // tcp, tcp4 or tcp6
	Local      string // an IP address to dial from; "" for any
	Host, Port string
}

// Parse takes an address apart. The scheme may be any that ends in a network
// of this package; packages that build on TCP use it for theirs.
func Parse(addr string) (Address, error) {
	bad := func(what string) (Address, error) { return Address{}, fmt.Errorf("address %q: %s", addr, what) }
	scheme, rest, ok := strings.Cut(addr, "://")
	if !ok {
		return bad("want scheme://HOST:PORT")
	}
	a := Address{Scheme: scheme, Network: "tcp"}
	switch {
	case strings.HasSuffix(scheme, "4"):
		a.Network = "tcp4"
	case strings.HasSuffix(scheme, "6"):
		a.Network = "tcp6"
	}
	if local, remote, ok := strings.Cut(rest, ";"); ok {
		a.Local, rest = strings.Trim(local, "[]"), remote
		if a.Local == "*" {
			a.Local = ""
		} else if net.ParseIP(zoneless(a.Local)) == nil {
			return bad("the part before ; is no IP address")
		}
	}
	i := strings.LastIndexByte(rest, ':')
	if i < 0 {
		return bad("no port")
	}
	a.Host, a.Port = rest[:i], rest[i+1:]
	if n, err := strconv.ParseUint(a.Port, 10, 16); err != nil {
		return bad("port " + strconv.Quote(a.Port) + " is not a number from 0 to 65535")
	} else {
		a.Port = strconv.FormatUint(n, 10)
	}
	if h, ok := strings.CutPrefix(a.Host, "["); ok {
		if a.Host, ok = strings.CutSuffix(h, "]"); !ok {
			return bad("missing ] in the host")
		}
	}
	if strings.ContainsAny(a.Host, "[]/; ") {
		return bad("no such host syntax")
	}
	return a, nil
}

func zoneless(ip string) string {
	ip, _, _ = strings.Cut(ip, "%")
	return ip
}

// String is the address again.
func (a Address) String() string { return a.Scheme + "://" + net.JoinHostPort(a.Host, a.Port) }

// Dialer implements transport.Transport.
func (t Transport) Dialer(addr string) (transport.Dialer, error) {
	a, err := t.Remote(addr)
	if err != nil {
		return nil, err
	}
	return transport.DialerFunc(func(ctx context.Context) (transport.Link, error) {
		conn, err := t.Dial(ctx, a)
		if err != nil {
			return nil, err
		}
		return NewLink(conn, a.Scheme), nil
	}), nil
}

// Remote is Parse of an address to dial.
func (t Transport) Remote(addr string) (Address, error) {
	a, err := Parse(addr)
	if err == nil && (a.Host == "" || a.Host == "*") {
		err = fmt.Errorf("address %q: no host to dial", addr)
	}
	if err == nil && a.Port == "0" {
		err = fmt.Errorf("address %q: no port to dial", addr)
	}
	return a, err
}

// NewLink makes a connection a link whose addresses begin with scheme.
func NewLink(conn net.Conn, scheme string) *transport.StreamLink {
	return &transport.StreamLink{
		Conn:   conn,
		Codec:  wire.TCP,
		Local:  scheme + "://" + conn.LocalAddr().String(),
		Remote: scheme + "://" + conn.RemoteAddr().String(),
	}
}

// Dial makes a connection to a. It tries all addresses of a name.
func (t Transport) Dial(ctx context.Context, a Address) (net.Conn, error) {
	hosts := []string{a.Host}
	if net.ParseIP(zoneless(a.Host)) == nil {
		lookup := t.Resolver
		if lookup == nil {
			lookup = net.DefaultResolver.LookupHost
		}
		var err error
		if hosts, err = lookup(ctx, a.Host); err != nil {
			return nil, err
		}
	}
	d := net.Dialer{KeepAlive: t.KeepAlive}
	if a.Local != "" {
		local, err := net.ResolveTCPAddr(a.Network, net.JoinHostPort(a.Local, "0"))
		if err != nil {
			return nil, err
		}
		d.LocalAddr = local
	}
	err := fmt.Errorf("%s has no %s address", a.Host, a.Network)
	for _, host := range hosts {
		if !a.family(host) {
			continue
		}
		var conn net.Conn
		if conn, err = d.DialContext(ctx, a.Network, net.JoinHostPort(host, a.Port)); err == nil {
			t.Tune(conn)
			return conn, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// family tells whether a host's address may be dialled over the network.
func (a Address) family(host string) bool {
	v4 := net.ParseIP(zoneless(host)).To4() != nil
	return a.Network == "tcp" || v4 == (a.Network == "tcp4")
}
