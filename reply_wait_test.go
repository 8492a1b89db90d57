package sp_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// asker is a requester made of bytes: it asks n times and reads nothing.
func asker(t *testing.T, ctx context.Context, s sptest.Socket, road road, n uint32) *sptest.Wire {
	t.Helper()
	w := sptest.DialWire(t, ctx, sptest.Listen(t, s, road, nil).Addr())
	w.Greet(wire.Req)
	for id := range n {
		w.Frame(binary.BigEndian.AppendUint32(nil, wire.RequestBit|id)...)
	}
	return w
}

// A reply to a peer that has no room waits. When its context ends it has not
// been sent, and may be tried again; when the peer goes, it fails.
func TestReplyWaits(t *testing.T) {
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		rep := open(t, sp.NewReplier(&sp.Options{SendQueue: 2}))
		const n = 500
		w := asker(t, ctx, rep, road, n)
		answer := body(0, 60_000)
		replied, waits := uint32(0), (*sp.Request)(nil)
		for waits == nil {
			q := request(t, ctx, rep)
			short, cancel := context.WithCancel(ctx)
			done := make(chan error, 1)
			go func() { done <- q.Reply(short, answer) }()
			// Whether it waits shows when the peer's queue is full.
			until(t, ctx, "the reply, or a full queue", func() bool {
				return len(done) > 0 || rep.Stats().Traffic.Queued == 2
			})
			cancel()
			if err := <-done; err == nil {
				replied++
			} else if errors.Is(err, context.Canceled) {
				waits = q
			} else {
				t.Fatal(err)
			}
		}
		done := make(chan error, 1)
		go func() { done <- waits.Reply(ctx, []byte("last")) }()
		for id := range replied {
			check(t, "reply", w.Next(), append(binary.BigEndian.AppendUint32(nil, wire.RequestBit|id), answer...))
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		check(t, "the one that waited", w.Next()[4:], []byte("last"))

		go func() {
			for {
				q, err := rep.Recv(ctx)
				if err == nil {
					err = q.Reply(ctx, answer)
				}
				if err != nil {
					done <- err
					return
				}
			}
		}()
		until(t, ctx, "a full queue", func() bool { return rep.Stats().Traffic.Queued == 2 })
		w.Close()
		if err := <-done; !errors.Is(err, sp.ErrPeerGone) {
			t.Errorf("the peer went: %v", err)
		}
	})
}

// A raw REP drops what its peer has no room for, and counts it.
func TestRawReplyDrops(t *testing.T) {
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		rep := open(t, sp.NewRaw(pattern.Rep, &sp.Options{SendQueue: 2}))
		w := asker(t, ctx, rep, road, 1)
		q, err := rep.RecvMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sent := 0
		for rep.Stats().Dropped.QueueFull < 10 {
			m := rawMessage(q.Header, string(body(0, 60_000)))
			if err := rep.SendMessage(ctx, m); err != nil {
				t.Fatal(err)
			}
			sent++
		}
		for range sent - int(rep.Stats().Dropped.QueueFull) {
			w.Next()
		}
	})
}
