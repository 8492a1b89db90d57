package sp_test

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// attempts is a transport that notes when it is asked to dial. It is used
// without being registered.
type attempts struct {
	mu   sync.Mutex
	at   []time.Time
	dial func(ctx context.Context, addr string) (net.Conn, error)
}

func (a *attempts) options() *sp.EndpointOptions {
	return &sp.EndpointOptions{Transport: transport.Stream{DialFunc: func(ctx context.Context, addr string) (net.Conn, error) {
		a.mu.Lock()
		a.at = append(a.at, time.Now())
		a.mu.Unlock()
		return a.dial(ctx, addr)
	}}}
}

// gaps are the times between attempts.
func (a *attempts) gaps() (gaps []time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := 1; i < len(a.at); i++ {
		gaps = append(gaps, a.at[i].Sub(a.at[i-1]))
	}
	return gaps
}

func refuse(context.Context, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED }

// The time before another attempt is random up to a bound, which doubles from
// RedialMin to RedialMax: many dialers of one listener do not come together.
func TestRedialJitterAndDoubling(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		for _, c := range []struct{ set, is [2]time.Duration }{
			{[2]time.Duration{}, [2]time.Duration{100 * time.Millisecond, 10 * time.Second}},
			{[2]time.Duration{time.Second, time.Minute}, [2]time.Duration{time.Second, time.Minute}},
			{[2]time.Duration{time.Minute, 0}, [2]time.Duration{time.Minute, time.Minute}},
			{[2]time.Duration{0, time.Millisecond}, [2]time.Duration{time.Millisecond, time.Millisecond}},
		} {
			const dialers = 60
			var all [dialers]attempts
			for i := range all {
				s := open(t, sp.NewPair(nil))
				all[i].dial = refuse
				o := all[i].options()
				o.RedialMin, o.RedialMax = c.set[0], c.set[1]
				e, err := s.DialWith("nowhere://", o)
				if err != nil {
					t.Fatal(err)
				}
				defer e.Close()
			}
			time.Sleep(20 * c.is[1])
			bound := c.is[0]
			for k := range 10 {
				least, most := bound, time.Duration(0)
				for i := range all {
					gap := all[i].gaps()[k]
					least, most = min(least, gap), max(most, gap)
				}
				// The chance that 60 dice miss a quarter is 3 in 10⁸.
				if most > bound || most < bound*3/4 || least > bound/4 {
					t.Errorf("%v: delay %d is between %v and %v, want 0 to %v", c.set, k, least, most, bound)
				}
				bound = min(2*bound, c.is[1])
			}
		}
	})
}

// The bound starts anew when a connection was worth something: it carried a
// message, or lived for longer than RedialMax. One that was only made does not
// count: that is what the second peer of a pair sees, for ever.
func TestRedialReset(t *testing.T) {
	const lowest, highest = 100 * time.Millisecond, 10 * time.Second
	for _, c := range []struct {
		name   string
		meets  func(t *testing.T, w *sptest.Wire)
		resets bool
	}{
		{"made and broken", func(*testing.T, *sptest.Wire) {}, false},
		{"lived shortly", func(*testing.T, *sptest.Wire) { time.Sleep(highest / 2) }, false},
		{"lived long", func(*testing.T, *sptest.Wire) { time.Sleep(highest + time.Second) }, true},
		{"carried a message", func(_ *testing.T, w *sptest.Wire) { w.Frame('x') }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				l := sptest.ListenWire(t, sptest.RoadNamed("pipe"))
				fails := 0
				a := &attempts{dial: func(ctx context.Context, addr string) (net.Conn, error) {
					if fails++; fails < 15 { // long enough for the bound to be highest
						return refuse(ctx, addr)
					}
					return sptest.Pipes.DialFunc(ctx, addr)
				}}
				s := open(t, sp.NewPuller(nil))
				o := a.options()
				o.RedialMin, o.RedialMax = lowest, highest
				if _, err := s.DialWith(l.Addr(), o); err != nil {
					t.Fatal(err)
				}
				var longest time.Duration
				for range 20 {
					w := l.Wire()
					w.Greet(wire.Push)
					sptest.Peers(t, ctx, s, 1)
					c.meets(t, w)
					if c.name == "carried a message" {
						recv(t, ctx, s)
					}
					w.Close()
					broken := time.Now()
					a.wait(t, ctx, fails+1)
					longest = max(longest, time.Since(broken))
				}
				if c.resets && longest > lowest {
					t.Errorf("a delay of %v, want %v at the most", longest, lowest)
				}
				// The chance that 20 dice all show less than half is 10⁻⁶.
				if !c.resets && longest < highest/2 {
					t.Errorf("no delay was over %v: the bound was reset", longest)
				}
			})
		})
	}
}

// wait waits until there have been n attempts.
func (a *attempts) wait(t *testing.T, ctx context.Context, n int) {
	for {
		a.mu.Lock()
		have := len(a.at)
		a.mu.Unlock()
		if have >= n {
			return
		}
		if ctx.Err() != nil {
			t.Fatal("no further attempt")
		}
		time.Sleep(time.Millisecond)
	}
}

// The second peer of a pair, which sees success and then an end, does not come
// as fast as it can; over inproc neither.
func TestSecondPairPeerBacksOff(t *testing.T) {
	eachBubble(t, func(t *testing.T, ctx context.Context, road road) {
		a, b, c := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		at := sptest.Listen(t, a, road, nil)
		sptest.Dial(t, ctx, b, at, a, nil)
		if _, err := c.Dial(at.Addr()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1000 * time.Second)
		// Redial's delays are 5 s on average at their highest bound.
		if n := at.Stats().Connections.Busy; n < 100 || n > 400 {
			t.Errorf("refused %d times in a thousand seconds, want about 200", n)
		}
		b.Close()
		began := time.Now()
		sptest.Peers(t, ctx, a, 1)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("let in after %v", took)
		}
	})
}
