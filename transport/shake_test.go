package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// shake takes one end of a pipe through the handshake of a REQ, while the other
// end says what it is told to.
func shake(t *testing.T, say string, admit func() error) (*transport.StreamLink, string, error) {
	near, far := net.Pipe()
	defer far.Close()
	var all sync.WaitGroup
	defer all.Wait()
	link := &transport.StreamLink{Conn: near}
	defer link.Close()
	heard := make([]byte, wire.HelloSize)
	all.Go(func() {
		all.Go(func() {
			io.WriteString(far, say)
			if len(say) < wire.HelloSize {
				far.Close()
			}
		})
		io.ReadFull(far, heard)
	})
	err := link.Handshake(context.Background(), transport.Hello{
		Protocol: wire.Req, Admit: admit, Go: func(f func()) { all.Go(f) },
	})
	link.Close()
	all.Wait()
	return link, string(heard), err
}

func TestShake(t *testing.T) {
	asked := 0
	link, heard, err := shake(t, "\x00SP\x00\x00\x31\x00\x00", func() error { asked++; return nil })
	if err != nil || asked != 1 || heard != "\x00SP\x00\x00\x30\x00\x00" {
		t.Errorf("%v, Admit asked %d times, said %q", err, asked, heard)
	}
	if link.Codec.Framing() != wire.TCP.Framing() {
		t.Errorf("framing %q", link.Codec.Framing())
	}
}

func TestShakeRefused(t *testing.T) {
	no := errors.New("no")
	if _, _, err := shake(t, "\x00SP\x00\x00\x31\x00\x00", func() error { return no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
}

func TestShakeFails(t *testing.T) {
	never := func() error { t.Error("Admit was asked about what is no peer"); return nil }
	for say, want := range map[string]error{
		"\x00SP\x00\x00\x30\x00\x00": new(wire.WrongProtocolError),
		"\x00SP\x01\x00\x31\x00\x00": wire.ErrNotSP,
		"GET / HTTP/1.1\r\n":         wire.ErrNotSP,
		"\x00SP":                     io.ErrUnexpectedEOF,
		"":                           io.EOF,
	} {
		_, _, err := shake(t, say, never)
		var wrong *wire.WrongProtocolError
		if _, is := want.(*wire.WrongProtocolError); is && errors.As(err, &wrong) {
			continue
		}
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", say, err, want)
		}
	}
}
