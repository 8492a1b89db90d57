// Package numbers attacks a listener with very many connections. The clients
// live in processes of their own.
package numbers

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/stress/kit"
)

// scene is a listener with honest peers, who get all their messages through,
// whatever is done to it.
type scene struct {
	t      testing.TB
	ctx    context.Context
	began  time.Time
	pull   kit.Party
	at     *sp.Endpoint
	log    sptest.Log
	honest *kit.Traffic
	crowds []*kit.Process
}

// handshake is how long one may take: the default.
const handshake = 5 * time.Second

// failures are the kinds of a failed handshake that the log tells apart, over tcp.
const failures = 4

// open makes a scene.
func open(t *testing.T, o sp.EndpointOptions) *scene {
	t.Helper()
	sptest.Begin(t) // looks for goroutines in the end
	ctx, cancel := context.WithTimeout(context.Background(), kit.Pick(2*time.Minute, time.Hour))
	t.Cleanup(cancel)
	s := &scene{t: t, ctx: ctx, began: time.Now(), log: sptest.Log{Least: slog.LevelWarn}}
	s.pull = kit.NewParty(pattern.Pull, false, &sp.Options{Log: s.log.Logger(), RecvQueue: 5000})
	sptest.Open(t, s.pull.Socket)
	var err error
	if s.at, err = s.pull.ListenWith("tcp://127.0.0.1:0", &o); err != nil {
		t.Fatal(err)
	}
	push := kit.NewParty(pattern.Push, false, &sp.Options{SendQueue: 5000})
	sptest.Open(t, push.Socket)
	sptest.Dial(t, ctx, push.Socket, s.at, s.pull.Socket, nil)
	s.honest = kit.Begin(ctx, push, s.pull)
	return s
}

// end finds that all honest messages have come, and closes the socket, which
// tells what it has kept back of its log. What an attack causes fills it with a
// line of each of its kinds at once, one every ten seconds, and a last one.
func (s *scene) end(what string, kinds int) {
	s.t.Helper()
	sent, worst := s.honest.End(s.t, s.ctx, handshake)
	s.t.Logf("%d honest messages, the latest after %v", sent, worst.Round(time.Microsecond))
	s.pull.Close()
	most := kinds * (2 + int(time.Since(s.began)/(10*time.Second)))
	if n := len(s.log.All(what)); n > most {
		s.t.Errorf("%d lines %q in the log, at most %d may be", n, what, most)
	}
}

func (s *scene) host() string { return strings.TrimPrefix(s.at.Addr(), "tcp://") }

// crowd starts another process with connections.
func (s *scene) crowd() *kit.Process {
	p := kit.Start(s.t, crowd)
	s.crowds = append(s.crowds, p)
	return p
}

func (s *scene) until(what string, done func(sp.EndpointStats) bool) {
	s.t.Helper()
	sptest.Until(s.t, s.ctx, what, func() bool { return done(s.at.Stats()) })
}

// comers are new honest clients, each of which has to be served within the
// time of a handshake.
func (s *scene) comers(n int) {
	s.t.Helper()
	for range n {
		began := time.Now()
		push := sp.NewPusher(nil)
		e, err := push.Dial(s.at.Addr())
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := e.Wait(s.ctx); err != nil {
			s.t.Fatal(err)
		}
		if took := time.Since(began); took > handshake {
			s.t.Errorf("an honest client waited %v for its connection", took)
		}
		push.Close()
	}
}

// Connections that do nothing cost little, and nobody's time.
func TestIdle(t *testing.T) {
	const many, each = 10_000, 32 << 10
	tally := kit.Count(t, "idle connections", many)
	s := open(t, sp.EndpointOptions{})
	watch := kit.WatchMemory(t)
	for range 2 {
		p := s.crowd()
		tally.Try(many / 2)
		tally.Took(number(t, p.Ask("hold", many/2, s.host())))
	}
	s.until("all of them", func(st sp.EndpointStats) bool { return st.Peers == many+1 })
	s.comers(10)
	if c := s.at.Stats().Connections; c.TimedOut+c.NotSP+c.OtherFailures+c.Busy != 0 {
		t.Errorf("%+v", c)
	}
	grown := watch.End(many * each)
	t.Logf("each of %d idle connections costs at most %d bytes of this process", many, grown/many)
	for _, p := range s.crowds {
		p.Ask("drop")
	}
	s.until("their end", func(st sp.EndpointStats) bool { return st.Peers == 1 })
	s.end("handshake failed", 0)
}

// Thousands of connections come and go, as fast as the machine can make them but
// for no more than 5,000 a second.
func TestStorm(t *testing.T) {
	const rate = 5000
	times := kit.Pick(1, 60) * rate
	tally := kit.Count(t, "connections made and closed", times)
	s := open(t, sp.EndpointOptions{})
	watch := kit.WatchMemory(t)
	p := s.crowd()
	tally.Try(times)
	p.Tell("storm", times, rate, s.host())
	s.comers(10)
	tally.Took(number(t, p.Hear()))
	s.until("the end of all", func(st sp.EndpointStats) bool {
		return st.Peers == 1 && st.Connections.Handshaking == 0
	})
	grown := watch.End(64 << 20)
	c := s.at.Stats().Connections
	t.Logf("%+v; memory grew by %d KiB", c, grown>>10)
	s.comers(10)
	s.end("handshake failed", failures)
}

// Connections that say nothing keep nobody out: where there are more than may
// be in their handshake, the oldest is closed.
func TestHalfOpen(t *testing.T) {
	const many, may = 2000, 1024 // the default
	tally := kit.Count(t, "half-open connections", many)
	s := open(t, sp.EndpointOptions{})
	watch := kit.WatchMemory(t)
	p := s.crowd()
	rounds, peak := kit.Pick(1, 30), 0
	for range rounds {
		tally.Try(many)
		before := s.at.Stats().Connections
		p.Tell("open", many, s.host())
		s.until("the oldest being given up", func(st sp.EndpointStats) bool {
			c := st.Connections
			peak = max(peak, c.Handshaking)
			return c.Accepts-before.Accepts >= many && c.TimedOut-before.TimedOut >= many-may && c.Handshaking <= may
		})
		tally.Took(number(t, p.Hear()))
		if peak > may*3/2 { // some have been told to end, and are about to
			t.Errorf("%d handshakes were in progress at once, may be %d", peak, may)
		}
		s.comers(10)
		s.until("all being given up", func(st sp.EndpointStats) bool {
			return st.Connections.TimedOut-before.TimedOut >= many && st.Connections.Handshaking == 0
		})
		p.Ask("drop")
	}
	t.Logf("memory grew by %d KiB", watch.End(many*(32<<10))>>10)
	s.end("handshake failed", failures)
}

// A listener has as many connections as it may, and no more; when some go,
// others may come.
func TestFull(t *testing.T) {
	const may, many = 500, 2000
	tally := kit.Count(t, "connections too many", many-may)
	s := open(t, sp.EndpointOptions{MaxPeers: may})
	p := s.crowd()
	tally.Try(many)
	p.Ask("hold", many, s.host())
	s.until("all being counted", func(st sp.EndpointStats) bool {
		c := st.Connections
		return c.Accepts == many+1 && c.Busy+c.NotSP+c.OtherFailures+uint64(st.Peers) >= many+1
	})
	st := s.at.Stats()
	tally.Took(int(st.Connections.Busy))
	if st.Peers > may {
		t.Errorf("%d peers, may be %d", st.Peers, may)
	}
	p.Ask("drop")
	s.until("room", func(st sp.EndpointStats) bool { return st.Peers == 1 })
	s.comers(10)
	s.end("refused", 1)
}

// A process without descriptors pauses accepting, says so, serves whom it has,
// and goes on when it has some again.
func TestNoDescriptors(t *testing.T) {
	const many = 200
	tally := kit.Count(t, "times without a descriptor", kit.Pick(1, 10))
	sptest.Begin(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	p := kit.Start(t, poor, fmt.Sprint(64))
	addr := p.Hear()[0]
	req := sptest.Open(t, sp.NewRequester(nil))
	if _, err := req.Dial(addr); err != nil {
		t.Fatal(err)
	}
	ask := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(ctx, handshake)
		defer cancel()
		if got, err := req.Do(ctx, []byte("x")); err != nil || string(got) != "x" {
			t.Fatalf("a client that is there is not served: %q, %v", got, err)
		}
	}
	ask()
	others := kit.Start(t, crowd)
	for range kit.Pick(1, 10) {
		tally.Try(1)
		others.Tell("open", many, strings.TrimPrefix(addr, "tcp://"))
		heard(p, "accept failed")
		tally.Took(1)
		ask()
		others.Hear()
		others.Ask("drop")
		heard(p, "accepting again")
		ask()
		late := sp.NewRequester(nil)
		if _, err := late.Dial(addr); err != nil {
			t.Fatal(err)
		}
		if _, err := late.Do(ctx, []byte("x")); err != nil {
			t.Errorf("after that: %v", err)
		}
		late.Close()
	}
	p.Tell("stats")
	stats := heard(p, "")
	t.Logf("accepts and failures of accept: %v", stats[1:])
}

// heard waits for a line of the log, or for what is none.
func heard(p *kit.Process, what string) []string {
	for {
		words := p.Hear()
		text, isLog := strings.CutPrefix(strings.Join(words, " "), "log ")
		if isLog && text == what || !isLog && what == "" {
			return words
		}
	}
}
