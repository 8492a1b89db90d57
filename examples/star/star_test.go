package star_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/examples/star"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

func TestPattern(t *testing.T) {
	patterntest.Run(t, patterntest.Config{
		Pattern:  star.Pattern,
		Incoming: func(body string) string { return "\x00\x00\x00\x00" + body },
		Lossy:    true,
	})
}

// router is a star with three peers that lead nowhere.
func router(t *testing.T) (pattern.Router, []*patterntest.Peer, []pattern.Seat, *patterntest.Host) {
	h := patterntest.NewHost()
	r := star.Pattern.New(h)
	var peers []*patterntest.Peer
	var seats []pattern.Seat
	for id := range uint32(3) {
		p := patterntest.NewPeer(id + 1)
		s, err := r.Attach(p)
		if err != nil {
			t.Fatal(err)
		}
		peers, seats = append(peers, p), append(seats, s)
	}
	return r, peers, seats, h
}

func TestWire(t *testing.T) {
	for _, c := range []struct {
		name, came, passed string
		why                pattern.Drop
	}{
		{"first", "\x00\x00\x00\x00hi", "\x00\x00\x00\x01hi", pattern.None},
		{"last but one", "\x00\x00\x00\x07hi", "\x00\x00\x00\x08hi", pattern.None},
		{"no further", "\x00\x00\x00\x08hi", "", pattern.TTL},
		{"not hops", "\x01\x00\x00\x00hi", "", pattern.Malformed},
		{"short", "\x00\x00", "", pattern.Malformed},
	} {
		r, peers, seats, _ := router(t)
		if n := seats[1].Deliver([]message.Message{{Body: []byte(c.came)}}); n != 1 {
			t.Errorf("%s: Deliver took %d", c.name, n)
		}
		for i, p := range peers {
			var want []string
			if i != 1 && c.passed != "" {
				want = []string{c.passed}
			}
			if got := p.Got(); !slices.Equal(got, want) {
				t.Errorf("%s: peer %d got %q, want %q", c.name, i, got, want)
			}
		}
		var m message.Message
		if got := r.Recv(&m); got != (c.passed != "") || got && string(m.Header)+string(m.Body) != c.came {
			t.Errorf("%s: received %v, %q", c.name, got, m.Body)
		}
		if c.why != pattern.None && peers[1].Drops()[c.why] != 1 {
			t.Errorf("%s: the drop was not counted", c.name)
		}
	}
}

func TestSend(t *testing.T) {
	r, peers, _, _ := router(t)
	for _, m := range []*message.Message{
		{Body: []byte("new")}, {Header: []byte{0, 0, 0, 4}, Body: []byte("old")},
	} {
		if ok, err := r.Send(m); !ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
	}
	for _, p := range peers {
		if got := p.Got(); !slices.Equal(got, []string{"\x00\x00\x00\x00new", "\x00\x00\x00\x05old"}) {
			t.Errorf("sent %q", got)
		}
	}
	for _, header := range []string{"\x00\x00\x00\xff", "\x00\x00\x00", "\x80\x00\x00\x00"} {
		if ok, err := r.Send(&message.Message{Header: []byte(header)}); ok || err != pattern.ErrHeader {
			t.Errorf("header % x: %v, %v", header, ok, err)
		}
	}
}

// The one in the middle passes on what it does not receive itself.
func TestPassesOnUnreceived(t *testing.T) {
	_, peers, seats, h := router(t)
	h.SetLimits(func(l *pattern.Limits) { l.RecvQueue = 2 })
	for range 10 {
		if n := seats[0].Deliver([]message.Message{{Body: []byte("\x00\x00\x00\x00x")}}); n != 1 {
			t.Fatal("a full queue stops the star")
		}
	}
	if n := len(peers[2].Got()); n != 10 || peers[0].Drops()[pattern.QueueFull] != 8 {
		t.Errorf("%d of 10 passed on, %d counted as dropped", n, peers[0].Drops()[pattern.QueueFull])
	}
}

func TestStar(t *testing.T) {
	for _, addr := range []string{"inproc://star", "tcp://127.0.0.1:0"} {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		middle := star.New(nil)
		defer middle.Close()
		end, err := middle.Listen(addr)
		if err != nil {
			t.Fatal(err)
		}
		members := []*sp.Raw{middle}
		for range 3 {
			m := star.New(nil)
			defer m.Close()
			if _, err := m.Dial(end.Addr()); err != nil {
				t.Fatal(err)
			}
			members = append(members, m)
		}
		if err := middle.WaitPeers(ctx, 3); err != nil {
			t.Fatal(err)
		}
		for from, sender := range members {
			if err := sender.WaitPeers(ctx, 1); err != nil {
				t.Fatal(err)
			}
			said := fmt.Sprint("from ", from)
			if err := sender.Send(ctx, []byte(said)); err != nil {
				t.Fatal(err)
			}
			for i, m := range members {
				if i == from {
					continue
				}
				if got, err := m.Recv(ctx); err != nil || string(got) != said {
					t.Errorf("%s: %d got %q, %v; want %q", addr, i, got, err, said)
				}
			}
		}
	}
}

// A ring ends by the TTL.
func TestRing(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var ring []*sp.Raw
	for i := range 3 {
		m := star.New(&sp.Options{TTL: 3})
		defer m.Close()
		if _, err := m.Listen(fmt.Sprint("inproc://ring", i)); err != nil {
			t.Fatal(err)
		}
		ring = append(ring, m)
	}
	for i, m := range ring {
		if _, err := m.Dial(fmt.Sprint("inproc://ring", (i+1)%3)); err != nil {
			t.Fatal(err)
		}
	}
	if err := ring[0].Send(ctx, []byte("round")); err != nil {
		t.Fatal(err)
	}
	// Both ways around, each passes it on with one more hop until it has had
	// three: to the neighbours, on to each other, and home.
	got := make([]int, 3)
	for i, m := range ring {
		for {
			if _, err := m.TryRecv(); err != nil {
				break
			}
			got[i]++
		}
	}
	if !slices.Equal(got, []int{2, 2, 2}) {
		t.Errorf("received %v times, want 2 each", got)
	}
}
