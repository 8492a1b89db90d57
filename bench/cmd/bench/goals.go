package main

import (
	"fmt"
	"math"
	"strings"
)

// Ours is measured twice where its receiver has the choice: with Recv, and with
// RecvMessage and Release.
const (
	plain, release = "sp", "sp-release"
	rawGo          = "raw-go"
)

// A goal is a line of the table that says how fast is fast enough.
type goal struct {
	work  string
	key   string // of the cell
	lower bool   // is better
	unit  string
	value func(*runs, string, string) float64 // of a cell and a stack; the main figure if nil
	least bound
	aim   string
	// behind says that the plain way of receiving may not fall behind the best
	// peer, though only the better way need reach least.
	behind bool
}

// A bound is what a stack of ours has to reach, and how that is said.
type bound struct {
	text string
	of   func(r *runs, g goal, stack string) float64
}

func (g goal) figure(r *runs, stack string) float64 {
	if g.value != nil {
		return g.value(r, g.key, stack)
	}
	return r.median(g.key, stack, func(rec record) float64 { return rec.figures().main })
}

// best is the best peer and its figure.
func (g goal) best(r *runs) (name string, v float64) {
	v = math.NaN()
	for _, s := range r.stacks {
		if r.class[s] != "peer" {
			continue
		}
		if f := g.figure(r, s); math.IsNaN(v) || g.better(f, v) {
			name, v = s, f
		}
	}
	if math.IsNaN(v) {
		name = ""
	}
	return name, v
}

func (g goal) better(a, b float64) bool { return g.lower && a < b || !g.lower && a > b }

// reaches is false where one of the two is missing.
func (g goal) reaches(v, least float64) bool { return g.lower && v <= least || !g.lower && v >= least }

// Less than this does not count as a difference.
const noise = 0.15

// met says which of our ways reach the goal.
func (g goal) met(r *runs) (ok bool, why string) {
	better := false
	for _, s := range []string{plain, release} {
		better = better || g.reaches(g.figure(r, s), g.least.of(r, g, s))
	}
	if !better {
		return false, "missed"
	}
	if _, peer := g.best(r); g.behind && !g.reaches(g.figure(r, plain), peer*(1-noise)) {
		return false, "missed by Recv, which falls behind the best peer"
	}
	return true, "met"
}

// times is a share of what a peer does, "" for the best one.
func times(factor float64, peer string) bound {
	text := peer
	if peer == "" {
		text = "the best peer"
	}
	if factor != 1 {
		text = fmt.Sprintf("%.3g × %s", factor, text)
	}
	return bound{text, func(r *runs, g goal, _ string) float64 {
		if peer == "" {
			_, v := g.best(r)
			return factor * v
		}
		return factor * g.figure(r, r.named(peer))
	}}
}

func atMost(v float64, unit string) bound {
	return bound{strings.TrimSpace(fmt.Sprintf("%g %s", v, unit)), func(*runs, goal, string) float64 { return v }}
}

// grown is a share of the same stack's rate with one connection, and libzmq's.
func grown(share float64) bound {
	return bound{fmt.Sprintf("%g of one's, and libzmq's", share), func(r *runs, g goal, stack string) float64 {
		one := g
		one.key = growKey(1)
		return math.Max(share*one.figure(r, stack), g.figure(r, r.named("libzmq")))
	}}
}

func growKey(n int) string   { return fmt.Sprintf("grow-pushpull/tcp/64/conns=%d", n) }
func spreadKey(n int) string { return fmt.Sprintf("fan-pubsub/tcp/64/subs=%d,rate=100,burst=1", n) }

// spread is runs.spread, with raw-go as a write for each subscriber.
func spread(r *runs, n int, stack string) float64 {
	if stack == rawGo {
		stack = rawGo + "-1w"
	}
	return r.spread(n, stack)
}

func goals() (all []goal) {
	add := func(g goal) { all = append(all, g) }
	for _, w := range []struct {
		size, transport string
		bytes           int
		least           bound
		aim             string
	}{
		{"64 B", "tcp", 64, times(1.5, "libzmq"), "0.7 × raw-go"},
		{"64 B", "ipc", 64, times(1.5, "libzmq"), "0.7 × raw-go"},
		{"1 KiB", "tcp", 1 << 10, times(1.2, ""), "1.5 × raw-go"},
		{"1 KiB", "ipc", 1 << 10, times(2, ""), "0.7 × raw-go"},
		{"64 KiB", "tcp", 64 << 10, times(0.9, ""), "2 × raw-go"},
		{"64 KiB", "ipc", 64 << 10, times(0.9, ""), "ahead of all"},
		{"64 B", "inproc", 64, times(1.5, "libzmq"), "3 × libzmq"},
		{"1 KiB", "inproc", 1 << 10, times(1.5, "libzmq"), "3 × libzmq"},
		{"64 KiB", "inproc", 64 << 10, times(1.5, "libzmq"), "3 × libzmq"},
	} {
		add(goal{work: "one way, " + w.size + ", " + w.transport, key: fmt.Sprintf("thr-pushpull/%s/%d/", w.transport, w.bytes),
			unit: "/s", least: w.least, aim: w.aim, behind: true})
	}
	trip := func(work, key string, least bound, aim string) {
		add(goal{work: "round trip, " + work, key: key, lower: true, unit: " µs", least: least, aim: aim})
	}
	trip("tcp, one CPU", "lat-reqrep/tcp/64/pin=one", times(0.9, "mangos"), "1.05 × raw-go")
	trip("ipc, one CPU", "lat-reqrep/ipc/64/pin=one", times(0.9, "mangos"), "1.05 × raw-go")
	trip("tcp, not pinned", "lat-reqrep/tcp/64/", times(0.5, ""), "10 µs")
	trip("ipc, not pinned", "lat-reqrep/ipc/64/", times(0.5, ""), "10 µs")
	trip("inproc, one CPU", "lat-reqrep/inproc/64/pin=one", times(0.5, "mangos"), "0.6 µs")
	trip("inproc, not pinned", "lat-reqrep/inproc/64/", times(0.5, "mangos"), "0.6 µs")
	add(goal{work: "64 requests outstanding, tcp", key: "conc-reqrep/tcp/64/conc=64", unit: "/s", least: times(1.3, "libzmq"), aim: "raw-go-mux"})
	add(goal{work: "PUB to 8 SUB, tcp, flat out", key: "fan-pubsub/tcp/64/subs=8", unit: "/s", least: times(2, "libzmq"), aim: "0.8 × raw-go"})
	for _, tr := range []string{"tcp", "ipc"} {
		for _, gap := range []int{20, 200} {
			add(goal{work: fmt.Sprintf("a message each %d µs, one way, %s", gap, tr), key: fmt.Sprintf("paced-pushpull/%s/64/gap=%d", tr, gap),
				lower: true, unit: " µs", least: times(1, ""), aim: "30 µs"})
		}
	}
	stream := "thr-pushpull/tcp/64/"
	add(goal{work: "CPU seconds a million messages, 64 B, tcp", key: stream, lower: true, unit: " s", value: cpu(both), least: times(1, "libzmq"), aim: "0.5 × libzmq"})
	add(goal{work: "allocations a message, sender", key: stream, lower: true, value: allocations(sender), least: atMost(0.1, ""), aim: "0"})
	add(goal{work: "allocations a message, receiver", key: stream, lower: true, value: allocations(receiver), least: atMost(0.1, ""), aim: "0"})
	for n, speak := range []string{"silent", "one message each"} {
		add(goal{work: "10,000 idle connections, " + speak, key: fmt.Sprintf("idle-pushpull/tcp/64/conns=10000,speak=%d", n),
			lower: true, unit: " MB", least: atMost(250, "MB"), aim: "100 MB"})
	}
	for i, share := range []float64{0.8, 0.5, 0.25} {
		n := growth[i+1]
		add(goal{work: fmt.Sprintf("%d connections into one PULL", n), key: growKey(n), unit: "/s", least: grown(share), aim: []string{"0.9", "0.7", "0.5"}[i] + " of one's"})
	}
	add(goal{work: "PUB, 1 to 512 SUB: CPU time each of them adds to a message", key: spreadKey(512), lower: true, unit: " µs",
		value: func(r *runs, _, stack string) float64 { return (spread(r, 512, stack) - spread(r, 1, stack)) / 511 },
		least: times(1+noise, rawGo), aim: "raw-go"})
	add(goal{work: "PUB, 512 SUB: cost of each against 64 SUB", key: spreadKey(512), lower: true, unit: " ×",
		value: func(r *runs, _, stack string) float64 { return spread(r, 512, stack) / 8 / spread(r, 64, stack) },
		least: atMost(1+noise, "×"), aim: "1 ×"})
	return all
}
