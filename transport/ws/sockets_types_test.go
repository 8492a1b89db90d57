package ws

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/transport/tcp"
	"github.com/sprocketmq/sp/wire"
)

type bound interface {
	ListenWith(string, *sp.EndpointOptions) (*sp.Endpoint, error)
}

func listenWith(t *testing.T, s bound, with Transport) string {
	t.Helper()
	e, err := s.ListenWith("ws://127.0.0.1:0/", &sp.EndpointOptions{Transport: with})
	if err != nil {
		t.Fatal(err)
	}
	return e.Addr()
}

// Messages that come together have each their own type, where that was asked for.
func TestTypesReceived(t *testing.T) {
	t.Run("told", func(t *testing.T) { typesReceived(t, true) })
	t.Run("not told", func(t *testing.T) { typesReceived(t, false) })
}

func typesReceived(t *testing.T, types bool) {
	ctx := sptest.Begin(t)
	pull := sptest.Open(t, sp.NewPuller(nil))
	c := rawPeer(t, ctx, Transport{}, listenWith(t, pull, Transport{Types: types}), wire.Push)
	large := strings.Repeat("x", 100<<10)
	all := []struct {
		body string
		kind message.Type
	}{{"a", message.Text}, {"b", message.Binary}, {"", message.Text}, {large, message.Text}, {large, message.Binary}, {"c", message.Binary}}
	var b []byte
	for _, m := range all {
		op := ws.OpBinary
		if m.kind == message.Text {
			op = ws.OpText
		}
		b = append(b, ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, true, []byte(m.body))))...)
	}
	if _, err := c.Conn.Write(b); err != nil {
		t.Fatal(err)
	}
	for i, want := range all {
		m, err := pull.RecvMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !types {
			want.kind = message.Untyped
		}
		if string(m.Body) != want.body || m.Type() != want.kind {
			t.Errorf("message %d is %.10q of type %d, want %.10q of type %d", i, m.Body, m.Type(), want.body, want.kind)
		}
		m.Release()
	}
}

// What is forwarded stays what it is, if types are told; else it is what the way out
// makes of it. inproc forgets it.
func TestTypesForwarded(t *testing.T) {
	for _, test := range []struct {
		name   string
		types  bool
		inproc bool
		op     ws.OpCode
	}{{"told", true, false, ws.OpText}, {"not told", false, false, ws.OpBinary}, {"over inproc", true, true, ws.OpBinary}} {
		t.Run(test.name, func(t *testing.T) {
			ctx := sptest.Begin(t)
			in, out := sptest.Open(t, sp.NewRaw(pattern.Pull, nil)), sptest.Open(t, sp.NewRaw(pattern.Push, nil))
			from := rawPeer(t, ctx, Transport{}, listenWith(t, in, Transport{Types: test.types}), wire.Push)
			to := rawPeer(t, ctx, Transport{}, listenWith(t, out, Transport{Types: test.types}), wire.Pull)
			ways := [][2]*sp.Raw{{in, out}}
			if test.inproc {
				middle, end := sptest.Open(t, sp.NewRaw(pattern.Push, nil)), sptest.Open(t, sp.NewRaw(pattern.Pull, nil))
				if _, err := middle.Listen("inproc://" + t.Name()); err != nil {
					t.Fatal(err)
				}
				if _, err := end.Dial("inproc://" + t.Name()); err != nil {
					t.Fatal(err)
				}
				ways = [][2]*sp.Raw{{in, middle}, {end, out}}
			}
			ctx, cancel := context.WithCancel(ctx)
			done := make(chan error)
			for _, w := range ways {
				go func() { done <- sp.Forward(ctx, w[0], w[1]) }()
			}
			from.send(ws.OpText, true, "text")
			from.send(ws.OpBinary, true, "binary")
			from.send(ws.OpText, true, strings.Repeat("x", 20<<10))
			to.expect(test.op, "text")
			to.expect(ws.OpBinary, "binary")
			to.expect(test.op, strings.Repeat("x", 20<<10))
			cancel()
			for range ways {
				<-done
			}
		})
	}
}

// A message that goes to another peer, because the first one is lost, keeps its type.
func TestTypeOfWhatIsSentAgain(t *testing.T) {
	for name, size := range map[string]int{"small": 1 << 10, "large": 20 << 10} {
		t.Run(name, func(t *testing.T) {
			ctx := sptest.Begin(t)
			push := sptest.Open(t, sp.NewPusher(&sp.Options{Linger: -1}))
			// The kernel keeps little of what nobody reads.
			small := Transport{TCP: tcp.Transport{ReadBuffer: 4 << 10, WriteBuffer: 4 << 10}}
			addr := listenWith(t, push, small)
			lost := rawPeer(t, ctx, small, addr, wire.Pull)
			sptest.Peers(t, ctx, push, 1)
			for {
				m := message.New(size)
				m.SetType(message.Text)
				if err := push.TrySend(m); errors.Is(err, sp.ErrWouldBlock) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			lost.Conn.Close()
			next := rawPeer(t, ctx, Transport{}, addr, wire.Pull)
			for range 5 {
				next.expect(ws.OpText, string(make([]byte, size)))
			}
		})
	}
}
