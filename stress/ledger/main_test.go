package ledger_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
	"github.com/sprocketmq/sp/stress/proxy"
)

// size is that of most bodies here, frame what the connection carries of one.
const (
	size  = 1000
	frame = size + 8
)

// perCut is how many messages one cut connection may take with it: what the
// kernel holds on both sides of the proxy, what is in the proxy's hands, and
// what was read and not taken apart yet.
func perCut(t testing.TB, scheme string) int {
	if scheme == "inproc" {
		return 0
	}
	return (2*ledger.KernelHolds(t, scheme, proxy.Buffer, frame)+8<<10+64<<10)/frame + 2
}

// roads that messages are counted on, and whether a proxy is between.
var roads = []string{"tcp", "ipc", "inproc"}

func eachRoad(t *testing.T, f func(t *testing.T, ctx context.Context, road string)) {
	for _, road := range roads {
		t.Run(road, func(t *testing.T) { f(t, sptest.Begin(t), road) })
	}
}

// between is what to dial to reach an endpoint, with a proxy between if the road
// is a stream. The proxy is nil if it is not.
func between(t testing.TB, road string, at *sp.Endpoint) (string, *proxy.Proxy) {
	if road == "inproc" {
		return at.Addr(), nil
	}
	p := proxy.New(t, at.Addr(), nil)
	return p.Addr(), p
}

// listen listens on a new address of the road, with small buffers.
func listen(t testing.TB, s sptest.Socket, road string) *sp.Endpoint {
	t.Helper()
	return sptest.Listen(t, s, sptest.RoadNamed(road), ledger.Small(road))
}

// dial dials, and does not wait.
func dial(t testing.TB, s sptest.Socket, road, addr string) {
	t.Helper()
	if _, err := s.DialWith(addr, ledger.Small(road)); err != nil {
		t.Fatal(err)
	}
}

// breakRandomly breaks the connections of p, or a peer of s if there is no proxy,
// and tells how many broke.
func breakRandomly(p *proxy.Proxy, s sptest.Socket) int {
	if p != nil {
		return p.Break([]proxy.How{proxy.Cut, proxy.Reset}[rand.N(2)])
	}
	peers := s.Peers()
	if len(peers) == 0 {
		return 0
	}
	peers[rand.N(len(peers))].Close()
	return 1
}

type receiver interface {
	RecvMessage(context.Context) (*sp.Message, error)
}

// take reads what a receiver gets into the books, until it is closed. Order is
// looked at for each connection.
func take(t testing.TB, books *ledger.Ledger, r receiver, work *sync.WaitGroup) {
	read(t, books, func(m *sp.Message) uint32 { return sp.PeerOf(m).ID() }, r, work)
}

// takeAs is take, with order across all connections.
func takeAs(t testing.TB, books *ledger.Ledger, as uint32, r receiver, work *sync.WaitGroup) {
	read(t, books, func(*sp.Message) uint32 { return as }, r, work)
}

func read(t testing.TB, books *ledger.Ledger, as func(*sp.Message) uint32, r receiver, work *sync.WaitGroup) {
	work.Go(func() {
		for {
			m, err := r.RecvMessage(context.Background())
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
				return
			}
			books.Read(as(m), m.Body)
			m.Release()
		}
	})
}

// write sends as a part of load; the context of each send may end at any moment,
// and what then failed must not arrive.
func write(load *kit.Load, books *ledger.Ledger, sender uint32, s interface {
	Send(context.Context, []byte) error
}) {
	load.Add(func() error {
		ctx, cancel := context.WithCancel(context.Background())
		if rand.N(4) == 0 {
			go cancel()
		}
		body, n := books.Write(sender, size)
		err := s.Send(ctx, body)
		cancel()
		switch {
		case err == nil:
			books.Accept(sender, n)
		case !errors.Is(err, context.Canceled):
			return err
		}
		return nil
	})
}

// await waits until more messages have come, so that faults hit traffic.
func await(t testing.TB, ctx context.Context, books *ledger.Ledger, more int) {
	t.Helper()
	select {
	case <-books.Came(more):
	case <-ctx.Done():
		t.Fatalf("waited in vain for %d more messages: %+v", more, books.Sum())
	}
}

// gone waits until a socket has no peers: all that they had sent has been read.
func gone(t testing.TB, ctx context.Context, s sptest.Socket) {
	t.Helper()
	sptest.Until(t, ctx, "no peers", func() bool { return len(s.Peers()) == 0 })
}

func faults(short int) int { return kit.Pick(short, 20*short) }
