package sp_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

func numbered(n uint32, size int) []byte {
	return append(binary.BigEndian.AppendUint32(nil, n), make([]byte, size)...)
}

// A subscriber that does not read costs the others nothing and the publisher no
// wait. What it misses are the newest messages, and they are counted.
func TestPublisherDropsNewest(t *testing.T) {
	// TestWaitForRoomOverInproc has inproc, where the publisher's queue is not its own.
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		pub := open(t, sp.NewPublisher(&sp.Options{SendQueue: 10}))
		at := sptest.Listen(t, pub, road, nil)
		quick := open(t, sp.NewSubscriber(nil))
		quick.Subscribe("")
		sptest.Dial(t, ctx, quick, at, pub, nil)
		slow := sptest.DialWire(t, ctx, at.Addr())
		slow.Greet(wire.Sub)
		sptest.Peers(t, ctx, pub, 2)

		const size = 32 << 10
		sent := uint32(0)
		for pub.Stats().Dropped.QueueFull < 50 {
			if err := pub.Send(ctx, numbered(sent, size)); err != nil {
				t.Fatal(err)
			}
			if got := binary.BigEndian.Uint32([]byte(recv(t, ctx, quick))); got != sent {
				t.Fatalf("the quick one got %d, want %d", got, sent)
			}
			sent++
		}
		dropped := uint32(pub.Stats().Dropped.QueueFull)
		last := int64(-1)
		for i := range sent - dropped {
			got := binary.BigEndian.Uint32(slow.Next())
			if int64(got) <= last {
				t.Fatalf("the slow one got %d after %d", got, last)
			}
			// Where there is no kernel that takes some now and then, all
			// were dropped one after the other, from the first on that
			// found no room.
			if road.Name == "pipe" && got != i {
				t.Fatalf("the slow one got %d, want %d: not the newest were dropped", got, i)
			}
			last = int64(got)
		}
		until(t, ctx, "room", func() bool { return pub.Stats().Traffic.Queued == 0 })
		send(t, ctx, pub, "next")
		check(t, "after the gap", slow.Next(), []byte("next"))
		if n := pub.Stats().Sent; n != uint64(sent)+1 {
			t.Errorf("%d sent, want %d", n, sent+1)
		}
		until(t, ctx, "all messages but those dropped being handed over", func() bool {
			return pub.Stats().Traffic.MessagesOut == 2*uint64(sent+1)-uint64(dropped)
		})
	})
}

// The three answers to a full queue, with what each loses and where it counts.
func TestFullQueue(t *testing.T) {
	for _, c := range []struct {
		name    string
		full    sp.FullQueue
		get     string
		dropped uint64
	}{
		{"DropOldest", sp.DropOldest, "789", 7},
		{"DropNewest", sp.DropNewest, "012", 7},
		{"WaitForRoom", sp.WaitForRoom, "0123456789", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				pub := open(t, sp.NewPublisher(nil))
				sub := open(t, sp.NewSubscriber(&sp.Options{RecvQueue: 3, FullQueue: c.full}))
				sub.Subscribe("")
				link(t, ctx, pub, sub, road)
				for i := range 10 {
					send(t, ctx, pub, fmt.Sprint(i))
				}
				waiting := 3
				if c.full == sp.WaitForRoom && !road.Stream {
					waiting = 10 // what the publisher has waiting waits here
				}
				until(t, ctx, "a full queue", func() bool {
					st := sub.Stats()
					return st.Waiting == waiting && st.Dropped.QueueFull == c.dropped
				})
				got := ""
				for range len(c.get) {
					got += recv(t, ctx, sub)
				}
				if got != c.get {
					t.Errorf("received %q, want %q", got, c.get)
				}
				if st := sub.Stats(); st.Dropped.QueueFull != c.dropped || st.Dropped.Total() != c.dropped || st.Waiting != 0 {
					t.Errorf("at the end: %+v, %d waiting", st.Dropped, st.Waiting)
				}
			})
		})
	}
}

// Over inproc there is no connection that could hold what neither queue has room for:
// the publisher loses it.
func TestWaitForRoomOverInproc(t *testing.T) {
	ctx := begin(t)
	pub := open(t, sp.NewPublisher(&sp.Options{SendQueue: -1}))
	sub := open(t, sp.NewSubscriber(&sp.Options{RecvQueue: 3, FullQueue: sp.WaitForRoom}))
	sub.Subscribe("")
	link(t, ctx, pub, sub, sptest.RoadNamed("inproc"))
	for i := range 10 {
		send(t, ctx, pub, fmt.Sprint(i))
	}
	if n := pub.Stats().Dropped.QueueFull; n != 7 {
		t.Errorf("the publisher counts %d drops, want 7", n)
	}
	if got := recv(t, ctx, sub) + recv(t, ctx, sub) + recv(t, ctx, sub); got != "012" {
		t.Errorf("received %q, want 012", got)
	}
}

// Queues are limited in bytes, too, and hold one message of any size.
func TestQueueBytes(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pub := open(t, sp.NewPublisher(nil))
		sub := open(t, sp.NewSubscriber(&sp.Options{RecvQueueBytes: 100, FullQueue: sp.DropNewest}))
		sub.Subscribe("")
		link(t, ctx, pub, sub, road)
		for _, n := range []int{5000, 1} {
			pub.Send(ctx, body(0, n))
		}
		until(t, ctx, "a drop", func() bool { return sub.Stats().Dropped.QueueFull == 1 })
		check(t, "the large one", []byte(recv(t, ctx, sub)), body(0, 5000))
		for _, n := range []int{60, 40, 1} {
			pub.Send(ctx, body(1, n))
		}
		until(t, ctx, "a drop", func() bool { return sub.Stats().Dropped.QueueFull == 2 })
		if n := sub.Stats().Waiting; n != 2 {
			t.Errorf("%d messages fit", n)
		}
	})
}

// Subscriptions are counted; without one, nothing is received, and what does not
// match is counted as unwanted.
func TestSubscriptionsAreCounted(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pub, sub := open(t, sp.NewPublisher(nil)), open(t, sp.NewSubscriber(nil))
		link(t, ctx, pub, sub, road)
		unwanted := uint64(0)
		gets := func(body string, want bool) {
			t.Helper()
			send(t, ctx, pub, body)
			if want {
				if got := recv(t, ctx, sub); got != body {
					t.Errorf("got %q, want %q", got, body)
				}
				return
			}
			unwanted++
			until(t, ctx, body+" being unwanted", func() bool { return sub.Stats().Dropped.Unwanted == unwanted })
		}
		gets("a", false)
		gets("", false)
		sub.Subscribe("ab")
		sub.Subscribe("ab")
		gets("abc", true)
		gets("ab", true)
		gets("a", false)
		gets("xab", false)
		sub.Unsubscribe("ab")
		gets("abc", true)
		sub.Unsubscribe("ab")
		gets("abc", false)
		sub.Subscribe("")
		gets("", true)
		gets("abc", true)
		for _, topic := range []string{"ab", "a", "abc"} {
			err := sub.Unsubscribe(topic)
			if !errors.Is(err, sp.ErrNotSubscribed) || !strings.Contains(err.Error(), `"`+topic+`"`) {
				t.Errorf("unsubscribing %q: %v", topic, err)
			}
		}
		if err := sub.Unsubscribe(""); err != nil {
			t.Error(err)
		}
		if err := sub.Unsubscribe(""); !errors.Is(err, sp.ErrNotSubscribed) {
			t.Errorf("unsubscribing everything twice: %v", err)
		}
	})
}

// Unsubscribing drops what waits and matches nothing any more.
func TestUnsubscribeDropsQueued(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pub, sub := open(t, sp.NewPublisher(nil)), open(t, sp.NewSubscriber(nil))
		sub.Subscribe("a")
		sub.Subscribe("ab")
		sub.Subscribe("b")
		link(t, ctx, pub, sub, road)
		send(t, ctx, pub, "a1", "ab1", "b1", "a2")
		until(t, ctx, "four messages", func() bool { return sub.Stats().Waiting == 4 })
		sub.Unsubscribe("a")
		if st := sub.Stats(); st.Waiting != 2 || st.Dropped.Unwanted != 2 {
			t.Errorf("%d wait, %d were unwanted", st.Waiting, st.Dropped.Unwanted)
		}
		if got := recv(t, ctx, sub) + recv(t, ctx, sub); got != "ab1b1" {
			t.Errorf("received %q", got)
		}
	})
}

// Topics of random shapes, with the answer of the simplest program there is.
// (The C library forgets topics at some shapes, and crashes at others.)
func TestTopicsAtRandom(t *testing.T) {
	ctx := begin(t)
	pub, sub := open(t, sp.NewPublisher(nil)), open(t, sp.NewSubscriber(nil))
	link(t, ctx, pub, sub, sptest.RoadNamed("inproc"))
	rnd := rand.New(rand.NewPCG(1, 2))
	word := func(most int) string {
		b := make([]byte, rnd.IntN(most))
		for i := range b {
			b[i] = "abcdefghijkl"[rnd.IntN(1+rnd.IntN(12))]
		}
		return string(b)
	}
	have := map[string]int{}
	for range 5000 {
		topic := word(6)
		if rnd.IntN(2) == 0 {
			sub.Subscribe(topic)
			have[topic]++
		} else if err := sub.Unsubscribe(topic); (err == nil) != (have[topic] > 0) {
			t.Fatalf("unsubscribing %q, subscribed %d times: %v", topic, have[topic], err)
		} else if err == nil {
			have[topic]--
		}
		text, want := word(8), false
		for topic, n := range have {
			want = want || n > 0 && strings.HasPrefix(text, topic)
		}
		send(t, ctx, pub, text)
		if _, err := sub.TryRecv(); (err == nil) != want {
			t.Fatalf("%q, subscriptions %v: %v", text, have, err)
		}
	}
}

func TestTenThousandTopics(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pub, sub := open(t, sp.NewPublisher(nil)), open(t, sp.NewSubscriber(nil))
		const n = 10_000
		name := func(i int) string { return fmt.Sprintf("topic/%d/", i) }
		for i := range n {
			sub.Subscribe(name(i))
		}
		link(t, ctx, pub, sub, road)
		for i := 0; i < n; i += 7 {
			send(t, ctx, pub, "topic/none/", name(i)+"text")
			if got := recv(t, ctx, sub); got != name(i)+"text" {
				t.Fatalf("got %q, want %q", got, name(i))
			}
		}
		for i := range n {
			if err := sub.Unsubscribe(name(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := sub.Unsubscribe(name(1)); !errors.Is(err, sp.ErrNotSubscribed) {
			t.Error(err)
		}
	})
}

// A raw SUB receives everything until it subscribes to something; other raw
// sockets have no subscriptions.
func TestRawSubscriptions(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pub, sub := open(t, sp.NewPublisher(nil)), open(t, sp.NewRaw(pattern.Sub, nil))
		link(t, ctx, pub, sub, road)
		send(t, ctx, pub, "all")
		if got := recv(t, ctx, sub); got != "all" {
			t.Errorf("got %q", got)
		}
		sub.Subscribe("a")
		send(t, ctx, pub, "b", "a")
		if got := recv(t, ctx, sub); got != "a" {
			t.Errorf("got %q", got)
		}
		sub.Unsubscribe("a")
		send(t, ctx, pub, "all")
		if got := recv(t, ctx, sub); got != "all" {
			t.Errorf("got %q", got)
		}
		raw := open(t, sp.NewRaw(pattern.Req, nil))
		for _, err := range []error{raw.Subscribe("x"), raw.Unsubscribe("x")} {
			if err == nil || !strings.Contains(err.Error(), "req") {
				t.Errorf("a raw req subscribed: %v", err)
			}
		}
	})
}
