// Package bytes attacks every listener, of each protocol, cooked and raw, over
// every road, with every kind of bytes that no peer should send, while honest
// peers work on the same socket.
package bytes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/stress/kit"
)

func TestMain(m *testing.M) { kit.Main(m) }

const (
	most = 1 << 20 // the largest message: the default
	// memory is what the sockets of a road, honest and attacking peers and
	// garbage included, may hold in all. One attack alone would take twenty times
	// that if lengths were believed.
	memory = 64 << 20
)

// handshake is how long one may take: the default.
const handshake = 5 * time.Second

// cell is one listener under attack.
type cell struct {
	t       *testing.T
	ctx     context.Context
	road    kit.Road
	pattern pattern.Pattern
	raw     bool
	name    string
	began   time.Time

	socket kit.Party
	at     *sp.Endpoint // where honest peers are
	// seats is where those attackers sit that a PUSH or REQ would give its
	// messages to, as to anybody: a worse class than the honest ones. Else it
	// is at.
	seats *sp.Endpoint
	log   sptest.Log

	mu   sync.Mutex
	want [counters]uint64
	said map[string]bool // what is to be in the log
}

// TestBytes runs all attacks on the listeners of some protocols over a road at
// once; then come others.
func TestBytes(t *testing.T) {
	attacks := append(append([]attack(nil), early...), seated...)
	tallies := make(map[string]*kit.Tally)
	for _, a := range attacks {
		tallies[a.name] = kit.Count(t, a.name, a.least)
	}
	for _, road := range kit.Roads(t) {
		for some := range slices.Chunk(kit.Protocols, 4) {
			t.Run(road.Name+" "+some[0].Name, func(t *testing.T) { assault(t, road, some, attacks, tallies) })
		}
	}
}

func assault(t *testing.T, road kit.Road, protocols []pattern.Pattern, attacks []attack, tallies map[string]*kit.Tally) {
	began := time.Now()
	sptest.Begin(t) // looks for goroutines in the end
	ctx, cancel := context.WithTimeout(context.Background(), kit.Pick(2*time.Minute, time.Hour))
	t.Cleanup(cancel)
	var cells []*cell
	for _, p := range protocols {
		cells = append(cells, open(t, ctx, road, p, false), open(t, ctx, road, p, true))
	}
	watch := kit.WatchMemory(t)
	for rounds := kit.Pick(1, 20); rounds > 0; rounds-- {
		var all sync.WaitGroup
		for _, c := range cells {
			all.Go(func() { c.attack(attacks, tallies) })
		}
		all.Wait()
	}
	grown := watch.End(memory)
	t.Logf("memory grew by %d KiB at the most, in %v", grown>>10, time.Since(began).Round(time.Millisecond))
}

// open makes a listener and its honest traffic. When the test ends, all of it
// must have come, and all attacks have been counted.
func open(t *testing.T, ctx context.Context, road kit.Road, p pattern.Pattern, raw bool) *cell {
	t.Helper()
	c := &cell{t: t, ctx: ctx, road: road, pattern: p, raw: raw, name: p.Name, began: time.Now(), said: make(map[string]bool)}
	if raw {
		c.name = "raw " + p.Name
	}
	// As long as the slowest message may take, queues have room.
	o := &sp.Options{SendQueue: 5000, RecvQueue: 5000, SurveyTime: deadline, Log: c.log.Logger(), Name: c.name}
	c.socket = kit.NewParty(p, raw, o)
	sptest.Open(t, c.socket.Socket)
	listen := road.Listen
	listen.SendPriority = 1
	c.at = c.listen(listen)
	c.seats = c.at
	if kit.Begins(p) && !p.Receives || p.Self == pattern.Req.Self {
		listen.SendPriority = 16
		c.seats = c.listen(listen)
	}
	honest := kit.NewParty(kit.Other(p), false, &sp.Options{SendQueue: 5000, RecvQueue: 5000, SurveyTime: deadline})
	sptest.Open(t, honest.Socket)
	sptest.Dial(t, ctx, honest.Socket, c.at, c.socket.Socket, &road.Dial)
	from, to := honest, c.socket
	if kit.Begins(p) {
		from, to = to, from
	}
	traffic := kit.Begin(ctx, from, to)
	t.Cleanup(func() {
		sent, worst := traffic.End(named{t, c.name}, ctx, handshake)
		t.Logf("%-14s %d honest messages, the latest after %v", c.name, sent, worst.Round(time.Microsecond))
		c.check()
	})
	return c
}

func (c *cell) listen(o sp.EndpointOptions) *sp.Endpoint {
	c.t.Helper()
	e, err := c.socket.ListenWith(c.road.Addr(c.t), &o)
	if err != nil {
		c.t.Fatal(err)
	}
	return e
}

// crowd is how many attacks that take no time of their own run at once: honest
// peers are to share the machine with a listener under attack, not with all who
// attack.
var crowd = make(chan struct{}, 2)

// attack does every attack that is for this listener: those that take their
// time beside the others.
func (c *cell) attack(attacks []attack, tallies map[string]*kit.Tally) {
	var all sync.WaitGroup
	defer all.Wait()
	for _, slow := range []bool{true, false} {
		for _, a := range attacks {
			if a.waits != slow || a.on != nil && !a.on(c) {
				continue
			}
			do := func() {
				c.expect(&a)
				tallies[a.name].Try(1)
				if !slow {
					crowd <- struct{}{}
					defer func() { <-crowd }()
				}
				if err := a.run(c); err != nil {
					c.t.Errorf("%s: %s: %v", c.name, a.name, err)
					return
				}
				tallies[a.name].Took(1)
			}
			if slow {
				all.Go(do)
				if a.name == "silence" {
					all.Go(do)
				}
				continue
			}
			do()
		}
	}
}

func (c *cell) expect(a *attack) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.want[a.counts] += a.n
	if a.logs != "" {
		c.said[a.logs] = true
	}
}

// pass lets time pass, in which an attack goes on.
func (c *cell) pass(d time.Duration) {
	select {
	case <-time.After(d):
	case <-c.ctx.Done():
	}
}

// stays finds that all that was said on a connection has been read, and ends it:
// the other side has no reason to. What lies unread here when it is closed would
// destroy what the other side has not read yet.
func (c *cell) stays(h *hand) error {
	half, ok := h.Conn.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("%T can't be closed by half", h.Conn)
	}
	if err := half.CloseWrite(); err != nil {
		return fmt.Errorf("the connection was ended: %w", err)
	}
	_, err := h.gone()
	return err
}

// check finds each attack counted as what it was, and logged, but not as often
// as it was made.
func (c *cell) check() {
	// What is not known to be one of them is one of the failures.
	known := func(n [counters]uint64) [counters]uint64 {
		n[asNothing] = 0
		return n
	}
	want := known(c.want)
	want[asFailure] += want[asTimedOut] + want[asNotSP] + want[asWrongProtocol] + want[asSecurity] + want[asOther]
	var got [counters]uint64
	sptest.Until(c.t, c.ctx, "the last attack being counted", func() bool {
		got = known(read(c.socket.Stats()))
		for i, n := range want {
			if got[i] < n {
				return c.ctx.Err() != nil // to say what is missing
			}
		}
		return true
	})
	names := strings.Fields("nothing timed-out not-SP wrong-protocol security other failures busy too-big malformed ttl late unwanted")
	for i := range counters {
		exact := i == asFailure || i > asFailure
		if exact && got[i] != want[i] || got[i] < want[i] {
			c.t.Errorf("%s: counted %d as %s, want %d", c.name, got[i], names[i], want[i])
		}
	}
	c.socket.Close() // it tells what it has kept back
	for what := range c.said {
		if n := len(c.log.All(what)); n == 0 || n > mostLines(what, time.Since(c.began)) {
			c.t.Errorf("%s: %d lines %q in the log", c.name, n, what)
		}
	}
}

// mostLines is how many lines of the log an attack may fill in a time: of each
// kind one at once, and one every ten seconds.
func mostLines(what string, in time.Duration) int {
	kinds := map[string]int{failed: 5, dropped: 4}
	return max(kinds[what], 1) * (2 + int(in/(10*time.Second)))
}

// named puts a name before what a test has to say.
type named struct {
	testing.TB
	name string
}

func (n named) Errorf(format string, args ...any) {
	n.TB.Helper()
	n.TB.Errorf(n.name+": "+format, args...)
}
