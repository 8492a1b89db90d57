// Package testport finds ports for tests that have to name one before anybody
// listens on it.
package testport

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// The range lies below that from which Linux takes the ports of outgoing
// connections: one of those could take a port between its choice and its
// use, or, where nobody listens, connect to itself.
const low, high = 10_000, 32_000

// Each process has blocks of ports of its own: it listens on the first one of
// each, which no other process can do then, until it ends.
const block = 100

var ports struct {
	sync.Mutex
	next   int
	claims []net.Listener
}

// Free returns a port of 127.0.0.1 that nothing listens on. It returns each one
// only once.
func Free(t testing.TB) string {
	t.Helper()
	ports.Lock()
	defer ports.Unlock()
	for range high - low {
		if ports.next%block == 0 {
			ports.next = low + rand.N((high-low)/block)*block
			if l := listen(ports.next); l != nil {
				ports.claims = append(ports.claims, l)
				ports.next++
			}
			continue
		}
		port := ports.next
		ports.next++
		if l := listen(port); l != nil {
			l.Close()
			return strconv.Itoa(port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

// listen gives nil where somebody else listens.
func listen(port int) net.Listener {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil
	}
	return l
}
