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
// is unknown, and that dial again at once. Over TCP they are for the two sides of a
// proxy, whose packets are small too.
func Small(scheme string) *sp.EndpointOptions { return Sized(scheme, proxy.Buffer) }

// Sized are options whose connections have kernel buffers of that size, and that
// dial again at once. Without a proxy, TCP needs more than the loopback's largest
// packet, 64 KiB, or it waits for its timers.
func Sized(scheme string, buffer int) *sp.EndpointOptions {
	o := &sp.EndpointOptions{RedialMin: time.Microsecond, RedialMax: time.Millisecond}
	switch scheme {
	case "tcp":
		o.Transport = tcp.Transport{ReadBuffer: buffer, WriteBuffer: buffer}
	case "ipc":
		o.Transport = ipc.Transport{ReadBuffer: buffer, WriteBuffer: buffer}
	}
	return o
}

// KernelHolds measures how many bytes, written in pieces of that size, fit into
// the kernel's buffers of one connection with Sized's settings. They are full when
// not a byte was taken three times in a row: one deadline may pass while this
// process has no processor.
func KernelHolds(t testing.TB, scheme string, buffer, piece int) int {
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
		c.(buffered).SetReadBuffer(buffer)
		c.(buffered).SetWriteBuffer(buffer)
	}
	body := make([]byte, piece)
	held := 0
	for refused := 0; refused < 3; {
		near.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		n, err := near.Write(body)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		if held += n; n > 0 {
			refused = 0
		} else {
			refused++
		}
	}
	return held
}
