package sptest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/sprocketmq/sp/transport"
)

// Road is a transport to test over.
type Road struct {
	Name string
	// Bubble says that it works in a synctest bubble.
	Bubble bool
	// Stream says that it carries bytes that a Wire can speak.
	Stream bool
	addr   func(testing.TB) string
}

// Roads are all of them. pipe is a stream transport of a third party: net.Pipe
// through the public door.
var Roads = []Road{
	{"inproc", true, false, func(testing.TB) string { return fmt.Sprint("inproc://", serial.Add(1)) }},
	{"pipe", true, true, func(testing.TB) string { return fmt.Sprint("pipe://", serial.Add(1)) }},
	{"ipc", false, true, func(t testing.TB) string { return "ipc://" + filepath.Join(Dir(t), "s") }},
	{"tcp", false, true, func(testing.TB) string { return "tcp://127.0.0.1:0" }},
}

var serial atomic.Int64

// RoadNamed is one of Roads.
func RoadNamed(name string) Road {
	for _, r := range Roads {
		if r.Name == name {
			return r
		}
	}
	panic("no road " + name)
}

// Addr is a new address to listen on. Only the Endpoint knows which to dial.
func (r Road) Addr(t testing.TB) string { return r.addr(t) }

// HasIPv6 tells whether this machine has IPv6, which some have not.
func HasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

// Dir is a directory whose name is short enough for a socket, unlike T.TempDir.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Pipes is the transport of pipe:// addresses: net.Pipe by name. A stream
// transport is two functions.
var Pipes = transport.Stream{DialFunc: dialPipe, ListenFunc: listenPipe}

func init() { transport.Register("pipe", Pipes) }

var pipes struct {
	sync.Mutex
	byName map[string]*pipeListener
}

type pipeListener struct {
	name   string
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func listenPipe(name string) (net.Listener, error) {
	pipes.Lock()
	defer pipes.Unlock()
	if pipes.byName[name] != nil {
		return nil, syscall.EADDRINUSE
	}
	if pipes.byName == nil {
		pipes.byName = make(map[string]*pipeListener)
	}
	l := &pipeListener{name: name, conns: make(chan net.Conn), closed: make(chan struct{})}
	pipes.byName[name] = l
	return l, nil
}

func dialPipe(ctx context.Context, name string) (net.Conn, error) {
	pipes.Lock()
	l := pipes.byName[name]
	pipes.Unlock()
	refused := &net.OpError{Op: "dial", Net: "pipe", Err: syscall.ECONNREFUSED}
	if l == nil {
		return nil, refused
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

var errPipeClosed = errors.Join(errors.New("pipe listener"), net.ErrClosed)

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, errPipeClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() {
		pipes.Lock()
		defer pipes.Unlock()
		delete(pipes.byName, l.name)
		close(l.closed)
	})
	return nil
}

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }

func (l *pipeListener) Addr() net.Addr { return pipeAddr(l.name) }
