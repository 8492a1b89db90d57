package sp_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/internal/testport"
)

// Sizes around everything that treats a body differently from one a byte
// shorter: frames of a byte's length, the arena's longest copy, the smallest
// chunk, bodies sent from where they lie, the largest chunk, the largest
// message.
var sizes = []int{
	0, 1, 2, 26, 27, 28, 255, 256, 1023, 1024, 1025, 4083, 4087, 4088, 4095, 4096, 4097,
	16<<10 - 1, 16 << 10, 16<<10 + 1, 64<<10 - 9, 64<<10 - 8, 64<<10 - 1, 64 << 10, 64<<10 + 1,
	300_000, 1<<20 - 1, 1 << 20,
}

// Every socket over every road, dialled from either side, at every size.
func TestExchange(t *testing.T) {
	for _, k := range slices.Concat(kinds, raws) {
		for _, dials := range []string{"first dials", "second dials"} {
			t.Run(k.name+"/"+dials, func(t *testing.T) {
				each(t, func(t *testing.T, ctx context.Context, road road) {
					a, b, move := k.make(nil)
					open(t, a)
					open(t, b)
					if dials == "first dials" {
						link(t, ctx, b, a, road)
					} else {
						link(t, ctx, a, b, road)
					}
					for i, size := range sizes {
						// The largest size is that of header and body.
						move(t, ctx, body(i, min(size, 1<<20-k.header)))
					}
					for _, s := range []sptest.Socket{a, b} {
						if d := s.Stats().Dropped.Total(); d != 0 {
							t.Errorf("dropped %d: %+v", d, s.Stats().Dropped)
						}
						if n := len(s.Peers()); n != 1 {
							t.Errorf("%d peers at the end", n)
						}
					}
				})
			})
		}
	}
}

// Who dials before anybody listens is connected when somebody does.
func TestDialBeforeListen(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				o := &sp.Options{}
				o.RedialMin, o.RedialMax = 1, 1 // a nanosecond: at once
				a, b, move := k.make(o)
				open(t, a)
				open(t, b)
				addr := road.Addr(t)
				if road.Name == "tcp" {
					addr = "tcp://127.0.0.1:" + testport.Free(t)
				}
				if _, err := a.DialWith(addr, nil); err != nil {
					t.Fatal(err)
				}
				if _, err := b.ListenWith(addr, nil); err != nil {
					t.Fatal(err)
				}
				if road.Name == "inproc" && (len(a.Peers()) != 1 || len(b.Peers()) != 1) {
					t.Error("not connected when Listen has returned")
				}
				sptest.Peers(t, ctx, a, 1)
				sptest.Peers(t, ctx, b, 1)
				move(t, ctx, []byte("x"))
			})
		})
	}
}

// What is sent in one order comes in that order, whatever its size, and
// however much of it is under way.
func TestOrder(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		link(t, ctx, a, b, road)
		const n = 3000
		size := func(i int) int {
			if i%100 == 0 {
				return sizes[i/100%len(sizes)]
			}
			return i % 200
		}
		done := make(chan error, 1)
		go func() {
			for i := range n {
				if err := a.Send(ctx, body(i, size(i))); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		for i := range n {
			m, err := b.RecvMessage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			check(t, fmt.Sprint("message ", i), m.Body, body(i, size(i)))
			if i%2 == 0 {
				m.Release()
			}
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

// A message that is kept is not touched by what comes later.
func TestKeptMessages(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewPusher(nil)), open(t, sp.NewPuller(nil))
		link(t, ctx, b, a, road)
		const n = 500
		var kept []*sp.Message
		var bodies [][]byte
		for i := range n {
			for range 2 {
				if err := a.Send(ctx, body(i, i)); err != nil {
					t.Fatal(err)
				}
			}
			m, err := b.RecvMessage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, m)
			got, err := b.Recv(ctx)
			if err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, got)
		}
		for i := range n {
			check(t, "RecvMessage's", kept[i].Body, body(i, i))
			check(t, "Recv's", bodies[i], body(i, i))
		}
	})
}

// Send copies: what the caller does to the body afterwards is not sent.
func TestSendCopies(t *testing.T) {
	for _, size := range []int{10, 2000, 20_000, 100_000} {
		for _, k := range []string{"pair", "pub to two"} {
			t.Run(fmt.Sprint(k, " ", size), func(t *testing.T) {
				each(t, func(t *testing.T, ctx context.Context, road road) {
					want := body(0, size)
					scratch := body(0, size)
					var a interface {
						sptest.Socket
						sender
					}
					var to []receiver
					if k == "pair" {
						p, q := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
						link(t, ctx, p, q, road)
						a, to = p, []receiver{q}
					} else {
						p := open(t, sp.NewPublisher(nil))
						for range 2 {
							q := open(t, sp.NewSubscriber(nil))
							q.Subscribe("")
							link(t, ctx, p, q, road)
							to = append(to, q)
						}
						a = p
					}
					if err := a.Send(ctx, scratch); err != nil {
						t.Fatal(err)
					}
					clear(scratch)
					for _, r := range to {
						got, err := r.Recv(ctx)
						if err != nil {
							t.Fatal(err)
						}
						check(t, "received", got, want)
						clear(got) // it is the caller's for ever, also where others got the same
					}
				})
			})
		}
	}
}

// SendMessage takes the message if and only if it returns nil.
func TestSendMessageOwnership(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		m := sp.NewMessage([]byte("body"))
		if err := a.TrySend(m); err != sp.ErrWouldBlock {
			t.Fatalf("TrySend without a peer: %v", err)
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := a.SendMessage(ended, m); err == nil {
			t.Fatal("sent to nobody")
		}
		check(t, "what was not taken", m.Body, []byte("body"))
		link(t, ctx, a, b, road)
		if err := a.SendMessage(ctx, m); err != nil {
			t.Fatal(err)
		}
		if m.Body != nil {
			t.Errorf("what was taken still shows %q", m.Body)
		}
		got, err := b.RecvMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "received", got.Body, []byte("body"))
		if p := sp.PeerOf(got); p == nil || p.ID() != b.Peers()[0].ID() || got.Peer().ID() != p.ID() {
			t.Errorf("the message is from %v, the only peer is %v", p, b.Peers()[0])
		}
	})
}
