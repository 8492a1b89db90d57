package engine_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// talker is a codec with state and frames of its own, as ZeroMQ's will be: a
// byte for the kind, four for the length. A ping is answered with a pong.
type talker struct {
	framing string
	encoded *atomic.Int32 // how often Append was called
	pongs   *atomic.Int32
}

const (
	whole, part, more, ping, pong, bye = 'w', 'p', 'm', '?', '!', '.'
)

func frame(dst []byte, kind byte, payload ...byte) []byte {
	dst = binary.BigEndian.AppendUint32(append(dst, kind), uint32(len(payload)))
	return append(dst, payload...)
}

func (c *talker) Framing() string { return c.framing }

func (c *talker) Append(dst []byte, m *message.Message) []byte {
	if c.encoded != nil {
		c.encoded.Add(1)
	}
	payload := append(append([]byte(nil), m.Header...), m.Body...)
	if len(m.More) == 0 {
		return frame(dst, whole, payload...)
	}
	dst = frame(dst, more, payload...)
	for i, f := range m.More {
		kind := byte(more)
		if i == len(m.More)-1 {
			kind = whole
		}
		dst = frame(dst, kind, f...)
	}
	return dst
}

func (c *talker) AppendHead(dst []byte, m *message.Message) ([]byte, bool) { return dst, false }

func (c *talker) Parse(src []byte) (wire.Frame, error) {
	kinds := map[byte]wire.Kind{whole: wire.Whole, part: wire.Part, more: wire.More, ping: wire.Control, pong: wire.Control, bye: wire.Control}
	if len(src) < 5 {
		return wire.Frame{}, nil
	}
	k, ok := kinds[src[0]]
	if !ok {
		return wire.Frame{}, wire.ErrMalformed
	}
	return wire.Frame{Head: 5, Size: uint64(binary.BigEndian.Uint32(src[1:])), Kind: k}, nil
}

// Control answers a ping by what it said; what is said with "pong" is an answer.
func (c *talker) Control(_ wire.Frame, payload []byte) ([]byte, error) {
	if len(payload) > 0 && payload[0] == pong {
		c.pongs.Add(1)
		return nil, nil
	}
	if len(payload) > 0 && payload[0] == bye {
		return frame(nil, bye), io.EOF
	}
	return frame(nil, pong, payload...), nil
}

// road makes a transport of net.Pipe and the codec.
func (c *talker) road() (transport.Stream, string) {
	t := sptest.Pipes
	t.Codec = c
	return t, sptest.RoadNamed("pipe").Addr(nil)
}

// typist is a connection to a socket that speaks through c.
func typist(t *testing.T, ctx context.Context, s interface {
	WaitPeers(context.Context, int) error
}, addr string, as wire.Protocol, n int) net.Conn {
	t.Helper()
	w := sptest.DialWire(t, ctx, addr)
	w.Greet(as)
	if err := s.WaitPeers(ctx, n); err != nil {
		t.Fatal(err)
	}
	return w
}

func read(t *testing.T, c net.Conn) (kind byte, payload []byte) {
	t.Helper()
	t.Helper()
	head := make([]byte, 5)
	for at := 0; at < len(head); {
		n, err := c.Read(head[at:])
		if err != nil {
			t.Fatal(err)
		}
		at += n
	}
	payload = make([]byte, binary.BigEndian.Uint32(head[1:]))
	for at := 0; at < len(payload); {
		n, err := c.Read(payload[at:])
		if err != nil {
			t.Fatal(err)
		}
		at += n
	}
	return head[0], payload
}

// A codec's own frames pass a full outbox, and are read and answered while the
// application does not read.
func TestControlFrames(t *testing.T) {
	ctx := sptest.Begin(t)
	c := &talker{pongs: new(atomic.Int32)}
	cfg := config()
	cfg.SendQueue, cfg.Limits.RecvQueue = 3, 3
	s := open(t, pattern.Pair, cfg)
	tr, addr := c.road()
	cfg.Endpoint.Transport = tr
	if _, err := s.Listen(addr, cfg.Endpoint); err != nil {
		t.Fatal(err)
	}
	w := typist(t, ctx, s, addr, wire.Pair, 1)
	// Nobody reads w, so the outbox fills.
	sent := 0
	for s.Stats().Traffic.QueuedOut < cfg.SendQueue {
		if s.TrySend(msg("x")) == nil {
			sent++
		}
	}
	// The application reads nothing, so the queue of what comes fills, too: but
	// not further than it may be before the connection is not read.
	for range cfg.Limits.RecvQueue {
		w.Write(frame(nil, whole, 'y'))
	}
	w.Write(frame(nil, ping, 'a'))
	w.Write(frame(nil, ping, 'b'))
	w.Write(frame(nil, pong, pong))
	sptest.Until(t, ctx, "the pong", func() bool { return c.pongs.Load() == 1 })
	if n := s.Stats().Waiting; n != cfg.Limits.RecvQueue {
		t.Errorf("%d wait to be received", n)
	}
	// Both answers come, behind what was there, in their order.
	answers := ""
	for got := 0; got < sent || len(answers) < 2; {
		switch kind, payload := read(t, w); kind {
		case whole:
			got++
		case pong:
			answers += string(payload)
		}
	}
	if answers != "ab" {
		t.Errorf("answers %q", answers)
	}
	// A codec may end the connection in good order: what it says last is sent.
	w.Write(frame(nil, ping, bye))
	if kind, _ := read(t, w); kind != bye {
		t.Errorf("last came %c", kind)
	}
	if _, err := w.Read(make([]byte, 1)); err == nil {
		t.Error("more came")
	}
	if st := s.Stats(); st.Traffic.MessagesOut != uint64(sent) || st.Traffic.MessagesIn != uint64(cfg.Limits.RecvQueue) {
		t.Errorf("control frames count as messages: %+v", st.Traffic)
	}
}

// A peer that provokes answers it does not read is cut off: they are not
// collected for ever.
func TestControlFlood(t *testing.T) {
	ctx := sptest.Begin(t)
	c := &talker{pongs: new(atomic.Int32)}
	cfg := config()
	s := open(t, pattern.Pair, cfg)
	tr, addr := c.road()
	cfg.Endpoint.Transport = tr
	if _, err := s.Listen(addr, cfg.Endpoint); err != nil {
		t.Fatal(err)
	}
	w := typist(t, ctx, s, addr, wire.Pair, 1)
	big := frame(nil, ping, make([]byte, 10_000)...)
	for n := 0; ; n += len(big) {
		if _, err := w.Write(big); err != nil {
			break
		}
		if n > 10<<20 {
			t.Fatal("10 MiB of answers are waiting")
		}
	}
	sptest.Until(t, ctx, "the end", func() bool { return s.PeerCount() == 0 })
}

// pulling is a socket that receives, and a connection to type to it.
func pulling(t *testing.T) (context.Context, *engine.Socket, net.Conn) {
	t.Helper()
	ctx := sptest.Begin(t)
	c := &talker{}
	cfg := config()
	cfg.Endpoint.Transport, _ = c.road()
	s := open(t, pattern.Pull, cfg)
	_, addr := c.road()
	if _, err := s.Listen(addr, cfg.Endpoint); err != nil {
		t.Fatal(err)
	}
	w := typist(t, ctx, s, addr, wire.Push, 1)
	return ctx, s, w
}

// A message may have more frames than one, and a frame may come in parts.
func TestFrames(t *testing.T) {
	ctx, s, w := pulling(t)
	long := make([]byte, 100_000)
	for i := range long {
		long[i] = byte(i * 7)
	}
	for _, want := range [][]string{
		{"one"}, {"a", "b"}, {"", "", ""}, {"a", string(long), "c"}, {string(long), "b"},
	} {
		var bytes []byte
		for i, f := range want {
			kind := byte(more)
			if i == len(want)-1 {
				kind = whole
			}
			half := len(f) / 2
			bytes = frame(bytes, part, []byte(f[:half])...)
			bytes = frame(bytes, kind, []byte(f[half:])...)
		}
		if _, err := w.Write(bytes); err != nil {
			t.Fatal(err)
		}
		m := recv(t, ctx, s)
		got := []string{string(m.Body)}
		for _, f := range m.More {
			got = append(got, string(f))
		}
		if len(got) != len(want) {
			t.Fatalf("got %d frames, want %d", len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("frame %d has %d bytes, want %d", i, len(got[i]), len(want[i]))
			}
		}
	}
	// All frames together are a message's size.
	over := frame(nil, more, make([]byte, 1<<20-10)...)
	w.Write(over)
	w.Write(frame(nil, whole, make([]byte, 11)...)[:10])
	sptest.Until(t, ctx, "a drop", func() bool { return s.Stats().Drops[pattern.TooBig] == 1 })
}
