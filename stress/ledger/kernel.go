package ledger

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport/ipc"
	"github.com/sprocketmq/sp/transport/tcp"

	"github.com/sprocketmq/sp/stress/proxy"
)

// Small are options whose connections have small kernel buffers, so that little
// is unknown, and that dial again at once.
func Small(scheme string) *sp.EndpointOptions {
	o := &sp.EndpointOptions{RedialMin: time.Microsecond, RedialMax: time.Millisecond}
	switch scheme {
	case "tcp":
		o.Transport = tcp.Transport{ReadBuffer: proxy.Buffer, WriteBuffer: proxy.Buffer}
	case "ipc":
		o.Transport = ipc.Transport{ReadBuffer: proxy.Buffer, WriteBuffer: proxy.Buffer}
	}
	return o
}

// KernelHolds measures how many bytes, written in pieces of that size, fit into
// the kernel's buffers of one connection with Small's settings.
func KernelHolds(t testing.TB, scheme string, piece int) int {
	t.Helper()
	network, at := "tcp", "127.0.0.1:0"
	if scheme == "ipc" {
		network, at = "unix", filepath.Join(sptest.Dir(t), "k")
	}
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	type buffered interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
	}
	for _, c := range []net.Conn{near, far} {
		c.(buffered).SetReadBuffer(proxy.Buffer)
		c.(buffered).SetWriteBuffer(proxy.Buffer)
	}
	body := make([]byte, piece)
	for held := 0; ; {
		near.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		n, err := near.Write(body)
		held += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return held
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
