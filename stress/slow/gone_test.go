package slow_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// visit connects, says what it has to say so many times, and goes. come is called
// when the handshake is over.
func visit(at *sp.Endpoint, as wire.Protocol, times int, say []byte, come func()) error {
	defer come()
	network, addr, _ := strings.Cut(at.Addr(), "://")
	if network == "ipc" {
		network = "unix"
	}
	conn, err := net.Dial(network, addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.(interface{ SetWriteBuffer(int) error }).SetWriteBuffer(1 << 20)
	if _, err := conn.Write(wire.AppendHello(nil, as)); err != nil {
		return err
	}
	// What lay here unread would make the kernel destroy what is not read there.
	if _, err := io.ReadFull(conn, make([]byte, wire.HelloSize)); err != nil {
		return err
	}
	come()
	for range times {
		if _, err := conn.Write(say); err != nil {
			return err
		}
	}
	return nil
}

// crowd is n visits, of which few are in their handshake at once. It returns when
// all have had theirs.
func crowd(t *testing.T, at *sp.Endpoint, as wire.Protocol, n, times int, say []byte, work *sync.WaitGroup) {
	t.Helper()
	door := make(chan struct{}, 8)
	var in sync.WaitGroup
	for range n {
		door <- struct{}{}
		in.Add(1)
		come := sync.OnceFunc(func() {
			<-door
			in.Done()
		})
		work.Go(func() {
			if err := visit(at, as, times, say, come); err != nil {
				t.Error(err)
			}
		})
	}
	in.Wait()
}

// inside is how many visitors are there, as the listener sees it.
func inside(at *sp.Endpoint) uint64 {
	c := at.Stats().Connections
	return c.Accepts - c.Broken
}

// procession is n visits, one after another, of which few are inside at once: each may fill
// a queue.
func procession(t *testing.T, ctx context.Context, at *sp.Endpoint, as wire.Protocol, n int, say []byte, work *sync.WaitGroup) {
	t.Helper()
	for range n {
		sptest.Until(t, ctx, "others to go", func() bool { return inside(at) < 16 })
		crowd(t, at, as, 1, 1, say, work)
	}
}

// frames is n messages as they go over tcp or ipc.
func frames(scheme string, n int, body []byte) (all []byte) {
	codec := wire.TCP
	if scheme == "ipc" {
		codec = wire.IPC
	}
	for range n {
		all = codec.Append(all, &message.Message{Body: body})
	}
	return all
}

const (
	said = 240      // messages of a visitor
	kept = 64 << 20 // what may be kept of visitors, connections and garbage included
)

// Peers that come, fill their queue and go, while the application does not receive:
// what they leave is bounded, who was there before is not held up, and when the
// application receives again nothing is lost.
func TestPeersThatGo(t *testing.T) {
	for _, road := range []string{"tcp", "ipc"} {
		t.Run(road, func(t *testing.T) {
			ctx := sptest.Begin(t)
			visits, rounds := 400, kit.Pick(1, 10)
			tally := kit.Count(t, "peers that left a full queue", visits*rounds*9/10)
			pull, old := sptest.Open(t, sp.NewPuller(nil)), sptest.Open(t, sp.NewPusher(nil))
			at := sptest.Listen(t, pull, sptest.RoadNamed(road), nil)
			sptest.Dial(t, ctx, old, at, pull, nil)
			flood := frames(road, said, make([]byte, size))
			for range rounds {
				var work sync.WaitGroup
				memory := kit.WatchMemory(t)
				before := pull.Stats()
				tally.Try(visits)
				crowd(t, at, wire.Push, visits, 1, flood, &work)
				sptest.Until(t, ctx, "all visitors seated", func() bool {
					c := at.Stats().Connections
					return c.Accepts-before.Connections.Accepts == uint64(visits) && c.Handshaking == 0
				})
				for range 100 {
					if err := old.Send(ctx, []byte("old")); err != nil {
						t.Fatal(err)
					}
				}
				sptest.Until(t, ctx, "what a peer sends that was there before", func() bool {
					for _, p := range pull.Peers() {
						if st := p.Stats(); st.Traffic.MessagesIn >= 100 && st.Traffic.MessagesIn%said != 0 {
							return true
						}
					}
					return false
				})
				late := sptest.Open(t, sp.NewPusher(nil))
				sptest.Dial(t, ctx, late, at, pull, nil)
				if err := late.Send(ctx, []byte("late")); err != nil {
					t.Fatal(err)
				}
				waited := pull.Stats().Waiting
				came := 0
				for got := make(map[string]int); came < visits*said+101; came++ {
					m, err := pull.RecvMessage(ctx)
					if err != nil {
						t.Fatalf("%d of %d messages came, %v: %v; %+v", came, visits*said+101, got, err, pull.Stats())
					}
					got[string(bytes.TrimRight(m.Body, "\x00"))]++
					m.Release()
				}
				late.Close()
				kit.Join(t, ctx, "the callers", &work)
				sptest.Peers(t, ctx, pull, 1)
				tally.Took((came - 101) / said)
				t.Logf("%d messages waited, %d came; %d KiB more", waited, came, memory.End(kept)>>10)
				ledger.Conserved(t, "the puller", pull.Stats())
			}
		})
	}
}

// Publishers that come and go: what they leave makes room as in a queue, the oldest
// first, and is counted.
func TestPublishersThatGo(t *testing.T) {
	for _, road := range []string{"tcp", "ipc"} {
		t.Run(road, func(t *testing.T) {
			ctx := sptest.Begin(t)
			visits := kit.Pick(400, 5000)
			tally := kit.Count(t, "messages dropped", visits*said/2)
			sub := sptest.Open(t, sp.NewSubscriber(nil))
			sub.Subscribe("")
			at := sptest.Listen(t, sub, sptest.RoadNamed(road), nil)
			memory := kit.WatchMemory(t)
			var work sync.WaitGroup
			procession(t, ctx, at, wire.Pub, visits, frames(road, said, make([]byte, size)), &work)
			kit.Join(t, ctx, "the callers", &work)
			sptest.Until(t, ctx, "their end", func() bool {
				return sub.Stats().Traffic.MessagesIn == uint64(visits*said) && len(sub.Peers()) == 0
			})
			t.Logf("%d KiB more", memory.End(kept/2)>>10)
			st := sub.Stats()
			tally.Try(visits * said)
			tally.Took(int(st.Dropped.QueueFull))
			if uint64(st.Waiting)+st.Dropped.QueueFull != uint64(visits*said) || st.Dropped.Total() != st.Dropped.QueueFull {
				t.Errorf("%d messages came, %d wait, dropped %+v", visits*said, st.Waiting, st.Dropped)
			}
			ledger.Conserved(t, "the subscriber", st)
		})
	}
}

// Small messages between large ones that nobody wants do not keep these in memory,
// neither of a peer that is there nor of those that have gone.
func TestCrumbs(t *testing.T) {
	for _, road := range []string{"tcp", "ipc"} {
		t.Run(road, func(t *testing.T) {
			ctx := sptest.Begin(t)
			const crumbs, visits = 900, 800
			tally := kit.Count(t, "crumbs", crumbs+visits)
			sub := sptest.Open(t, sp.NewSubscriber(&sp.Options{FullQueue: sp.WaitForRoom}))
			sub.Subscribe("wanted")
			at := sptest.Listen(t, sub, sptest.RoadNamed(road), nil)
			piece := append(frames(road, 400, bytes.Repeat([]byte("waste"), 100)), frames(road, 1, []byte("wanted"))...)
			memory := kit.WatchMemory(t)
			var work sync.WaitGroup
			crowd(t, at, wire.Pub, 1, crumbs, piece, &work)
			sptest.Until(t, ctx, "crumbs", func() bool { return sub.Stats().Waiting == crumbs })
			procession(t, ctx, at, wire.Pub, visits, piece, &work)
			kit.Join(t, ctx, "the callers", &work)
			sptest.Until(t, ctx, "their end", func() bool { return sub.Stats().Waiting == crumbs+visits && len(sub.Peers()) == 0 })
			tally.Try(crumbs + visits)
			tally.Took(sub.Stats().Waiting)
			t.Logf("%d KiB more", memory.End(kept/2)>>10)
		})
	}
}

// While others come, send as much as they can and go, all the time, honest peers that
// were there, and those that come, get their messages through.
func TestHonestPeersAmongThoseThatGo(t *testing.T) {
	const most = 5 * time.Second // that a handshake may take
	for _, road := range []string{"tcp", "ipc"} {
		t.Run(road, func(t *testing.T) {
			ctx := sptest.Begin(t)
			enough := kit.Pick(200, 20_000)
			tally := kit.Count(t, "visits among honest traffic", enough)
			pull, old := kit.NewParty(pattern.Pull, false, &sp.Options{}), kit.NewParty(pattern.Push, false, &sp.Options{SendQueue: 5000})
			sptest.Open(t, pull.Socket)
			sptest.Open(t, old.Socket)
			at := sptest.Listen(t, pull.Socket, sptest.RoadNamed(road), nil)
			sptest.Dial(t, ctx, old.Socket, at, pull.Socket, nil)
			var mu sync.Mutex
			calls := make(map[string]chan struct{}) // of newcomers
			listen := pull.Listen
			pull.Listen = func(ctx context.Context, got func([]byte)) {
				listen(ctx, func(body []byte) {
					mu.Lock()
					if c := calls[string(body)]; c != nil {
						close(c)
						delete(calls, string(body))
					}
					mu.Unlock()
					got(body)
				})
			}
			memory := kit.WatchMemory(t)
			traffic := kit.Begin(ctx, old, pull)
			flood := frames(road, said, make([]byte, size))
			visitors := kit.NewLoad(t)
			for range 4 {
				visitors.Add(func() error {
					if inside(at) >= 200 { // as many as this machine can make are not the matter
						runtime.Gosched()
						return nil
					}
					tally.Try(1)
					if err := visit(at, wire.Push, 1, flood, func() {}); err != nil {
						return err
					}
					tally.Took(1)
					return nil
				})
			}
			comers, worst := 0, time.Duration(0)
			for tally.Taken() < enough {
				name, came := fmt.Sprint("comer ", comers), make(chan struct{})
				mu.Lock()
				calls[name] = came
				mu.Unlock()
				began := time.Now()
				s := sptest.Open(t, sp.NewPusher(nil))
				if _, err := s.Dial(at.Addr()); err != nil {
					t.Fatal(err)
				}
				if err := s.Send(ctx, []byte(name)); err != nil {
					t.Fatal(err)
				}
				select {
				case <-came:
				case <-ctx.Done():
					t.Fatalf("what the newcomer number %d sent did not come: %+v", comers, pull.Stats())
				}
				s.Close()
				comers, worst = comers+1, max(worst, time.Since(began))
			}
			visitors.End(ctx)
			sent, late := traffic.End(t, ctx, most)
			t.Logf("%d honest messages, the latest after %v; %d newcomers, the latest after %v; %d KiB more",
				sent, late.Round(time.Microsecond), comers, worst.Round(time.Microsecond), memory.End(kept)>>10)
			if worst > most {
				t.Errorf("a newcomer waited %v for its message to be received", worst)
			}
		})
	}
}
