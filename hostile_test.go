package sp_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/wire"
)

// A greeting that is not that of a peer is refused, and counted as what it is.
// Who was there before notices nothing.
func TestBadGreetings(t *testing.T) {
	type counts = sp.Connections
	notSP := func(c counts) uint64 { return c.NotSP }
	wrong := func(c counts) uint64 { return c.WrongProtocol }
	other := func(c counts) uint64 { return c.OtherFailures + c.NotSP }
	for _, c := range []struct {
		name  string
		bytes []byte
		count func(counts) uint64
	}{
		{"first byte", []byte{1, 'S', 'P', 0, 0, 0x50, 0, 0}, notSP},
		{"letters", []byte{0, 'S', 'Q', 0, 0, 0x50, 0, 0}, notSP},
		{"version", []byte{0, 'S', 'P', 1, 0, 0x50, 0, 0}, notSP},
		{"reserved", []byte{0, 'S', 'P', 0, 0, 0x50, 0, 1}, notSP},
		{"http", []byte("GET / HT"), notSP},
		{"same side", []byte{0, 'S', 'P', 0, 0, 0x51, 0, 0}, wrong},
		{"other protocol", []byte{0, 'S', 'P', 0, 0, 0x10, 0, 0}, wrong},
		{"unknown protocol", []byte{0, 'S', 'P', 0, 0xff, 0xff, 0, 0}, wrong},
		{"half", []byte{0, 'S', 'P', 0}, notSP},
		{"nothing", nil, other},
	} {
		t.Run(c.name, func(t *testing.T) {
			streams(t, func(t *testing.T, ctx context.Context, road road) {
				var log sptest.Log
				pull := open(t, sp.NewPuller(&sp.Options{Log: log.Logger()}))
				at := sptest.Listen(t, pull, road, nil)
				push := open(t, sp.NewPusher(nil))
				sptest.Dial(t, ctx, push, at, pull, nil)
				w := sptest.DialWire(t, ctx, at.Addr())
				w.Theirs()
				w.Type(c.bytes...)
				if len(c.bytes) < 8 {
					w.Close()
				} else {
					w.Gone()
				}
				line := log.Wait(t, ctx, "handshake failed", 1)
				if line.Attrs["err"] == nil || line.Attrs["peer"] == "" || line.Attrs["endpoint"] != at.Addr() {
					t.Errorf("logged %v", line)
				}
				st := at.Stats()
				if c.count(st.Connections) != 1 || st.Peers != 1 || c.count(pull.Stats().Connections) != 1 {
					t.Errorf("%+v", st)
				}
				send(t, ctx, push, "x")
				if got := recv(t, ctx, pull); got != "x" {
					t.Errorf("then got %q", got)
				}
			})
		})
	}
}

// Frames that are too long, or none. The connection ends, the reason is counted
// with the peer's address in the log, and a length is not believed: no memory is
// made for it.
func TestBadFrames(t *testing.T) {
	tooBig := func(d sp.Drops) uint64 { return d.TooBig }
	malformed := func(d sp.Drops) uint64 { return d.Malformed }
	for _, c := range []struct {
		name  string
		size  uint64
		mark  byte
		count func(sp.Drops) uint64
		log   string
	}{
		{"one over", 1<<20 + 1, 1, tooBig, "message too big"},
		{"31 bits", 1 << 31, 1, tooBig, "message too big"},
		{"63 bits", 1<<63 - 1, 1, tooBig, "message too big"},
		{"negative", 1 << 63, 1, tooBig, "message too big"},
		{"all bits", 1<<64 - 1, 1, tooBig, "message too big"},
		{"ipc type 0", 1, 0, malformed, "malformed frame"},
		{"ipc type 2", 1, 2, malformed, "malformed frame"},
		{"ipc type 255", 1<<64 - 1, 255, malformed, "malformed frame"},
	} {
		t.Run(c.name, func(t *testing.T) {
			streams(t, func(t *testing.T, ctx context.Context, road road) {
				if c.mark != 1 && road.Name != "ipc" {
					return // only ipc has types of frames
				}
				var log sptest.Log
				pull := open(t, sp.NewPuller(&sp.Options{Log: log.Logger()}))
				at := sptest.Listen(t, pull, road, nil)
				push := open(t, sp.NewPusher(nil))
				sptest.Dial(t, ctx, push, at, pull, nil)
				w := sptest.DialWire(t, ctx, at.Addr())
				w.Greet(wire.Push)
				w.Frame('o', 'k')
				if got := recv(t, ctx, pull); got != "ok" {
					t.Errorf("got %q", got)
				}
				head := w.Head(c.size)
				if road.Name == "ipc" {
					head[0] = c.mark
				}
				w.Type(head...)
				w.Gone()
				if line := log.Wait(t, ctx, c.log, 1); line.Attrs["peer"] == "" {
					t.Errorf("logged %v", line)
				}
				log.Wait(t, ctx, "disconnected", 1)
				if d := pull.Stats().Dropped; c.count(d) != 1 || d.Total() != 1 {
					t.Errorf("dropped %+v", d)
				}
				send(t, ctx, push, "x")
				if got := recv(t, ctx, pull); got != "x" || len(pull.Peers()) != 1 {
					t.Errorf("then got %q, %d peers", got, len(pull.Peers()))
				}
			})
		})
	}
}

// A length is only the other side's word, also where any is allowed.
func TestLengthIsNotBelieved(t *testing.T) {
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		var log sptest.Log
		o := &sp.Options{Log: log.Logger()}
		o.MaxSize = -1
		pull := open(t, sp.NewPuller(o))
		at := sptest.Listen(t, pull, road, nil)
		const said, peers = 1 << 40, 8
		var all []*sptest.Wire
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range peers {
			w := sptest.DialWire(t, ctx, at.Addr())
			w.Greet(wire.Push)
			w.Type(append(w.Head(said), make([]byte, 10_000)...)...)
			all = append(all, w)
		}
		sptest.Peers(t, ctx, pull, peers)
		for _, w := range all {
			w.Close()
		}
		for i := range peers {
			line := log.Wait(t, ctx, "disconnected", i+1)
			if err, _ := line.Attrs["reason"].(error); !errors.Is(err, io.ErrUnexpectedEOF) && road.Name != "tcp" {
				t.Errorf("logged %v", line)
			}
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
			t.Errorf("%d bytes were allocated for 80,000 that came", grown)
		}
		// 2⁶⁴-1 can't be collected, whatever is allowed.
		w := sptest.DialWire(t, ctx, at.Addr())
		w.Greet(wire.Push)
		w.Type(w.Head(1<<64 - 1)...)
		w.Gone()
	})
}

// MaxSize counts header and body: one that is as large passes, and one byte more
// does not. Over inproc the message is dropped and the peer stays.
func TestMaxSize(t *testing.T) {
	for _, k := range []kind{kindNamed("pair"), kindNamed("reqrep")} {
		t.Run(k.name, func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				const most = 50_000
				var log sptest.Log
				o := &sp.Options{Log: log.Logger(), Resend: -1}
				o.MaxSize = most
				a, b, move := k.make(o)
				open(t, a)
				open(t, b)
				link(t, ctx, a, b, road)
				move(t, ctx, body(0, most-k.header))
				over := body(0, most-k.header+1)
				if s, ok := a.(sender); ok {
					s.Send(ctx, over)
				} else {
					start(t, a.(*sp.Requester), string(over), nil)
				}
				line := log.Wait(t, ctx, "message too big", 1)
				if line.Attrs["size"] != uint64(most+1) || line.Attrs["max"] != uint64(most) {
					t.Errorf("logged %v", line)
				}
				if n := b.Stats().Dropped.TooBig; n != 1 {
					t.Errorf("counted %d", n)
				}
			})
		})
	}
}

// A peer that goes in the middle of a message leaves nothing of it.
func TestTruncatedMessage(t *testing.T) {
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		for _, n := range []int{1, 8, 9, 100, 20_000, 200_000} {
			var log sptest.Log
			pull := open(t, sp.NewPuller(&sp.Options{Log: log.Logger()}))
			w := sptest.DialWire(t, ctx, sptest.Listen(t, pull, road, nil).Addr())
			w.Greet(wire.Push)
			w.Frame('o', 'k')
			frame := append(w.Head(300_000), make([]byte, 300_000)...)
			w.Type(frame[:n]...)
			w.Close()
			line := log.Wait(t, ctx, "disconnected", 1)
			if err, _ := line.Attrs["reason"].(error); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%d bytes: logged %v", n, line)
			}
			if got := recv(t, ctx, pull); got != "ok" {
				t.Errorf("got %q", got)
			}
			if _, err := pull.TryRecv(); err != sp.ErrWouldBlock {
				t.Errorf("%d bytes: then %v", n, err)
			}
		}
	})
}

// Headers that have no end, or no room for one: dropped and counted as
// malformed; the connection stays, for the next message may be good.
func TestBadHeaders(t *testing.T) {
	id := []byte{0x80, 0, 0, 1}
	noEnd := bytes.Repeat([]byte{0, 0, 0, 9}, 3)
	for _, c := range []struct {
		name string
		as   wire.Protocol
		make func() sptest.Socket
		bad  [][]byte
		good []byte
	}{
		{"rep", wire.Req, func() sptest.Socket { return sp.NewReplier(nil) }, [][]byte{{}, id[:3], noEnd, noEnd[:7]}, id},
		{"respondent", wire.Surveyor, func() sptest.Socket { return sp.NewRespondent(nil) }, [][]byte{{}, id[:1], noEnd}, id},
		{"req", wire.Rep, func() sptest.Socket { return sp.NewRequester(nil) }, [][]byte{{}, id[:3], noEnd}, nil},
		{"surveyor", wire.Respondent, func() sptest.Socket { return sp.NewSurveyor(nil) }, [][]byte{{}, id[:3], noEnd}, nil},
		{"pair1", wire.Pair1, func() sptest.Socket { return sp.NewPair(version1(nil)) }, [][]byte{{}, {0, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 0}}, []byte{0, 0, 0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			streams(t, func(t *testing.T, ctx context.Context, road road) {
				s := open(t, c.make())
				w := sptest.DialWire(t, ctx, sptest.Listen(t, s, road, nil).Addr())
				w.Greet(c.as)
				sptest.Peers(t, ctx, s, 1)
				for i, bad := range c.bad {
					w.Frame(bad...)
					until(t, ctx, "a drop", func() bool { return s.Stats().Dropped.Malformed == uint64(i+1) })
				}
				if c.good != nil {
					w.Frame(c.good...)
					until(t, ctx, "the good one", func() bool { return s.Stats().Waiting == 1 })
				}
				if d := s.Stats().Dropped; d.Total() != uint64(len(c.bad)) || len(s.Peers()) != 1 {
					t.Errorf("dropped %+v, %d peers", d, len(s.Peers()))
				}
			})
		})
	}
}

// A socket that does not receive drops and counts what it is sent.
func TestDataToWhoDoesNotReceive(t *testing.T) {
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		for _, c := range []struct {
			as wire.Protocol
			s  interface {
				sptest.Socket
				sender
			}
		}{{wire.Sub, sp.NewPublisher(nil)}, {wire.Pull, sp.NewPusher(nil)}} {
			open(t, c.s)
			w := sptest.DialWire(t, ctx, sptest.Listen(t, c.s, road, nil).Addr())
			w.Greet(c.as)
			sptest.Peers(t, ctx, c.s, 1)
			w.Frame(body(0, 100)...)
			w.Frame(body(0, 100_000)...)
			until(t, ctx, "two drops", func() bool { return c.s.Stats().Dropped.Unwanted == 2 })
			send(t, ctx, c.s, "x")
			check(t, "sent", w.Next(), []byte("x"))
			w.Close()
		}
	})
}

// Whatever comes after the greeting, in whatever pieces, nothing breaks.
func TestNoise(t *testing.T) {
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		rep := open(t, sp.NewReplier(nil))
		at := sptest.Listen(t, rep, road, nil)
		for i := range 30 {
			w := sptest.DialWire(t, ctx, at.Addr())
			w.Greet(wire.Req)
			junk := body(i*31, 3000)
			if i%2 == 0 { // frames of a size that passes
				binary.BigEndian.PutUint64(junk[len(w.Head(0))-8:], uint64(i))
				copy(junk, w.Head(0)[:len(w.Head(0))-8])
			}
			for len(junk) > 0 {
				n := min(len(junk), 1+i*7)
				if _, err := w.Write(junk[:n]); err != nil {
					break
				}
				junk = junk[n:]
			}
			w.Close()
		}
		until(t, ctx, "the end of all", func() bool {
			c := rep.Stats().Connections
			return c.Broken+c.Closed+c.OtherFailures == 30 && len(rep.Peers()) == 0
		})
		req := open(t, sp.NewRequester(nil))
		sptest.Dial(t, ctx, req, at, rep, nil)
		c := start(t, req, "x", nil)
		for {
			q := request(t, ctx, rep)
			if q.Reply(ctx, q.Body) == nil {
				break
			}
		}
		reply(t, ctx, c, "x")
	})
}
