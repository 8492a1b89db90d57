package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A part of a run: which cells, and which stacks in them.
type part struct {
	cells, stacks string // regular expressions
	reps          int    // 0 for as many as asked for
	times         int    // so many times as many, where the repetitions differ most; 0 is once
	calls         string // whose system calls are counted
}

const (
	peers = `nanomsg|nng|libzmq|mangos`
	rows  = `^(sp$|sp-release|raw-go$|` + peers + `)`
	some  = `^(sp$|sp-release|raw-go$|libzmq)`
)

// table is what the goals ask for, and what the plots show beside it.
var table = []part{
	{cells: `^thr-pushpull/((tcp|ipc)/(64|1024)|inproc/(1024|65536))/`, stacks: rows, calls: some},
	{cells: `^thr-pushpull/(tcp|ipc)/65536/`, stacks: rows + `|^raw-go-own`, times: 3, calls: some},
	{cells: `^thr-pushpull/inproc/64/`, stacks: rows, times: 3, calls: some},
	{cells: `^lat-reqrep/(tcp|ipc|inproc)/64/`, stacks: rows, calls: some},
	{cells: `^conc-reqrep/tcp/`, stacks: rows + `|^raw-go-mux`, times: 3, calls: some},
	{cells: `^fan-pubsub/tcp/64/subs=8$`, stacks: rows, times: 3, calls: some},
	{cells: `^paced-pushpull/`, stacks: `^(sp$|raw-go$|` + peers + `)`, times: 3, calls: some},
	{cells: `^grow-pushpull/`, stacks: `^(sp$|sp-release|libzmq)`},
	{cells: `^fan-pubsub/.*burst=1`, stacks: `^(sp$|raw-go-1w|libzmq)`, times: 3},
	{cells: `^idle-pushpull/`, stacks: `^(sp$|nng|mangos)`, reps: 1},
	{cells: `^thr-pushpull/tcp/(256|4096|16384)/`, stacks: rows},
}

// done names the runs that a results file has.
type done map[string]bool

func runKey(rec record) string {
	return fmt.Sprintf("%s %s %s #%d", rec.Kind, rec.Stack, rec.Cell.key(), rec.Rep)
}

func readDone(name string) (done, error) {
	d := done{}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for dec := json.NewDecoder(f); dec.More(); {
		var rec record
		if err := dec.Decode(&rec); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		d[runKey(rec)] = true
	}
	return d, nil
}

// errTime says that the time for this run is over, with some left to do.
var errTime = errors.New("time is up: the same command goes on from here")

// A bench is one call of run.
type bench struct {
	dir, tmp string
	ms, warm int
	stacks   []stack
	enc      *json.Encoder
	done     done
	noAlloc  bool
	perf     bool
	until    time.Time // zero for no end
}

func runAll(args []string) error {
	fs := flag.NewFlagSet("run", flag.ExitOnError)
	stacksRE := fs.String("stacks", "", "run only the stacks whose name matches")
	only := fs.String("only", "", "run only the cells whose case/transport/size/opts matches")
	whole := fs.Bool("table", false, "run what the page's table needs, and go on where the results file ends")
	most := fs.Duration("for", 0, "stop after this time; with -table the same command goes on")
	reps := fs.Int("reps", 3, "interleaved repetitions")
	ms := fs.Int("ms", 1000, "measured milliseconds a run")
	warm := fs.Int("warm", 200, "warm-up milliseconds a run")
	out := fs.String("o", "results.jsonl", "append results here")
	file := fs.String("f", "stacks.json", "the stacks")
	noAlloc := fs.Bool("noalloc", false, "leave out the allocation pass of C stacks")
	fs.Parse(args)
	b := &bench{ms: *ms, warm: *warm, noAlloc: *noAlloc, done: done{}}
	if *most > 0 {
		b.until = time.Now().Add(*most)
	}
	text, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &b.stacks); err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	abs, err := filepath.Abs(*file)
	if err != nil {
		return err
	}
	b.dir = filepath.Dir(abs)
	if b.tmp, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.tmp)
	if *whole {
		b.perf = canCount()
		if b.done, err = readDone(*out); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(*out, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	b.enc = json.NewEncoder(f)
	b.enc.Encode(record{Kind: "machine", Machine: thisMachine(b.dir), Time: time.Now().Format(time.RFC3339)})
	parts := []part{{cells: ".", stacks: "."}}
	if *whole {
		parts = table
	}
	for _, p := range parts {
		for _, c := range cells() {
			if !matches(p.cells, c.key()) || !matches(*only, c.key()) {
				continue
			}
			n := *reps * max(p.times, 1)
			if p.reps > 0 {
				n = min(n, p.reps)
			}
			if err := b.cell(c, p, n, *stacksRE); err != nil {
				return err
			}
		}
	}
	return b.enc.Encode(quiet())
}

// cell runs all repetitions of a cell, the stacks by turns.
func (b *bench) cell(c cell, p part, reps int, only string) error {
	run := c
	run.Opts = append(append([]string{}, c.Opts...), fmt.Sprintf("warm=%d", b.warm))
	skip := map[string]bool{}
	begun := false
	for rep := range reps {
		for i := range b.stacks {
			st := b.stacks[(i+rep)%len(b.stacks)]
			if !matches(p.stacks, st.Name) || !matches(only, st.Name) || !matches(st.Cases, c.Case) || !matches(st.Transports, c.Transport) {
				continue
			}
			counted := rep == 0 && st.Preload != "" && !b.noAlloc && c.Transport != "ipc" && c.Case != "idle-pushpull"
			calls := rep == 0 && b.perf && p.calls != "" && matches(p.calls, st.Name)
			for _, pass := range []struct {
				kind   string
				wanted bool
				once   func() (record, error)
			}{
				{"run", true, func() (record, error) { return runOnce(b.dir, b.tmp, st, run, b.ms, false) }},
				{"alloc", counted, func() (record, error) { return runOnce(b.dir, b.tmp, st, run, 200, true) }},
				{"calls", calls, func() (record, error) { return b.countCalls(st, run) }},
			} {
				key := runKey(record{Kind: pass.kind, Stack: st.Name, Cell: c, Rep: rep})
				if !pass.wanted || skip[st.Name] || b.done[key] {
					continue
				}
				if !b.until.IsZero() && time.Now().After(b.until) {
					return errTime
				}
				if !begun {
					begun = true
					b.enc.Encode(quiet())
				}
				rec, err := pass.once()
				if errors.Is(err, errSkip) {
					skip[st.Name] = true
					continue
				}
				rec.Kind, rec.Cell, rec.Rep = pass.kind, c, rep
				b.enc.Encode(rec)
				if pass.kind == "run" {
					fmt.Fprintf(os.Stderr, "%-34s %-14s #%d %s\n", c.key(), st.Name, rep, brief(rec))
				}
			}
		}
	}
	return nil
}
