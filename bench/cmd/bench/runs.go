package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/sprocketmq/sp/bench/adapter"
)

// runs are what result files hold, by cell and stack.
type runs struct {
	stacks  []string // in the order in which they came
	class   map[string]string
	cells   map[string]map[string][]record
	counted map[string]map[string]record // the pass that counts C's allocations
	calls   map[string]map[string]record
	errs    map[string]map[string][]string
	cellOf  map[string]cell
	noise   []record
	machine *machine // the last one
}

func load(files []string) (*runs, error) {
	r := &runs{
		class: map[string]string{}, cellOf: map[string]cell{},
		cells: map[string]map[string][]record{}, errs: map[string]map[string][]string{},
		counted: map[string]map[string]record{}, calls: map[string]map[string]record{},
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		sc := bufio.NewScanner(f)
		sc.Buffer(nil, 1<<20)
		for n := 1; sc.Scan(); n++ {
			var rec record
			if err := json.Unmarshal(sc.Bytes(), &rec); err != nil {
				return nil, fmt.Errorf("%s, line %d: %w", name, n, err)
			}
			r.add(rec)
		}
		f.Close()
		if err := sc.Err(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *runs) add(rec record) {
	switch rec.Kind {
	case "noise":
		r.noise = append(r.noise, rec)
		return
	case "machine":
		r.machine = rec.Machine
		return
	}
	if !slices.Contains(r.stacks, rec.Stack) {
		r.stacks = append(r.stacks, rec.Stack)
		r.class[rec.Stack] = rec.Class
	}
	k := rec.Cell.key()
	if r.cells[k] == nil {
		r.cellOf[k] = rec.Cell
		r.cells[k], r.errs[k] = map[string][]record{}, map[string][]string{}
		r.counted[k], r.calls[k] = map[string]record{}, map[string]record{}
	}
	switch {
	case rec.Err != "" && rec.Kind != "run": // what it would have counted is not known
	case rec.Err != "": // a cell with nothing else is a missing one
		r.errs[k][rec.Stack] = append(r.errs[k][rec.Stack], rec.Err)
	case rec.Kind == "alloc":
		r.counted[k][rec.Stack] = rec
	case rec.Kind == "calls":
		r.calls[k][rec.Stack] = rec
	default:
		r.cells[k][rec.Stack] = append(r.cells[k][rec.Stack], rec)
	}
}

// named is the stack of that name, whatever its version.
func (r *runs) named(name string) string {
	for _, s := range r.stacks {
		if s == name || strings.HasPrefix(s, name+"-") && r.class[s] == "peer" {
			return s
		}
	}
	return name
}

// median is of the repetitions; NaN where there are none.
func (r *runs) median(key, stack string, of func(record) float64) float64 {
	var v []float64
	for _, rec := range r.cells[key][stack] {
		v = append(v, of(rec))
	}
	return quantile(v, .5)
}

// A side of a run, for thr: who sends, who receives, or both.
type side int

const (
	both side = iota
	sender
	receiver
)

func (s side) sum(rec record, of func(adapter.Result) float64) (sum float64) {
	if s != receiver {
		for _, c := range rec.Clients {
			sum += of(c)
		}
	}
	if s != sender && rec.Server != nil {
		sum += of(*rec.Server)
	}
	return sum
}

// received is how many messages the receiving side had, warm-up and all.
func received(rec record) float64 {
	if rec.Server == nil {
		return float64(rec.Clients[0].Total)
	}
	return float64(rec.Server.Total)
}

// cpu is in seconds a million messages.
func cpu(s side) func(*runs, string, string) float64 {
	return func(r *runs, key, stack string) float64 {
		return r.median(key, stack, func(rec record) float64 {
			return s.sum(rec, func(a adapter.Result) float64 { return a.CPU }) / received(rec) * 1e6
		})
	}
}

// allocations are those a message.
func allocations(s side) func(*runs, string, string) float64 {
	a := func(rec record) float64 {
		return s.sum(rec, func(a adapter.Result) float64 {
			if a.Allocs < 0 {
				return math.NaN()
			}
			return float64(a.Allocs)
		}) / received(rec)
	}
	return func(r *runs, key, stack string) float64 {
		if rec, ok := r.counted[key][stack]; ok {
			return a(rec)
		}
		return r.median(key, stack, a)
	}
}

// spread is the CPU time in µs that a message to n subscribers costs its
// publisher.
func (r *runs) spread(n int, stack string) float64 {
	return r.median(spreadKey(n), stack, func(rec record) float64 { return rec.Server.CPU / float64(rec.Server.Total) * 1e6 })
}
