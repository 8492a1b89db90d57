package main

import (
	"net"
	"strconv"
	"strings"
	"syscall"
)

// longestAddress is nanomsg's, scheme and all.
const longestAddress = 127

// check reports what nanomsg has against an address. Scripts see its errors,
// so they are the same ones; --listen and --dial take more.
func (a address) check(bind bool) error {
	if !a.strict {
		return nil
	}
	if len(a.url) > longestAddress {
		return syscall.ENAMETOOLONG
	}
	scheme, rest, ok := strings.Cut(a.url, ":")
	if !ok || !strings.HasPrefix(rest, "//") {
		return syscall.EINVAL
	}
	rest = rest[2:]
	switch scheme {
	case "inproc", "ipc":
		return nil
	case "tcp":
		if bind {
			return checkBind(rest)
		}
		return checkConnect(rest, false)
	case "ws":
		if bind {
			return checkBind(rest)
		}
		return checkConnect(rest, true)
	}
	return syscall.EPROTONOSUPPORT
}

// splitPort cuts the port off. The last colon is the one that counts.
func splitPort(s string) (host, port string, ok bool) {
	at := strings.LastIndexByte(s, ':')
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+1:], true
}

func goodPort(port string) bool {
	if port == "" || strings.Trim(port, "0123456789") != "" {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func checkBind(rest string) error {
	host, port, ok := splitPort(rest)
	switch {
	case !ok || !goodPort(port):
		return syscall.EINVAL
	case !goodLocal(host):
		return syscall.ENODEV
	}
	return nil
}

// goodLocal reports whether s names an interface: all, or one by its address.
// Names are not taken.
func goodLocal(s string) bool { return s == "*" || literal(s) }

// literal reports whether s is an IPv4 address, with or without brackets.
func literal(s string) bool {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	ip := net.ParseIP(s)
	return ip != nil && ip.To4() != nil && !strings.Contains(s, ":")
}

func checkConnect(rest string, web bool) error {
	local, remote, ok := strings.Cut(rest, ";")
	if !ok {
		local, remote = "*", rest
	}
	host, port, hasPort := splitPort(remote)
	if web {
		// The last colon is looked for in the path as well.
		host, _, _ = strings.Cut(host, "/")
		if hasPort {
			host, _, _ = splitPort(remote)
			port, _, _ = strings.Cut(port, "/")
		}
	}
	switch {
	case !hasPort && !web, hasPort && !goodPort(port), !goodHost(host):
		return syscall.EINVAL
	case !goodLocal(local):
		return syscall.ENODEV
	}
	return nil
}

// goodHost reports whether s is an IPv4 address or the name of a host.
func goodHost(s string) bool {
	if literal(s) {
		return true
	}
	if s == "" || len(s) > 255 {
		return false
	}
	for i, label := range strings.Split(s, ".") {
		last := i > 0 && i == strings.Count(s, ".")
		if len(label) > 63 || label == "" && !last {
			return false
		}
		if strings.HasPrefix(label, "-") || strings.Trim(label, "-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return false
		}
	}
	return true
}
