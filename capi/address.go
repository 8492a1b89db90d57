//go:build linux

package capi

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/inproc"
	"github.com/sprocketmq/sp/transport/ipc"
	"github.com/sprocketmq/sp/transport/tcp"
	"github.com/sprocketmq/sp/transport/ws"
)

// An address of nanomsg's is checked by nanomsg's rules, with its errors, and
// becomes one of the engine's.

// bindable takes an address to listen on.
func bindable(addr string, ipv4only bool) (string, error) {
	scheme, rest, err := split(addr)
	if err != nil {
		return "", err
	}
	switch scheme {
	case "ipc":
		return socketFile(rest)
	case "tcp", "ws":
		host, port, err := hostPort(rest)
		if err != nil {
			return "", err
		}
		if host != "*" {
			if host, err = literal(host, ipv4only); err != nil {
				return "", syscall.ENODEV
			}
		}
		return scheme + family(ipv4only) + "://" + host + ":" + port, nil
	}
	return addr, nil
}

// connectable takes an address to connect to.
func connectable(addr string, ipv4only bool) (string, error) {
	scheme, rest, err := split(addr)
	if err != nil {
		return "", err
	}
	path := ""
	switch scheme {
	case "inproc":
		return addr, nil
	case "ipc":
		return socketFile(rest)
	case "ws":
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			rest, path = rest[:i], rest[i:]
		}
		if strings.Contains(path, ":") {
			return "", syscall.EINVAL
		}
		if !strings.Contains(rest, ":") {
			rest += ":80"
		}
	}
	all, port, err := hostPort(rest)
	if err != nil {
		return "", err
	}
	local, host, from := strings.Cut(all, ";")
	if !from {
		local, host = "", all
	}
	if lit, err := literal(host, ipv4only); err == nil {
		host = lit
	} else if !hostName(host) {
		return "", syscall.EINVAL
	} else {
		host = dotted(host)
	}
	if from && local != "*" {
		if local, err = literal(local, ipv4only); err != nil {
			return "", syscall.ENODEV
		}
	}
	if from {
		local += ";"
	}
	return scheme + family(ipv4only) + "://" + local + host + ":" + port + path, nil
}

func family(ipv4only bool) string {
	if ipv4only {
		return "4"
	}
	return ""
}

// split takes the scheme off an address.
func split(addr string) (scheme, rest string, err error) {
	scheme, rest, ok := strings.Cut(addr, ":")
	if !ok || !strings.HasPrefix(rest, "//") {
		return "", "", syscall.EINVAL
	}
	switch scheme {
	case "inproc", "ipc", "tcp", "ws":
		return scheme, rest[2:], nil
	}
	return "", "", syscall.EPROTONOSUPPORT
}

// longestPath is how many bytes the path of a socket file may have.
const longestPath = 107

func socketFile(path string) (string, error) {
	if len(path) > longestPath {
		return "", syscall.ENAMETOOLONG
	}
	if path == "" { // nanomsg's name for that: nothing but zeros
		return "abstract://" + strings.Repeat("%00", longestPath), nil
	}
	return "ipc://" + path, nil
}

// hostPort takes a port off, which has to be a number.
func hostPort(rest string) (host, port string, err error) {
	i := strings.LastIndexByte(rest, ':')
	if i < 0 {
		return "", "", syscall.EINVAL
	}
	host, port = rest[:i], rest[i+1:]
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", "", syscall.EINVAL
	}
	return host, strconv.FormatUint(n, 10), nil
}

// literal is an IP address, in brackets or not. It is returned as the engine
// wants it.
func literal(host string, ipv4only bool) (string, error) {
	if h, ok := strings.CutPrefix(host, "["); ok {
		if host, ok = strings.CutSuffix(h, "]"); !ok {
			return "", syscall.EINVAL
		}
	}
	bare, _, zoned := strings.Cut(host, "%")
	ip := net.ParseIP(bare)
	switch {
	case ip == nil:
		return "", syscall.EINVAL
	case !strings.Contains(bare, ":"):
		if zoned {
			return "", syscall.EINVAL
		}
		return host, nil
	case ipv4only:
		return "", syscall.EINVAL
	}
	return "[" + host + "]", nil
}

// hostName tells whether a host may be a name: labels of letters, digits and
// hyphens.
func hostName(host string) bool {
	if host == "" || len(host) > 255 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	return true
}

// dotted makes four numbers of an IPv4 address that is written with fewer, as C
// libraries read it: 127.1 is 127.0.0.1.
func dotted(host string) string {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return host
	}
	var ip [4]byte
	for i, p := range parts {
		last := i == len(parts)-1
		bits := 8
		if last {
			bits = 8 * (4 - i)
		}
		n, err := strconv.ParseUint(p, 10, bits)
		if err != nil {
			return host
		}
		if !last {
			ip[i] = byte(n)
			continue
		}
		for j := 3; j >= i; j-- {
			ip[j] = byte(n)
			n >>= 8
		}
	}
	return net.IP(ip[:]).String()
}

// limited tells whether NN_RCVMAXSIZE concerns an address.
func limited(addr string) bool { return !strings.HasPrefix(addr, "inproc:") }

// ipcBuffer is what the kernel keeps for a peer over ipc. It wakes the sender when
// less than a quarter is left: of its own choice that is less than one long message,
// and the receiver would have to wait for the next one each time.
const ipcBuffer = 512 << 10

// transportFor is the transport of an address, with the socket's options.
func transportFor(addr string, o *options) transport.Transport {
	scheme, _, _ := strings.Cut(addr, ":")
	var read, write int
	if o.sndset {
		write = o.sndbuf
	}
	if o.rcvset {
		read = o.rcvbuf
	}
	if !o.sndset && scheme == "ipc" {
		write = ipcBuffer
	}
	overTCP := tcp.Transport{Delay: o.delay, ReadBuffer: read, WriteBuffer: write}
	switch scheme {
	case "inproc":
		return inproc.Transport{}
	case "ipc", "abstract":
		return watched{ipc.Transport{ReadBuffer: read, WriteBuffer: write}}
	case "ws", "ws4":
		return ws.Transport{Text: o.text, Types: true, TCP: overTCP, Proxy: noProxy, AnyPath: true, Origins: []string{"*"}}
	}
	return watched{overTCP}
}

// noProxy: nanomsg knows of none.
func noProxy(*http.Request) (*url.URL, error) { return nil, nil }
