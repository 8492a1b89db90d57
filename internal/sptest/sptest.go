// Package sptest is what the tests of several packages share: the roads that
// everything is tested over, sockets that close with their test, the search for
// goroutines left behind, a log to wait for, and a peer that speaks bytes.
package sptest

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sprocketmq/sp"
)

// Begin is what every test starts with. The context ends what hangs, so that
// the test fails with a reason. When the test and all its cleanups are done, no
// goroutine of this module may be left; so such tests can't run in parallel.
func Begin(t testing.TB) context.Context {
	t.Helper()
	t.Cleanup(func() {
		if left := Goroutines(); len(left) > 0 {
			t.Errorf("%d goroutines are left:\n\n%s", len(left), strings.Join(left, "\n\n"))
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), patience())
	t.Cleanup(func() {
		if ctx.Err() != nil && t.Failed() {
			inVain.Store(true)
		}
		cancel()
	})
	return ctx
}

// inVain says that a test has waited in vain.
var inVain atomic.Bool

// patience is how long a test may take: in a bubble waiting costs nothing. Where
// one has waited in vain others are likely to, and all have to have failed before
// the tool stops them, or nobody says why.
func patience() time.Duration {
	switch {
	case inBubble():
		return 1000 * time.Hour
	case inVain.Load():
		return 20 * time.Second
	}
	return 2 * time.Minute // nothing waits for it
}

// inBubble tells by the clock, which starts with the year 2000 there.
func inBubble() bool { return time.Now().Year() == 2000 }

// Each runs f over every road.
func Each(t *testing.T, f func(t *testing.T, ctx context.Context, road Road)) {
	t.Helper()
	over(t, func(Road) bool { return true }, func(t *testing.T, road Road) { f(t, Begin(t), road) })
}

// EachStream runs f over the roads that carry bytes, which a Wire can speak.
func EachStream(t *testing.T, f func(t *testing.T, ctx context.Context, road Road)) {
	t.Helper()
	over(t, func(r Road) bool { return r.Stream }, func(t *testing.T, road Road) { f(t, Begin(t), road) })
}

func over(t *testing.T, which func(Road) bool, f func(t *testing.T, road Road)) {
	t.Helper()
	for _, road := range Roads {
		if which(road) {
			t.Run(road.Name, func(t *testing.T) { f(t, road) })
		}
	}
}

// Bubble runs f in a bubble, where time passes as soon as everybody waits for
// it.
func Bubble(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, Begin(t)) })
}

// EachBubble runs f in a Bubble over each of the roads that need no real time.
func EachBubble(t *testing.T, f func(t *testing.T, ctx context.Context, road Road)) {
	t.Helper()
	over(t, func(r Road) bool { return r.Bubble }, func(t *testing.T, road Road) {
		Bubble(t, func(t *testing.T, ctx context.Context) { f(t, ctx, road) })
	})
}

// Goroutines returns the stacks of goroutines that run code of this module
// and belong to no running test. One that has told its socket that it is done
// may still have to return: it never waits again, so only those that wait, or
// go on for long, count.
func Goroutines() []string {
	for start := time.Now(); ; runtime.Gosched() {
		var running, waiting []string
		for _, g := range stacks() {
			state, _, _ := strings.Cut(g[strings.IndexByte(g, '[')+1:], "]")
			if goesOn(state) || strings.Contains(g, admit) {
				running = append(running, g)
			} else {
				waiting = append(waiting, g)
			}
		}
		// In a bubble the clock stands still meanwhile; there nothing that
		// runs is left behind, or the bubble does not end.
		if len(waiting) > 0 || len(running) == 0 || time.Since(start) > 5*time.Second {
			return append(waiting, running...)
		}
	}
}

const (
	module = "github.com/sprocketmq/sp"
	// Nobody waits for the application's hook, which may do what it likes.
	admit = "\ncreated by " + module + "/internal/engine.(*Socket).admit "
)

// goesOn tells whether a goroutine in that state does something.
func goesOn(state string) bool {
	return slices.ContainsFunc([]string{"runn", "preempted", "syscall"}, func(s string) bool { return strings.HasPrefix(state, s) })
}

func stacks() (ours []string) {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		// The last frame says who created the goroutine; that alone does
		// not make it ours. The runtime's is not that runs our cleanups.
		body, _, _ := strings.Cut(g, "\ncreated by ")
		if strings.Contains(body, module) && !strings.Contains(body, "testing.tRunner(") && !strings.Contains(body, "runtime.runCleanups(") {
			ours = append(ours, g)
		}
	}
	return ours
}

// Socket is what all sockets have.
type Socket interface {
	ListenWith(addr string, o *sp.EndpointOptions) (*sp.Endpoint, error)
	DialWith(addr string, o *sp.EndpointOptions) (*sp.Endpoint, error)
	WaitPeers(ctx context.Context, n int) error
	Peers() []*sp.Peer
	Stats() sp.Stats
	Close() error
}

// Open makes s close when the test ends, if it has not been closed before. If the
// test has failed, the log has what it counted.
func Open[S Socket](t testing.TB, s S) S {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%T counted %+v", s, s.Stats())
		}
		s.Close()
	})
	return s
}

// Listen listens on a new address of the road.
func Listen(t testing.TB, s Socket, road Road, o *sp.EndpointOptions) *sp.Endpoint {
	t.Helper()
	e, err := s.ListenWith(road.Addr(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Dial dials an endpoint's address and waits until both sides are connected.
// Peers are known by their ids, since one that is lost may still be among them.
func Dial(t testing.TB, ctx context.Context, from Socket, to *sp.Endpoint, listener Socket, o *sp.EndpointOptions) *sp.Endpoint {
	t.Helper()
	var before []uint32
	for _, p := range listener.Peers() {
		before = append(before, p.ID())
	}
	e, err := from.DialWith(to.Addr(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	Until(t, ctx, "the listener's end of the connection", func() bool {
		return slices.ContainsFunc(listener.Peers(), func(p *sp.Peer) bool { return !slices.Contains(before, p.ID()) })
	})
	return e
}

// Link connects two sockets over a road: b dials a.
func Link(t testing.TB, ctx context.Context, a, b Socket, road Road) {
	t.Helper()
	Dial(t, ctx, b, Listen(t, a, road, nil), a, nil)
}

// Peers waits until s has n peers.
func Peers(t testing.TB, ctx context.Context, s Socket, n int) {
	t.Helper()
	if err := s.WaitPeers(ctx, n); err != nil {
		t.Fatal(err)
	}
}

// Until waits for what has no event to wait for, by looking again and again: at
// first all the time, then so often that what it waits for, and others, have the
// processor meanwhile. In a bubble the clock has to stand still.
func Until(t testing.TB, ctx context.Context, what string, done func() bool) {
	t.Helper()
	for looks := 0; !done(); looks++ {
		if ctx.Err() != nil {
			t.Fatal("waited in vain for: ", what)
		}
		if looks < 100 || inBubble() {
			runtime.Gosched()
		} else {
			<-time.After(time.Millisecond)
		}
	}
}
