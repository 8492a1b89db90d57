package sp_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport"
)

// Why a dialer has no peer is said over inproc, too: nobody listens, or does not
// any more, or who does has a peer already.
func TestInprocReasons(t *testing.T) {
	ctx := begin(t)
	const addr = "inproc://reasons"
	asks := open(t, sp.NewPair(&sp.Options{EndpointOptions: sp.EndpointOptions{RedialMax: time.Millisecond}}))
	end, err := asks.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	alone := func(when string) {
		t.Helper()
		err := end.Err()
		if !errors.Is(err, transport.ErrNobody) || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v", when, err)
		}
		if n := asks.Stats().Connections.Failing; n != 0 {
			t.Errorf("%s: %d failing, and it only waits", when, n)
		}
	}
	alone("before anybody listens")

	has := open(t, sp.NewPair(nil))
	at, err := has.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := end.Err(); err != nil {
		t.Errorf("connected: %v", err)
	}
	at.Close()
	sptest.Until(t, ctx, "the end", func() bool { return len(asks.Peers()) == 0 })
	sptest.Until(t, ctx, "the next attempt", func() bool { return errors.Is(end.Err(), transport.ErrNobody) })
	alone("when nobody listens any more")

	first := open(t, sp.NewPair(nil))
	if _, err := first.Dial("inproc://busy"); err != nil {
		t.Fatal(err)
	}
	if _, err := has.Listen("inproc://busy"); err != nil {
		t.Fatal(err)
	}
	second := open(t, sp.NewPair(nil))
	if end, err = second.Dial("inproc://busy"); err != nil {
		t.Fatal(err)
	}
	if err := end.Err(); err == nil || errors.Is(err, transport.ErrNobody) {
		t.Errorf("turned away by a pair that has a peer: %v", err)
	}
}
