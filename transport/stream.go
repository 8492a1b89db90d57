package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/sprocketmq/sp/wire"
)

// Stream is a transport made of two functions: anything that yields a
// net.Conn. addr is the address after "scheme://".
type Stream struct {
	DialFunc   func(ctx context.Context, addr string) (net.Conn, error)
	ListenFunc func(addr string) (net.Listener, error)
	// Codec frames the messages; nil is wire.TCP.
	Codec wire.Codec
}

// Dialer implements Transport.
func (s Stream) Dialer(addr string) (Dialer, error) {
	if s.DialFunc == nil {
		return nil, errors.ErrUnsupported
	}
	_, rest, _ := strings.Cut(addr, "://")
	return DialerFunc(func(ctx context.Context) (Link, error) {
		conn, err := s.DialFunc(ctx, rest)
		if err != nil {
			return nil, err
		}
		return &StreamLink{Conn: conn, Codec: s.Codec, Remote: addr}, nil
	}), nil
}

// Listen implements Transport.
func (s Stream) Listen(addr string) (Listener, error) {
	if s.ListenFunc == nil {
		return nil, errors.ErrUnsupported
	}
	_, rest, _ := strings.Cut(addr, "://")
	l, err := s.ListenFunc(rest)
	if err != nil {
		return nil, err
	}
	return &ConnListener{Listener: l, Codec: s.Codec, Address: addr}, nil
}

// DialerFunc is a Dialer that is a function.
type DialerFunc func(ctx context.Context) (Link, error)

// Dial implements Dialer.
func (f DialerFunc) Dial(ctx context.Context) (Link, error) { return f(ctx) }

// ConnListener makes a Listener of a net.Listener: an inherited descriptor,
// or a pipe in a test.
type ConnListener struct {
	Listener net.Listener
	Codec    wire.Codec // nil is wire.TCP
	Address  string     // "" is made of the Listener's own address
	// Wrap makes the link of an accepted connection; nil is NewStreamLink.
	Wrap func(net.Conn) Link
}

// Accept implements Listener.
func (l *ConnListener) Accept() (Link, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if l.Wrap != nil {
		return l.Wrap(conn), nil
	}
	return &StreamLink{Conn: conn, Codec: l.Codec}, nil
}

// Addr implements Listener.
func (l *ConnListener) Addr() string {
	if l.Address != "" {
		return l.Address
	}
	return netAddr(l.Listener.Addr())
}

// Close implements Listener.
func (l *ConnListener) Close() error { return l.Listener.Close() }

func netAddr(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.Network() + "://" + a.String()
}

// LocalAddr implements Link.
func (l *StreamLink) LocalAddr() string {
	if l.Local != "" {
		return l.Local
	}
	return netAddr(l.Conn.LocalAddr())
}

// RemoteAddr implements Link.
func (l *StreamLink) RemoteAddr() string {
	if l.Remote != "" {
		return l.Remote
	}
	return netAddr(l.Conn.RemoteAddr())
}

// State implements Link.
func (l *StreamLink) State() any { return l.Known }

// Close implements Link.
func (l *StreamLink) Close() error { return l.Conn.Close() }

// Handshake implements Link.
func (l *StreamLink) Handshake(ctx context.Context, hello Hello) error {
	shake := l.Shake
	if shake == nil {
		shake = ShakeSP
	}
	if err := shake(ctx, l, hello); err != nil {
		return err
	}
	if l.Codec == nil {
		l.Codec = wire.TCP
	}
	return nil
}

// ShakeSP exchanges the eight bytes of sp-tcp-mapping-01, which tcp, ipc and
// tls+tcp share, then asks hello.Admit.
func ShakeSP(_ context.Context, l *StreamLink, hello Hello) error {
	// Both sides send first; on a connection without buffers (net.Pipe)
	// each has to read at the same time.
	sent := make(chan error, 1)
	hello.Go(func() {
		_, err := l.Conn.Write(wire.AppendHello(nil, hello.Protocol))
		sent <- err
	})
	var theirs [wire.HelloSize]byte
	_, err := io.ReadFull(l.Conn, theirs[:])
	if err == nil {
		err = wire.CheckHello(theirs[:], hello.Protocol)
	}
	var wrong *wire.WrongProtocolError
	if err != nil && !errors.As(err, &wrong) {
		l.Conn.Close()
		<-sent
		return err
	}
	// A socket of the wrong type gets our greeting all the same: it is to know
	// why it was refused.
	if e := <-sent; err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return hello.Admit()
}
