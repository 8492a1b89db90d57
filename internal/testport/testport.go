// Package testport finds ports for the tests of commands that cannot be told
// to take any.
package testport

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
)

// The range lies below that from which Linux takes the ports of outgoing
// connections: one of those could take a port between its choice and its
// use, or, where nobody listens, connect to itself.
const low, high = 10_000, 32_000

var next atomic.Uint32

func init() { next.Store(rand.Uint32N(high - low)) }

// Free returns a port of 127.0.0.1 that nothing listens on. It returns each one
// only once; other processes begin elsewhere.
func Free(t testing.TB) string {
	t.Helper()
	for range high - low {
		port := strconv.Itoa(low + int(next.Add(1)%(high-low)))
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}
