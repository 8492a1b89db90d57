package transporttest

import (
	"context"
	"sync"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// tooBig checks that a message over MaxSize is counted and not received, and
// that the next one is.
func tooBig(t *test) {
	push, pull := t.pipeline(func(o *sp.Options) { o.MaxSize = 1000 })
	t.must(push.Send(t.ctx, body(1001)))
	t.until("a message over MaxSize is counted", func() bool { return pull.Stats().Dropped.TooBig > 0 })
	t.carriesOn(push, pull, body(1000))
}

// carriesOn checks that messages go on being received, though some may be lost
// with a connection.
func (t *test) carriesOn(push *sp.Pusher, pull *sp.Puller, small []byte) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.ctx)
	var sending sync.WaitGroup
	sending.Go(func() {
		for push.Send(ctx, small) == nil {
		}
	})
	got, err := pull.Recv(t.ctx)
	cancel()
	sending.Wait()
	t.must(err)
	if len(got) != len(small) {
		t.Errorf("received %d bytes, want %d", len(got), len(small))
	}
}

// victim is a Puller that somebody ill-mannered connects to, with a Pusher that
// has to get through all the same.
func (t *test) victim(change func(*sp.Options)) (*sp.Puller, *sp.Endpoint, func()) {
	pull := sp.NewPuller(t.options(change))
	end := t.listen(pull, t.Addr(t))
	return pull, end, func() {
		t.Helper()
		push := sp.NewPusher(t.options(nil))
		t.dial(push, end.Addr())
		t.carriesOn(push, pull, body(100))
	}
}

// stranger connects without a handshake.
func (t *test) stranger(addr string) transport.Link {
	t.Helper()
	d := t.dialer(addr)
	if _, ok := d.(transport.Meeter); ok {
		t.Skip("its ends meet: nobody else gets in")
	}
	link, err := d.Dial(t.ctx)
	t.must(err)
	t.Cleanup(func() { link.Close() })
	return link
}

// silent checks that peers who never say anything keep nobody out and are given
// up in the end.
func silent(t *test) {
	const n = 20
	_, end, works := t.victim(func(o *sp.Options) {
		o.HandshakeTimeout = time.Second
		o.MaxHandshakes = n / 2
	})
	for range n {
		t.stranger(end.Addr())
	}
	works()
	t.until("silent peers are given up", func() bool {
		c := end.Stats().Connections
		return c.TimedOut+c.OtherFailures+c.Security+c.NotSP >= n && c.Handshaking == 0
	})
}

// garbage checks that a peer who says something else is refused.
func garbage(t *test) {
	_, end, works := t.victim(nil)
	for _, say := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00SP\x01\x00\x50\x00\x00", "\x00SP\x00\x00\x50\x00\x01", string(body(5000))} {
		link, ok := t.stranger(end.Addr()).(*transport.StreamLink)
		if !ok {
			t.Skip("it carries messages, not bytes")
		}
		before := failures(end)
		go func() {
			link.Conn.Write([]byte(say))
			link.Conn.Close()
		}()
		t.until("garbage is refused", func() bool { return failures(end) > before })
	}
	works()
}

func failures(e *sp.Endpoint) uint64 {
	c := e.Stats().Connections
	return c.NotSP + c.WrongProtocol + c.OtherFailures + c.Security + c.TimedOut
}

// brokenOff checks peers who begin well: one announces more than there is
// memory, one leaves in the middle of a message.
func brokenOff(t *test) {
	pull, end, works := t.victim(nil)
	for _, say := range []string{"\x7f\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x00\x00\x00\x00\x00\x0f\x00\x00abc"} {
		s := &side{protocol: wire.Push}
		var all sync.WaitGroup
		s.shake(t.ctx, &all, t.stranger(end.Addr()))
		all.Wait()
		t.must(s.err)
		link, ok := s.link.(*transport.StreamLink)
		if !ok || link.Codec.Framing() != wire.TCP.Framing() && link.Codec.Framing() != wire.IPC.Framing() {
			t.Skip("it has frames of its own")
		}
		if link.Codec.Framing() == wire.IPC.Framing() {
			say = "\x01" + say
		}
		before := end.Stats().Connections
		link.Conn.Write([]byte(say))
		link.Conn.Close()
		t.until("the connection is given up", func() bool {
			c := end.Stats().Connections
			return c.Broken+c.Closed > before.Broken+before.Closed
		})
	}
	if n := pull.Stats().Dropped.TooBig; n != 2 {
		t.Errorf("%d messages were too big, want 2", n)
	}
	works()
}
