package transporttest_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/internal/testport"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/inproc"
	"github.com/sprocketmq/sp/transport/ipc"
	"github.com/sprocketmq/sp/transport/tcp"
	"github.com/sprocketmq/sp/transport/transporttest"
)

var names atomic.Int32

// fresh returns a function that makes addresses nobody uses.
func fresh(prefix string) func(testing.TB) string {
	return func(testing.TB) string { return fmt.Sprint(prefix, names.Add(1)) }
}

func fixed(addr string) func(testing.TB) string {
	return func(testing.TB) string { return addr }
}

func TestInproc(t *testing.T) {
	transporttest.Run(t, transporttest.Config{
		Transport: inproc.Transport{},
		Addr:      fresh("inproc://test"),
		Bad:       []string{"", "inproc", "inproc:", "tcp://127.0.0.1:1"},
	})
}

func TestTCP(t *testing.T) {
	transporttest.Run(t, transporttest.Config{
		Transport: tcp.Transport{},
		Addr:      func(t testing.TB) string { return "tcp://127.0.0.1:" + testport.Free(t) },
		Bad: []string{
			"", "tcp", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:x", "tcp://127.0.0.1:-1",
			"tcp://127.0.0.1:65536", "tcp://[::1:5", "tcp://a b:5", "tcp://there;127.0.0.1:5",
		},
	})
}

func TestTCP6(t *testing.T) {
	if !sptest.HasIPv6() {
		t.Skip("no IPv6 here")
	}
	transporttest.Run(t, transporttest.Config{
		Transport:   tcp.Transport{},
		Addr:        fixed("tcp6://[::1]:0"),
		Bad:         []string{"tcp6://127.0.0.1"},
		Connections: 10,
	})
}

func TestIPC(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not supported")
	}
	transporttest.Run(t, transporttest.Config{
		Transport: ipc.Transport{},
		Addr:      func(t testing.TB) string { return "ipc://" + filepath.Join(t.TempDir(), "s") },
		Bad:       []string{"", "ipc", "ipc://", "ipc:///" + strings.Repeat("long/", 30)},
	})
}

func TestAbstract(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux only")
	}
	transporttest.Run(t, transporttest.Config{
		Transport:   ipc.Transport{},
		Addr:        fresh(fmt.Sprintf("abstract://sprocket%%00test%d.", os.Getpid())),
		Bad:         []string{"abstract://", "abstract://%zz"},
		Connections: 10,
	})
}

// pipes is a network of net.Pipe, which has no buffers: whatever may hang on a
// slow connection hangs there.
type pipes struct {
	mu        sync.Mutex
	listeners map[string]*pipeListener
}

type pipeListener struct {
	n      *pipes
	name   string
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (n *pipes) dial(ctx context.Context, name string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[name]
	n.mu.Unlock()
	if l == nil {
		return nil, syscall.ECONNREFUSED
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *pipes) listen(name string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[name] != nil {
		return nil, syscall.EADDRINUSE
	}
	l := &pipeListener{n: n, name: name, conns: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[name] = l
	return l, nil
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.n.mu.Lock()
		defer l.n.mu.Unlock()
		delete(l.n.listeners, l.name)
	})
	return nil
}

func (l *pipeListener) Addr() net.Addr { return nil }

// A transport that is a byte stream is two functions.
func TestPipe(t *testing.T) {
	n := &pipes{listeners: map[string]*pipeListener{}}
	transporttest.Run(t, transporttest.Config{
		Transport: transport.Stream{DialFunc: n.dial, ListenFunc: n.listen},
		Addr:      fresh("pipe://"),
	})
}
