package sp_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/wire"
)

// What waited for a peer that dies goes to the next one, before newer messages,
// whole and once. What of a message may have arrived is not known; such a one
// is counted and not repeated.
func TestDyingPeersMessagesMove(t *testing.T) {
	type socket interface {
		sptest.Socket
		sender
		TrySend(*sp.Message) error
	}
	type peer interface {
		sptest.Socket
		receiver
	}
	pushpull := func(o *sp.Options) (socket, peer) { return sp.NewPusher(o), sp.NewPuller(nil) }
	for _, c := range []struct {
		name  string
		peer  wire.Protocol
		make  func(*sp.Options) (socket, peer)
		size  int // small ones are copied, large ones are sent from where they lie
		reads int // how much the dying peer reads
	}{
		{"push", wire.Pull, pushpull, 100, 0},
		{"push", wire.Pull, pushpull, 100, 5},
		{"push", wire.Pull, pushpull, 100_000, 0},
		{"push", wire.Pull, pushpull, 100_000, 50_000},
		{"pair", wire.Pair, func(o *sp.Options) (socket, peer) { return sp.NewPair(o), sp.NewPair(nil) }, 100, 0},
		{"pair", wire.Pair, func(o *sp.Options) (socket, peer) { return sp.NewPair(o), sp.NewPair(nil) }, 100_000, 1},
		{"pair1", wire.Pair1, func(o *sp.Options) (socket, peer) {
			return sp.NewPair(version1(o)), sp.NewPair(version1(nil))
		}, 100, 3},
	} {
		t.Run(fmt.Sprintf("%s/%d of %d", c.name, c.reads, c.size), func(t *testing.T) {
			// Over inproc nothing waits between the two sides.
			streams(t, func(t *testing.T, ctx context.Context, road road) {
				const queue = 4
				a, b := c.make(&sp.Options{SendQueue: queue, SendQueueBytes: -1})
				if c.size < 16<<10 {
					a, b = c.make(&sp.Options{SendQueue: queue})
				}
				open(t, a)
				open(t, b)
				at := sptest.Listen(t, a, road, nil)
				dying := sptest.DialWire(t, ctx, at.Addr())
				dying.Greet(c.peer)
				sptest.Peers(t, ctx, a, 1)
				first := a.Peers()[0]

				content := func(n uint32) []byte { return append(numbered(n, 0), body(int(n), c.size)...) }
				accepted := uint32(0)
				for {
					err := a.TrySend(sp.NewMessage(content(accepted)))
					if err == nil {
						accepted++
						continue
					}
					if err != sp.ErrWouldBlock {
						t.Fatal(err)
					}
					// Nothing moves any more when a write is under way that
					// nobody reads, and as much waits as may.
					st := first.Stats().Traffic
					if full := st.Queued == queue || c.size >= 16<<10 && st.Queued == 1; full && accepted > uint32(st.MessagesOut)+uint32(st.Queued) {
						break
					}
				}
				if c.reads > 0 {
					if _, err := dying.Read(make([]byte, c.reads)); err != nil {
						t.Fatal(err)
					}
				}
				const newer = 5
				sent := make(chan error, 1)
				go func() {
					for i := range uint32(newer) {
						if err := a.Send(ctx, content(accepted+i)); err != nil {
							sent <- err
							return
						}
					}
					sent <- nil
				}()
				dying.Close()
				until(t, ctx, "the end of the first peer", func() bool { return a.Stats().Peers == 0 })
				sptest.Dial(t, ctx, b, at, a, nil)

				st := first.Stats().Traffic
				begun := uint32(st.MessagesOut + st.Unknown)
				if st.Unknown > 1 || road.Name == "pipe" && (c.reads > 0) != (st.Unknown == 1) {
					t.Errorf("the fate of %d messages is unknown, the peer had read %d bytes", st.Unknown, c.reads)
				}
				for want := begun; want < accepted+newer; want++ {
					got := []byte(recv(t, ctx, b))
					if n := binary.BigEndian.Uint32(got); n != want {
						t.Fatalf("got %d, want %d, of %d that were accepted; the first peer's traffic was %+v", n, want, accepted, st)
					}
					check(t, "moved message", got, content(want))
				}
				if err := <-sent; err != nil {
					t.Error(err)
				}
				if n := a.Stats().Traffic.Unknown; n != st.Unknown {
					t.Errorf("the socket counts %d unknown, the peer %d", n, st.Unknown)
				}
			})
		})
	}
}

// A pair has one peer. A second one is refused, and let in when the first has
// gone.
func TestPairRefusesSecondPeer(t *testing.T) {
	for _, v := range []int{0, 1} {
		t.Run(fmt.Sprint("version ", v), func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				var log sptest.Log
				o := sp.Options{PairVersion: v, Log: log.Logger(), Name: "the pair"}
				o.RedialMin, o.RedialMax = 1, 1
				a, b := open(t, sp.NewPair(&o)), open(t, sp.NewPair(&o))
				quiet := o
				quiet.Log = nil
				c := open(t, sp.NewPair(&quiet))
				at := sptest.Listen(t, a, road, nil)
				sptest.Dial(t, ctx, b, at, a, nil)
				if _, err := c.Dial(at.Addr()); err != nil {
					t.Fatal(err)
				}
				line := log.Wait(t, ctx, "refused", 1)
				if line.Attrs["socket"] != "the pair" || line.Attrs["peer"] == "" {
					t.Errorf("logged %v", line)
				}
				until(t, ctx, "three refusals", func() bool { return at.Stats().Connections.Busy >= 3 })
				// The first one has noticed nothing.
				both(one(a, b), one(b, a))(t, ctx, []byte("x"))
				b.Close()
				until(t, ctx, "the second peer being let in", func() bool {
					select {
					case <-ctx.Done():
						return true
					default:
					}
					m, err := c.TryRecv()
					if err == nil {
						m.Release()
						return true
					}
					a.TrySend(sp.NewMessage([]byte("y")))
					return false
				})
				sptest.Peers(t, ctx, a, 1)
			})
		})
	}
}

// The two versions of PAIR are different protocols.
func TestPairVersionsDoNotMix(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		var log sptest.Log
		a := open(t, sp.NewPair(&sp.Options{Log: log.Logger()}))
		b := open(t, sp.NewPair(version1(nil)))
		at := sptest.Listen(t, a, road, nil)
		end, err := b.Dial(at.Addr())
		if err != nil {
			t.Fatal(err)
		}
		line := log.Wait(t, ctx, "handshake failed", 1)
		var wrong *wire.WrongProtocolError
		if err, _ := line.Attrs["err"].(error); !errors.As(err, &wrong) || wrong.Want != 0x10 || wrong.Got != 0x11 {
			t.Errorf("logged %v", line)
		}
		if st := a.Stats(); st.Connections.WrongProtocol == 0 || st.Peers != 0 {
			t.Errorf("%+v", st.Connections)
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		until(t, ctx, "the dialler's reason", func() bool { return end.Err() != nil })
		if _, err := end.Wait(ended); err == nil {
			t.Error("the dialler has a peer")
		}
	})
}

// Over inproc nothing waits to be sent: what the sender's queue would hold waits with
// the receiver, and no message more.
func TestQueuesOverInproc(t *testing.T) {
	const size = 10
	for name, c := range map[string]struct{ from, to sp.Options }{
		"both":               {sp.Options{SendQueue: 3}, sp.Options{RecvQueue: 2}},
		"the receiver's":     {sp.Options{SendQueue: -1}, sp.Options{RecvQueue: 5}},
		"the sender's":       {sp.Options{SendQueue: 5}, sp.Options{RecvQueue: -1}},
		"bytes":              {sp.Options{SendQueueBytes: 2 * size}, sp.Options{RecvQueueBytes: 3 * size}},
		"messages and bytes": {sp.Options{SendQueue: 4, SendQueueBytes: 5 * size}, sp.Options{RecvQueue: 4, RecvQueueBytes: -1}},
	} {
		ctx := begin(t)
		push, pull := open(t, sp.NewPusher(&c.from)), open(t, sp.NewPuller(&c.to))
		link(t, ctx, push, pull, sptest.RoadNamed("inproc"))
		sent := 0
		fill := func() {
			for sent < 100 && push.TrySend(sp.NewMessage(make([]byte, size))) == nil {
				sent++
			}
		}
		if fill(); sent != 5 {
			t.Errorf("%s: room for %d, want 5", name, sent)
		}
		for received := range 10 {
			recv(t, ctx, pull)
			if fill(); sent > received+6 {
				t.Errorf("%s: %d sent, %d received", name, sent, received+1)
			}
		}
		if sent < 10 {
			t.Errorf("%s: %d sent when 10 were received", name, sent)
		}
	}
}
