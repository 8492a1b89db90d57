package sp_test

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/wire"
)

// So many peers that they share who writes to them.
const crowd = 40

// What many get of several senders at once comes whole and once, and in each sender's
// order: large bodies among small ones, and after some peers have gone.
func TestManyPullers(t *testing.T) {
	const senders, each = 3, 1000
	size := func(n uint32) int {
		if n%5 == 0 {
			return 20_000
		}
		return int(n % 60)
	}
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		push := open(t, sp.NewPusher(&sp.Options{SendQueue: 20}))
		at := sptest.Listen(t, push, road, nil)
		var reading, sending sync.WaitGroup
		defer reading.Wait()
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		got := make(chan uint64, senders*each)
		for i := range crowd + 5 {
			pull := open(t, sp.NewPuller(nil))
			sptest.Dial(t, ctx, pull, at, push, nil)
			if i < 5 {
				pull.Close()
				continue
			}
			reading.Go(func() {
				last := make(map[uint32]uint32)
				for {
					m, err := pull.Recv(ctx)
					if err != nil {
						return
					}
					from, n := binary.BigEndian.Uint32(m), binary.BigEndian.Uint32(m[4:])
					if len(m) != 8+size(n) || n <= last[from] {
						t.Errorf("message %d of %d, of %d bytes, after %d", n, from, len(m), last[from])
					}
					last[from] = n
					got <- uint64(from)<<32 | uint64(n)
				}
			})
		}
		until(t, ctx, "as many peers", func() bool { return push.Stats().Peers == crowd })
		for from := range uint32(senders) {
			sending.Go(func() {
				for n := uint32(1); n <= each; n++ {
					head := binary.BigEndian.AppendUint32(nil, from)
					if err := push.Send(ctx, append(head, numbered(n, size(n))...)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		sending.Wait()
		seen := make(map[uint64]bool)
		for range senders * each {
			select {
			case id := <-got:
				if seen[id] {
					t.Errorf("message %d of %d came twice", uint32(id), id>>32)
				}
				seen[id] = true
			case <-ctx.Done():
				t.Fatalf("%d of %d arrived", len(seen), senders*each)
			}
		}
	})
}

// One of many subscribers that does not read costs the others nothing. It loses the
// newest, and gets what it gets whole.
func TestOneOfManyDoesNotRead(t *testing.T) {
	const size = 15_000 // as large as bodies are that are copied
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		pub := open(t, sp.NewPublisher(&sp.Options{SendQueue: 10}))
		at := sptest.Listen(t, pub, road, nil)
		var subs []*sp.Subscriber
		for range crowd {
			sub := open(t, sp.NewSubscriber(nil))
			sub.Subscribe("")
			sptest.Dial(t, ctx, sub, at, pub, nil)
			subs = append(subs, sub)
		}
		slow := sptest.DialWire(t, ctx, at.Addr())
		slow.Greet(wire.Sub)
		sptest.Peers(t, ctx, pub, crowd+1)
		sent := uint32(0)
		for ; pub.Stats().Dropped.QueueFull < 20; sent++ {
			if err := pub.Send(ctx, numbered(sent, size)); err != nil {
				t.Fatal(err)
			}
			for i, sub := range subs {
				if got := recv(t, ctx, sub); binary.BigEndian.Uint32([]byte(got)) != sent {
					t.Fatalf("subscriber %d: got %d, want %d", i, binary.BigEndian.Uint32([]byte(got)), sent)
				}
			}
		}
		dropped := uint32(pub.Stats().Dropped.QueueFull)
		next := uint32(0)
		for range sent - dropped {
			m := slow.Next()
			got := binary.BigEndian.Uint32(m)
			if got < next || len(m) != 4+size {
				t.Fatalf("the slow one got %d, of %d bytes, want %d or a later one", got, len(m), next)
			}
			next = got + 1
		}
		until(t, ctx, "room", func() bool { return pub.Stats().Traffic.Queued == 0 })
		send(t, ctx, pub, "next")
		check(t, "after the gap", slow.Next(), []byte("next"))
	})
}
