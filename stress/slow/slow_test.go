package slow_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

func TestMain(m *testing.M) { kit.Main(m) }

// each runs f over a stream and over inproc.
func each(t *testing.T, f func(t *testing.T, ctx context.Context, road sptest.Road)) {
	for _, name := range []string{"tcp", "ipc", "inproc"} {
		t.Run(name, func(t *testing.T) { f(t, sptest.Begin(t), sptest.RoadNamed(name)) })
	}
}

// size is that of a body, buffer that of the kernel's buffers.
const (
	size   = 1000
	buffer = 128 << 10
)

// memory is what may be held, the garbage of a busy machine included: by hand a
// quarter of all that is sent.
var memory = kit.Pick[uint64](16<<20, 128<<20)

// A subscriber that never reads. The other gets every message, one by one, and
// what the first one misses is held by nobody and counted.
func TestSubscriberThatNeverReads(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		messages := kit.Pick(5000, 500_000)
		missed := kit.Count(t, "messages missed", messages/2)
		pub := sptest.Open(t, sp.NewPublisher(nil))
		at := sptest.Listen(t, pub, road, ledger.Sized(road.Name, buffer))
		asleep := sptest.Open(t, sp.NewSubscriber(&sp.Options{FullQueue: sp.WaitForRoom}))
		asleep.Subscribe("")
		sptest.Dial(t, ctx, asleep, at, pub, ledger.Sized(road.Name, buffer))
		peer := pub.Peers()[0]
		awake := sptest.Open(t, sp.NewSubscriber(nil))
		awake.Subscribe("")
		sptest.Dial(t, ctx, awake, at, pub, nil)
		watch := kit.WatchMemory(t)
		books := ledger.New()
		for range messages {
			body, n := books.Write(0, size)
			if err := pub.Send(ctx, body); err != nil {
				t.Fatal(err)
			}
			books.Accept(0, n)
			m, err := awake.RecvMessage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			books.Read(0, m.Body)
			m.Release()
		}
		missed.Try(messages)
		missed.Took(int(peer.Stats().Dropped.QueueFull))
		t.Logf("%d MiB more", watch.End(memory)>>20)
		books.Settle(t, ledger.Account{})
		there := peer.Stats()
		if got := there.Traffic.MessagesOut + uint64(there.Traffic.Queued) + there.Dropped.QueueFull; got > uint64(messages) || int(got)+2000 < messages {
			t.Errorf("of %d messages for the sleeper %d have a fate: %+v", messages, got, there)
		}
	})
}

// A puller that reads one message while the others read a thousand: they get all
// that it has no room for, and nothing is lost.
func TestPullerThatReadsOneInAThousand(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		messages := kit.Pick(5000, 500_000)
		quick := kit.Count(t, "messages past the slow puller", messages/2)
		push := sptest.Open(t, sp.NewPusher(&sp.Options{SendQueue: 100, Linger: time.Minute}))
		at := sptest.Listen(t, push, road, ledger.Sized(road.Name, buffer))
		books := ledger.New()
		turn, rest := make(chan struct{}, messages), make(chan struct{})
		var pullers [3]*sp.Puller
		var work sync.WaitGroup
		for i := range pullers {
			s := sptest.Open(t, sp.NewPuller(&sp.Options{RecvQueue: 100}))
			sptest.Dial(t, ctx, s, at, push, ledger.Sized(road.Name, buffer))
			pullers[i] = s
			work.Go(func() {
				for n := 0; ; n++ {
					if i == 0 {
						select {
						case <-turn:
						case <-rest:
						}
					}
					m, err := s.RecvMessage(context.Background())
					if err != nil {
						return
					}
					books.Read(uint32(i), m.Body)
					m.Release()
					if i > 0 && n%1000 == 0 {
						turn <- struct{}{}
					}
				}
			})
		}
		watch := kit.WatchMemory(t)
		for range messages {
			body, n := books.Write(0, size)
			if err := push.Send(ctx, body); err != nil {
				t.Fatal(err)
			}
			books.Accept(0, n)
		}
		sptest.Until(t, ctx, "the quick ones to be done", func() bool {
			return pullers[1].Stats().Waiting == 0 && pullers[2].Stats().Waiting == 0
		})
		quick.Try(messages)
		quick.Took(int(pullers[1].Stats().Received + pullers[2].Stats().Received))
		t.Logf("%d MiB more", watch.End(memory)>>20)
		close(rest) // now it reads all it has
		push.Close()
		for _, s := range pullers {
			sptest.Until(t, ctx, "the rest", func() bool { return len(s.Peers()) == 0 && s.Stats().Waiting == 0 })
			s.Close()
		}
		kit.Join(t, ctx, "the callers", &work)
		books.Settle(t, ledger.Account{})
	})
}

// A replier that answers when nobody waits any more: others are served meanwhile,
// and each late reply is counted.
func TestReplierThatIsLate(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		rounds := kit.Pick(300, 10_000)
		late := kit.Count(t, "late replies", rounds)
		req, rep := sptest.Open(t, sp.NewRequester(nil)), sptest.Open(t, sp.NewReplier(nil))
		sptest.Link(t, ctx, rep, req, road)
		const waiting = 20
		watch := kit.WatchMemory(t)
		for range rounds / waiting {
			var asked []*sp.Request
			var work sync.WaitGroup
			for range waiting {
				deadline, pass := context.WithCancel(ctx)
				work.Go(func() {
					if _, err := req.Do(deadline, make([]byte, size)); !errors.Is(err, context.Canceled) {
						t.Errorf("a reply that is late gave %v", err)
					}
				})
				q, err := rep.Recv(ctx)
				if err != nil {
					t.Fatal(err)
				}
				asked = append(asked, q)
				pass()
			}
			kit.Join(t, ctx, "the callers", &work)
			done := make(chan error, 1)
			go func() { // an honest request, while all these are open
				_, err := req.Do(ctx, []byte("now"))
				done <- err
			}()
			q, err := rep.Recv(ctx)
			if err == nil {
				err = q.Reply(ctx, nil)
			}
			if err := errors.Join(err, <-done); err != nil {
				t.Fatal(err)
			}
			for _, q := range asked {
				late.Try(1)
				if err := q.Reply(ctx, make([]byte, size)); err != nil {
					t.Fatal(err)
				}
			}
		}
		want := uint64(rounds / waiting * waiting)
		sptest.Until(t, ctx, "the late replies", func() bool { return req.Stats().Dropped.Late >= want })
		if got := req.Stats().Dropped; got.Late != want || got.Total() != want {
			t.Errorf("%+v dropped, want %d late", got, want)
		}
		late.Took(int(want))
		t.Logf("%d MiB more", watch.End(memory)>>20)
	})
}
