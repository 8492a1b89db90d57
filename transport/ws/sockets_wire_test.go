package ws

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// A client that speaks frames with a socket.
type rawClient struct {
	*transport.StreamLink
	t testing.TB
}

// connectRaw has a puller listen, and a raw client connect to it.
func connectRaw(t *testing.T, o *sp.Options) (context.Context, *sp.Puller, *rawClient) {
	t.Helper()
	ctx := sptest.Begin(t)
	pull := sptest.Open(t, sp.NewPuller(o))
	e, err := pull.Listen("ws://127.0.0.1:0/")
	if err != nil {
		t.Fatal(err)
	}
	c := rawPeer(t, ctx, Transport{}, e.Addr(), wire.Push)
	sptest.Peers(t, ctx, pull, 1)
	return ctx, pull, c
}

// rawPeer connects to a socket that listens.
func rawPeer(t *testing.T, ctx context.Context, with Transport, addr string, as wire.Protocol) *rawClient {
	t.Helper()
	l, err := dial(t, with, addr, as)
	if err != nil {
		t.Fatal(err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		l.Conn.SetDeadline(deadline)
	}
	return &rawClient{l, t}
}

func (c *rawClient) send(op ws.OpCode, fin bool, payload string) {
	c.t.Helper()
	f := ws.MaskFrame(ws.NewFrame(op, fin, []byte(payload)))
	if err := ws.WriteFrame(c.Conn, f); err != nil {
		c.t.Fatal(err)
	}
}

// expect reads a frame.
func (c *rawClient) expect(op ws.OpCode, payload string) {
	c.t.Helper()
	f, err := readFrame(c.Conn)
	if err != nil {
		c.t.Fatalf("want opcode %d %q: %v", op, payload, err)
	}
	if f.Header.OpCode != op || string(f.Payload) != payload || f.Header.Masked || !f.Header.Fin {
		c.t.Errorf("got %+v %q, want opcode %d %q", f.Header, f.Payload, op, payload)
	}
}

// expectClose reads the Close frame and the end that follows.
func (c *rawClient) expectClose(code uint16) {
	c.t.Helper()
	c.expect(ws.OpClose, string(binary.BigEndian.AppendUint16(nil, code)))
	if _, err := ws.ReadHeader(c.Conn); err == nil {
		c.t.Error("something follows the Close frame")
	}
}

// TestPingIsAnswered sends a ping in the middle of a message that nobody
// receives yet.
func TestPingIsAnswered(t *testing.T) {
	ctx, pull, c := connectRaw(t, nil)
	c.send(ws.OpBinary, false, "one, ")
	c.send(ws.OpPing, true, "are you there")
	c.expect(ws.OpPong, "are you there")
	c.send(ws.OpPong, true, "nobody asked")
	c.send(ws.OpContinuation, true, "two")
	if got, err := pull.Recv(ctx); err != nil || string(got) != "one, two" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestCloseFrames(t *testing.T) {
	closeFrame := func(code uint16) string { return string(binary.BigEndian.AppendUint16(nil, code)) }
	for _, test := range []struct {
		name string
		op   ws.OpCode
		send string
		code uint16
	}{
		{"good order", ws.OpClose, closeFrame(1000), 1000},
		{"going away", ws.OpClose, closeFrame(1001), 1001},
		{"its own code", ws.OpClose, closeFrame(4000), 4000},
		{"bad code", ws.OpClose, closeFrame(999), 1002},
		{"not UTF-8", ws.OpText, "\xff", 1007},
		{"reserved opcode", 5, "", 1002},
		{"too big", ws.OpBinary, strings.Repeat("x", 101), 1009},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log sptest.Log
			o := &sp.Options{Log: log.Logger()}
			o.MaxSize = 100
			ctx, _, c := connectRaw(t, o)
			c.send(test.op, true, test.send)
			c.expectClose(test.code)
			record := log.Wait(t, ctx, "disconnected", 1)
			if test.code > 1001 && record.Attrs["reason"] == nil {
				t.Errorf("the log gives no reason: %v", record)
			}
		})
	}
}

func TestSocketSaysGoodbye(t *testing.T) {
	_, pull, c := connectRaw(t, nil)
	done := make(chan error, 1)
	go func() { done <- pull.Close() }()
	c.expect(ws.OpClose, "\x03\xe8")
	c.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestTextOption has a socket send what a page's script gets as a string.
func TestTextOption(t *testing.T) {
	ctx := sptest.Begin(t)
	push := sptest.Open(t, sp.NewPusher(nil))
	c := rawPeer(t, ctx, Transport{}, listenWith(t, push, Transport{Text: true}), wire.Pull)
	for body, op := range map[string]ws.OpCode{"gr\u00fc\u00df": ws.OpText, "\xff": ws.OpBinary} {
		if err := push.Send(ctx, []byte(body)); err != nil {
			t.Fatal(err)
		}
		c.expect(op, body)
	}
}

// TestSocketsBesideAPage mounts two sockets beside a page.
func TestSocketsBesideAPage(t *testing.T) {
	ctx := sptest.Begin(t)
	pub, rep := sptest.Open(t, sp.NewPublisher(nil)), sptest.Open(t, sp.NewReplier(nil))
	feed, form := NewHandler("", nil), NewHandler("", nil)
	for _, err := range []error{listenOn(pub.ListenOn(feed, nil)), listenOn(rep.ListenOn(form, nil))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	addr := mountAll(t, map[string]*Handler{"/feed": feed, "/form": form})
	sub, req := sptest.Open(t, sp.NewSubscriber(nil)), sptest.Open(t, sp.NewRequester(nil))
	sub.Subscribe("")
	if _, err := sub.Dial(addr + "/feed"); err != nil {
		t.Fatal(err)
	}
	if _, err := req.Dial(addr + "/form"); err != nil {
		t.Fatal(err)
	}
	sptest.Peers(t, ctx, pub, 1)
	if err := pub.Send(ctx, []byte("news")); err != nil {
		t.Fatal(err)
	}
	if got, err := sub.Recv(ctx); err != nil || string(got) != "news" {
		t.Errorf("%q, %v", got, err)
	}
	done := make(chan error, 1)
	go func() {
		q, err := rep.Recv(ctx)
		if err == nil {
			err = q.Reply(ctx, []byte(fmt.Sprintf("you said %s", q.Body)))
		}
		done <- err
	}()
	got, err := req.Do(ctx, []byte("hello"))
	if err != nil || string(got) != "you said hello" {
		t.Errorf("%q, %v", got, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func listenOn(_ *sp.Endpoint, err error) error { return err }

// readFrame reads a frame that is known to be small.
func readFrame(r io.Reader) (f ws.Frame, err error) {
	if f.Header, err = ws.ReadHeader(r); err != nil {
		return f, err
	}
	f.Payload = make([]byte, f.Header.Length)
	_, err = io.ReadFull(r, f.Payload)
	return f, err
}
