package bytes

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// A hand is a connection that types bytes: it does what no socket would.
type hand struct {
	net.Conn
	t     testing.TB
	codec wire.Codec // of one that has been seated
	road  string
}

// deadline is how far any attack may go before something hangs.
const deadline = time.Minute

func (c *cell) hold(conn net.Conn, err error) *hand {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(deadline))
	c.t.Cleanup(func() { conn.Close() })
	return &hand{Conn: conn, t: c.t, road: c.road.Name}
}

// bare is a connection on which nothing was said.
func (c *cell) bare() *hand {
	c.t.Helper()
	scheme, rest, _ := strings.Cut(c.at.Addr(), "://")
	if scheme == "ipc" {
		return c.hold(net.Dial("unix", rest))
	}
	return c.hold(net.Dial("tcp", strings.TrimSuffix(rest, "/")))
}

// early is a connection before the first byte of SP or HTTP: TLS is done.
func (c *cell) early() *hand {
	c.t.Helper()
	h := c.bare()
	if c.road.TLS {
		over := tls.Client(h.Conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
		if err := over.HandshakeContext(c.ctx); err != nil {
			c.t.Fatal(err)
		}
		h.Conn = over
	}
	return h
}

// shaking is how many good handshakes attackers make at once.
var shaking = make(chan struct{}, 2)

// seated is a connection after a handshake as its counterpart, or as whom it
// says.
func (c *cell) seated(as wire.Protocol) (*hand, error) {
	c.t.Helper()
	tr := c.road.Dial.Transport
	if tr == nil {
		var err error
		if tr, err = transport.Lookup(c.road.Name + "://"); err != nil {
			c.t.Fatal(err)
		}
	}
	d, err := tr.Dialer(c.seats.Addr())
	if err != nil {
		c.t.Fatal(err)
	}
	shaking <- struct{}{}
	defer func() { <-shaking }()
	ctx, cancel := context.WithTimeout(c.ctx, deadline)
	defer cancel()
	link, err := d.Dial(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	s := link.(*transport.StreamLink)
	h := c.hold(s.Conn, nil)
	var all sync.WaitGroup
	defer all.Wait()
	err = link.Handshake(ctx, transport.Hello{Protocol: as, Admit: func() error { return nil }, Go: all.Go})
	h.codec = s.Codec
	return h, err
}

// sit is seated as the counterpart, which has to succeed.
func (c *cell) sit() *hand {
	c.t.Helper()
	p := c.pattern.Protocol
	h, err := c.seated(wire.Protocol{Self: p.Peer, Peer: p.Self, Name: p.PeerName, PeerName: p.Name})
	if err != nil {
		c.t.Fatalf("%s: %v", c.name, err)
	}
	return h
}

// say writes, whatever becomes of it: the other side may have had enough.
func (h *hand) say(b ...byte) { h.Write(b) }

// frame is a message with that payload.
func (h *hand) frame(payload ...byte) []byte {
	return h.codec.Append(nil, &message.Message{Body: payload})
}

// head is the start of a frame said to have n bytes.
func (h *hand) head(n uint64) []byte {
	switch h.road {
	case "ws", "wss":
		// Final, binary; masked with zeroes; a length of eight bytes.
		return append(binary.BigEndian.AppendUint64([]byte{0x82, 0xff}, n), 0, 0, 0, 0)
	case "ipc":
		return binary.BigEndian.AppendUint64([]byte{1}, n)
	}
	return binary.BigEndian.AppendUint64(nil, n)
}

// piece is a WebSocket frame of that first byte, as a client masks it.
func piece(first byte, payload ...byte) []byte {
	return append([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
}

// gone waits until the other side has ended the connection, and tells how long
// that took.
func (h *hand) gone() (time.Duration, error) {
	began := time.Now()
	_, err := io.Copy(io.Discard, h)
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		return time.Since(began), errors.New("the connection is still there")
	}
	return time.Since(began), nil
}

// closed is gone, which has to come before the handshake's deadline.
func (h *hand) closed() error {
	took, err := h.gone()
	if err == nil && took > handshake {
		err = errors.New("the connection was closed only after " + took.String())
	}
	return err
}
