package sp_test

import (
	"context"
	"net"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// Here every counter is shown to count what its comment says, but for those
// that other tests show: QueueFull (TestPublisherDropsNewest, TestFullQueue),
// Late and Foreign (TestLateReply, TestForeignReply), TTL (TestTTL), Malformed
// and TooBig (TestBadFrames, TestBadHeaders), Unwanted
// (TestSubscriptionsAreCounted), Unknown (TestDyingPeersMessagesMove),
// SendPriority (TestSendPriority), AcceptFailures (TestMangos15AcceptErrors),
// BindFailures (TestAddressInUse), WrongProtocol and NotSP (TestBadGreetings),
// TimedOut (TestSilentPeer), Refused (TestAdmitRefuses), and Busy
// (TestPairRefusesSecondPeer, TestEndpointDefaults). Security is TLS's.

// A socket's own counters are of messages and bodies, as the application sees
// them; traffic is that of its peers, with headers and without framing. Sums
// remember peers that have gone.
func TestStatsTraffic(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				a, b, move := k.make(nil)
				open(t, a)
				open(t, b)
				at := sptest.Listen(t, b, road, nil)
				from := sptest.Dial(t, ctx, a, at, b, nil)
				ends := map[sptest.Socket]*sp.Endpoint{a: from, b: at}
				peers := map[sptest.Socket]*sp.Peer{a: a.Peers()[0], b: b.Peers()[0]}
				for _, size := range []int{10, 0, 20_000} {
					move(t, ctx, body(0, size))
				}
				const bytes = 20_010
				wire := uint64(bytes + 3*k.header)
				there := sp.Traffic{MessagesOut: 3, BytesOut: wire}
				back := sp.Traffic{MessagesIn: 3, BytesIn: wire}
				if k.name != "pushpull" && k.name != "pubsub" {
					there.MessagesIn, there.BytesIn = 3, wire
					back.MessagesOut, back.BytesOut = 3, wire
				}
				for s, want := range map[sptest.Socket]sp.Traffic{a: there, b: back} {
					until(t, ctx, "the last write being counted", func() bool { return s.Stats().Traffic == want })
					st := s.Stats()
					if st.Sent != want.MessagesOut || st.Received != want.MessagesIn ||
						st.SentBytes != want.MessagesOut/3*bytes || st.ReceivedBytes != want.MessagesIn/3*bytes {
						t.Errorf("%T: %d messages of %d bytes sent, %d of %d received", s, st.Sent, st.SentBytes, st.Received, st.ReceivedBytes)
					}
					if got := ends[s].Stats(); got.Traffic != want || got.Peers != 1 {
						t.Errorf("%T: the endpoint's traffic is %+v, want %+v", s, got, want)
					}
					if got := peers[s].Stats(); got.Traffic != want || got.Dropped != (sp.Drops{}) {
						t.Errorf("%T: the peer's traffic is %+v, want %+v", s, got, want)
					}
					if st.Peers != 1 || st.Waiting != 0 || st.Dropped.Total() != 0 {
						t.Errorf("%T: %+v", s, st)
					}
				}
				peers[a].Close()
				until(t, ctx, "the loss", func() bool { return at.Stats().Connections.Broken == 1 })
				until(t, ctx, "another connection", func() bool {
					p, q := a.Peers(), b.Peers()
					return len(p) == 1 && len(q) == 1 && p[0].ID() != peers[a].ID() && q[0].ID() != peers[b].ID()
				})
				move(t, ctx, nil)
				there.MessagesOut, there.BytesOut = 4, there.BytesOut+uint64(k.header)
				if there.MessagesIn > 0 {
					there.MessagesIn, there.BytesIn = 4, there.BytesIn+uint64(k.header)
				}
				until(t, ctx, "the sums", func() bool {
					return a.Stats().Traffic == there && from.Stats().Traffic == there
				})
			})
		})
	}
}

// What waits in a queue is there to be seen.
func TestStatsQueues(t *testing.T) {
	streams(t, func(t *testing.T, ctx context.Context, road road) {
		push := open(t, sp.NewPusher(nil))
		w := sptest.DialWire(t, ctx, sptest.Listen(t, push, road, nil).Addr())
		w.Greet(wire.Pull)
		sptest.Peers(t, ctx, push, 1)
		n := 0
		for push.Stats().Traffic.Queued < 3 {
			send(t, ctx, push, string(body(0, 15_000)))
			n++
		}
		st := push.Stats()
		if st.Sent != uint64(n) || st.Traffic.MessagesOut+uint64(st.Traffic.Queued) > uint64(n) {
			t.Errorf("%d sent: %+v", n, st.Traffic)
		}
		for range n {
			w.Next()
		}
		until(t, ctx, "all being handed over", func() bool {
			return push.Stats().Traffic == sp.Traffic{MessagesOut: uint64(n), BytesOut: uint64(n) * 15_000}
		})
	})
}

// What nobody could get, and what was lost because a socket closed.
func TestStatsNoPeerAndClosed(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		pub, bus := open(t, sp.NewPublisher(nil)), open(t, sp.NewBus(nil))
		for _, s := range []interface {
			sptest.Socket
			sender
		}{pub, bus} {
			send(t, ctx, s, "nobody", "hears this")
			if st := s.Stats(); st.Sent != 2 || st.SentBytes != 16 || st.Dropped.NoPeer != 2 || st.Dropped.Total() != 2 {
				t.Errorf("%T: %+v", s, st)
			}
		}
		// What came and was not received when the socket closed.
		push, pull := open(t, sp.NewPusher(nil)), open(t, sp.NewPuller(nil))
		link(t, ctx, pull, push, road)
		send(t, ctx, push, "1", "2", "3")
		until(t, ctx, "three messages", func() bool { return pull.Stats().Waiting == 3 })
		if err := pull.Close(); err != nil {
			t.Error(err) // they were not this side's to send
		}
		if st := pull.Stats(); st.Dropped.Closed != 3 || st.Waiting != 0 {
			t.Errorf("dropped %+v, %d wait", st.Dropped, st.Waiting)
		}
	})
}

// Connections made, lost and failed, by whom; and what is under way.
func TestStatsConnections(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewBus(nil)), open(t, sp.NewBus(nil))
		at := sptest.Listen(t, a, road, nil)
		quick := &sp.EndpointOptions{RedialMin: 1, RedialMax: 1}
		from := sptest.Dial(t, ctx, b, at, a, quick)
		is := func(when string, of func() sp.Connections, want sp.Connections) {
			t.Helper()
			until(t, ctx, when, func() bool {
				got := of()
				if ctx.Err() != nil {
					t.Errorf("%s: %+v, want %+v", when, got, want)
				}
				return got == want
			})
		}
		ours := func() sp.Connections { return from.Stats().Connections }
		theirs := func() sp.Connections { return at.Stats().Connections }
		is("dialled", ours, sp.Connections{Connects: 1})
		is("accepted", theirs, sp.Connections{Accepts: 1})

		// again waits for another connection than that of p and q.
		again := func(p, q *sp.Peer) {
			t.Helper()
			until(t, ctx, "another connection", func() bool {
				a, b := a.Peers(), b.Peers()
				return len(a) == 1 && len(b) == 1 && a[0].ID() != p.ID() && b[0].ID() != q.ID()
			})
		}
		p, q := a.Peers()[0], b.Peers()[0]
		q.Close()
		again(p, q)
		is("closed by us, dialled again", ours, sp.Connections{Connects: 2, Closed: 1})
		is("closed by them, accepted again", theirs, sp.Connections{Accepts: 2, Broken: 1})
		p, q = a.Peers()[0], b.Peers()[0]
		p.Close()
		again(p, q)
		is("closed by them, dialled again", ours, sp.Connections{Connects: 3, Closed: 1, Broken: 1})
		is("closed by us, accepted again", theirs, sp.Connections{Accepts: 3, Broken: 1, Closed: 1})
		for s, of := range map[sptest.Socket]func() sp.Connections{a: theirs, b: ours} {
			if got := s.Stats().Connections; got != of() {
				t.Errorf("the socket's %+v is not that of its one endpoint, %+v", got, of())
			}
		}
		if err := from.Close(); err != nil {
			t.Error(err)
		}
		is("the endpoint closed", ours, sp.Connections{Connects: 3, Closed: 2, Broken: 1})
		is("the dialler has gone", theirs, sp.Connections{Accepts: 3, Broken: 2, Closed: 1})
	})
}

// What fails is counted for each try; an endpoint fails until it succeeds or is
// closed.
func TestStatsFailures(t *testing.T) {
	ctx := begin(t)
	asked, answer := make(chan struct{}), make(chan net.Conn)
	s := open(t, sp.NewPair(nil))
	e, err := s.DialWith("nowhere://", &sp.EndpointOptions{RedialMin: 1, RedialMax: 1, Transport: transport.Stream{
		DialFunc: func(ctx context.Context, addr string) (net.Conn, error) {
			select {
			case asked <- struct{}{}:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if c := <-answer; c != nil {
				return c, nil
			}
			return nil, errOurs
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		<-asked
		if c := e.Stats().Connections; c.Connecting != 1 || c.ConnectFailures != uint64(i) || c.Failing != min(i, 1) {
			t.Errorf("attempt %d: %+v", i, c)
		}
		answer <- nil
	}
	<-asked
	near, far := net.Pipe()
	answer <- near
	until(t, ctx, "a handshake", func() bool { return e.Stats().Connections.Handshaking == 1 })
	if c := e.Stats().Connections; c.Connects != 1 || c.Connecting != 0 || c.ConnectFailures != 3 {
		t.Errorf("during the handshake: %+v", c)
	}
	far.Close()
	<-asked
	if c := s.Stats().Connections; c.OtherFailures != 1 || c.Handshaking != 0 || c.Failing != 1 {
		t.Errorf("after the handshake: %+v", c)
	}
	answer <- nil
	<-asked
	e.Close()
	answer <- nil
	until(t, ctx, "the end of what failed", func() bool {
		c := s.Stats().Connections
		return c.Failing == 0 && c.Connecting == 0
	})
}
