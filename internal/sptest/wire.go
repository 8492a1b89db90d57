package sptest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// Wire is a peer that is nothing but a connection and a hand that types bytes:
// it does what no socket would.
type Wire struct {
	net.Conn
	t    testing.TB
	mark []byte // what precedes a length
}

// DialWire connects to an address of a stream road.
func DialWire(t testing.TB, ctx context.Context, addr string) *Wire {
	t.Helper()
	tr, err := transport.Lookup(addr)
	if err != nil {
		t.Fatal(err)
	}
	d, err := tr.Dialer(addr)
	if err != nil {
		t.Fatal(err)
	}
	l, err := d.Dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return newWire(t, l)
}

// WireListener accepts Wires.
type WireListener struct {
	transport.Listener
	t testing.TB
}

// ListenWire listens on a new address of a stream road.
func ListenWire(t testing.TB, road Road) *WireListener {
	t.Helper()
	addr := road.Addr(t)
	tr, err := transport.Lookup(addr)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tr.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &WireListener{l, t}
}

// Wire waits for the next connection.
func (l *WireListener) Wire() *Wire {
	l.t.Helper()
	link, err := l.Accept()
	if err != nil {
		l.t.Fatal(err)
	}
	return newWire(l.t, link)
}

func newWire(t testing.TB, link transport.Link) *Wire {
	s := link.(*transport.StreamLink)
	w := &Wire{Conn: s.Conn, t: t}
	if s.Codec == wire.IPC {
		w.mark = []byte{1}
	}
	w.SetDeadline(time.Now().Add(patience()))
	t.Cleanup(func() { w.Close() })
	return w
}

// Type writes bytes, whatever they are.
func (w *Wire) Type(b ...byte) {
	w.t.Helper()
	if _, err := w.Write(b); err != nil {
		w.t.Fatal(err)
	}
}

// Greet exchanges greetings as a socket of that protocol.
func (w *Wire) Greet(p wire.Protocol) {
	w.t.Helper()
	w.Theirs() // a pipe has no buffer: who is written to must read
	w.Type(wire.AppendHello(nil, p)...)
}

// Theirs reads the other side's greeting.
func (w *Wire) Theirs() (hello [wire.HelloSize]byte) {
	w.t.Helper()
	if _, err := io.ReadFull(w, hello[:]); err != nil {
		w.t.Fatal(err)
	}
	return hello
}

// Head is the start of a frame with a payload of n bytes, or said to be so.
func (w *Wire) Head(n uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(nil), w.mark...), n)
}

// Frame writes a message with that payload.
func (w *Wire) Frame(payload ...byte) {
	w.t.Helper()
	w.Type(append(w.Head(uint64(len(payload))), payload...)...)
}

// Next reads a message and returns its payload.
func (w *Wire) Next() []byte {
	w.t.Helper()
	head := make([]byte, len(w.mark)+8)
	if _, err := io.ReadFull(w, head); err != nil {
		w.t.Fatal(err)
	}
	payload := make([]byte, binary.BigEndian.Uint64(head[len(w.mark):]))
	if _, err := io.ReadFull(w, payload); err != nil {
		w.t.Fatal(err)
	}
	return payload
}

// Gone waits until the other side has ended the connection.
func (w *Wire) Gone() {
	w.t.Helper()
	_, err := io.Copy(io.Discard, w)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		w.t.Fatal("the connection is still there")
	}
}
