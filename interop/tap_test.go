package interop

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A tap stands between two parties and notes what each of them writes.
type tap struct {
	at string
	// newest is the connection that was made last: on a busy machine nanomsg
	// gives up a handshake, and begins anew on another one.
	newest atomic.Pointer[connection]
}

type connection struct {
	forth recording // what the dialling party writes
	back  recording
}

type recording struct {
	mu    sync.Mutex
	bytes []byte
}

func (r *recording) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes = append(r.bytes, b...)
	return len(b), nil
}

func (r *recording) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.bytes)
}

// newTap listens, and connects who comes with the party at the address.
func newTap(ctx context.Context, t *testing.T, transport, to string) *tap {
	t.Helper()
	network, at, prefix := "tcp", loopback+":0", "tcp://"
	if transport == "ipc" {
		network, at, prefix = "unix", freePath(t), "ipc://"
	}
	l, err := net.Listen(network, at)
	check(t, "tap", err)
	p := &tap{at: prefix + l.Addr().String()}

	var conns sync.WaitGroup
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(to, prefix))
			if err != nil {
				in.Close()
				continue
			}
			context.AfterFunc(ctx, func() {
				in.Close()
				out.Close()
			})
			c := new(connection)
			p.newest.Store(c)
			conns.Go(func() { pour(in, out, &c.forth) })
			conns.Go(func() { pour(out, in, &c.back) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		accepting.Wait()
		conns.Wait()
	})
	return p
}

// pour notes before it passes on, so that whoever knows that a message has
// come finds it noted.
func pour(from, to net.Conn, r *recording) {
	_, _ = io.Copy(to, io.TeeReader(from, r))
	to.Close()
}
