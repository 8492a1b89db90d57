package interop

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

var transports = []string{"tcp", "ipc"}

// Each run has a loopback address of its own, so that nobody else takes its
// ports or dials them.
var loopback = fmt.Sprintf("127.%d.%d.%d", 1+rand.N(250), 1+rand.N(250), 1+rand.N(250))

var lastPort atomic.Uint32

const firstPort = 10000

// freeAddress gives a place to listen that can be told in advance, as not all
// foreign peers can say which port they were given.
func freeAddress(t testing.TB, transport string) string {
	t.Helper()
	if transport == "ipc" {
		return "ipc://" + freePath(t)
	}
	return fmt.Sprintf("tcp://%s:%d", loopback, firstPort+lastPort.Add(1))
}

// anyAddress is where a socket of ours listens.
func anyAddress(t testing.TB, transport string) string {
	t.Helper()
	if transport == "ipc" {
		return freeAddress(t, transport)
	}
	return fmt.Sprintf("tcp://%s:0", loopback)
}

// freePath is short, as names of sockets must be.
func freePath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sp")
	check(t, "temporary directory", err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}
