package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	pageBegin = "<!-- begin: written by bench page -->\n"
	pageEnd   = "<!-- end: written by bench page -->\n"
)

// page takes result files and replaces what stands between the markers of a page; the prose around
// them is written by hand. Its pictures go into a folder of the page's name.
func page(args []string) error {
	fs := flag.NewFlagSet("page", flag.ExitOnError)
	out := fs.String("o", "", "the page")
	ideas := fs.String("ideas", "", "the results of ideas.sh")
	fs.Parse(args)
	if *out == "" || fs.NArg() == 0 {
		return errors.New("usage: bench page -o PAGE.md FILE.jsonl")
	}
	r, err := load(fs.Args())
	if err != nil {
		return err
	}
	text, err := os.ReadFile(*out)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(text, []byte(pageBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(pageEnd))
	if !ok || !ok2 {
		return fmt.Errorf("%s has no %q and %q", *out, strings.TrimSpace(pageBegin), strings.TrimSpace(pageEnd))
	}
	var b bytes.Buffer
	b.Write(before)
	b.WriteString(pageBegin)
	folder := strings.TrimSuffix(*out, filepath.Ext(*out))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	r.writeMachine(&b)
	r.writeGoals(&b)
	pictures, err := r.plot(folder)
	if err != nil {
		return err
	}
	for _, p := range pictures {
		fmt.Fprintf(&b, "\n![%s](%s/%s)\n", p.alt, filepath.Base(folder), p.file)
	}
	r.writeSides(&b)
	r.writeLarge(&b)
	r.writePaced(&b)
	r.writeGrowth(&b)
	r.writeCalls(&b)
	if *ideas != "" {
		without, err := load([]string{*ideas})
		if err != nil {
			return err
		}
		without.writeIdeas(&b)
	}
	r.writeNoise(&b)
	b.WriteString(pageEnd)
	b.Write(after)
	return os.WriteFile(*out, b.Bytes(), 0o644)
}

func (r *runs) writeMachine(w io.Writer) {
	if r.machine == nil {
		return
	}
	m := r.machine
	fmt.Fprintf(w, "\n%s, %d cores, %s, %s", m.CPU, m.Cores, m.Kernel, m.Go)
	for _, name := range slices.Sorted(maps.Keys(m.Versions)) {
		fmt.Fprintf(w, ", %s %s", name, m.Versions[name])
	}
	fmt.Fprint(w, ".\n")
}

func (g goal) show(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	if g.lower && v < 0.1 && g.unit == "" {
		return fmt.Sprintf("%.4f", v)
	}
	return num(v) + g.unit
}

func ratio(v, to float64) string {
	if math.IsNaN(v/to) || to < 0.001 { // of next to nothing, a ratio says nothing
		return "–"
	}
	return fmt.Sprintf("%.2f", v/to)
}

func (r *runs) writeGoals(w io.Writer) {
	fmt.Fprint(w, "\n| work | Recv | RecvMessage, Release | best peer | raw-go | × best peer | × raw-go | at least | aim | |\n"+
		"|---|---:|---:|---:|---:|---:|---:|---|---|---|\n")
	met := 0
	all := goals()
	for _, g := range all {
		a, b := g.figure(r, plain), g.figure(r, release)
		ours := a
		if !math.IsNaN(b) && (math.IsNaN(a) || g.better(b, a)) {
			ours = b
		}
		name, peer := g.best(r)
		best := "–"
		if name != "" {
			best = g.show(peer) + ", " + name
		}
		raw := g.figure(r, rawGo)
		ok, why := g.met(r)
		if ok {
			met++
		} else {
			why = "**" + why + "**"
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", g.work, g.show(a), g.show(b), best, g.show(raw),
			ratio(ours, peer), ratio(ours, raw), g.least.text, g.aim, why)
	}
	fmt.Fprintf(w, "\n%d of %d rows are met. The ratios are of the better of the two ways to receive.\n", met, len(all))
}

// write makes a table with a line for each stack that has anything to say.
func (r *runs) write(w io.Writer, title string, heads []string, cell func(stack string, column int) string) {
	fmt.Fprintf(w, "\n### %s\n\n| stack |", title)
	for _, h := range heads {
		fmt.Fprintf(w, " %s |", h)
	}
	fmt.Fprint(w, "\n|---|"+strings.Repeat("---:|", len(heads))+"\n")
	for _, s := range r.stacks {
		line, some := "| "+s+" |", false
		for i := range heads {
			t := cell(s, i)
			some = some || !strings.HasPrefix(t, "–")
			line += " " + t + " |"
		}
		if some {
			fmt.Fprintln(w, line)
		}
	}
}

func (r *runs) writeSides(w io.Writer) {
	columns := []func(*runs, string, string) float64{cpu(sender), cpu(receiver), cpu(both), allocations(sender), allocations(receiver)}
	r.write(w, "What a message costs each side, 64 B one way, tcp", []string{"CPU s a million, sender", "receiver", "both", "allocations a message, sender", "receiver"},
		func(s string, i int) string {
			return goal{lower: true}.show(columns[i](r, "thr-pushpull/tcp/64/", s))
		})
}

// writeLarge shows beside each other who gives a large message away for ever and who
// takes its memory back.
func (r *runs) writeLarge(w io.Writer) {
	var heads, keys []string
	for _, tr := range []string{"tcp", "ipc"} {
		heads = append(heads, tr+", /s", "CPU µs, receiver")
		keys = append(keys, fmt.Sprintf("thr-pushpull/%s/65536/", tr))
	}
	r.write(w, "Messages of 64 KiB, one way", heads, func(s string, i int) string {
		if i%2 > 0 {
			return num(cpu(receiver)(r, keys[i/2], s))
		}
		return num(goal{key: keys[i/2]}.figure(r, s))
	})
}

func (r *runs) writePaced(w io.Writer) {
	var heads, keys []string
	for _, g := range goals() {
		if rest, ok := strings.CutPrefix(g.key, "paced-pushpull/"); ok {
			tr, _, _ := strings.Cut(rest, "/")
			_, gap, _ := strings.Cut(rest, "gap=")
			heads, keys = append(heads, tr+", each "+gap+" µs"), append(keys, g.key)
		}
	}
	r.write(w, "Paced messages, one way, µs: median (p99)", heads, func(s string, i int) string {
		return fmt.Sprintf("%s (%s)", num(r.median(keys[i], s, func(rec record) float64 { return rec.figures().main })),
			num(r.median(keys[i], s, func(rec record) float64 { return rec.figures().p99 })))
	})
}

func (r *runs) writeGrowth(w io.Writer) {
	var heads []string
	for _, n := range growth {
		heads = append(heads, fmt.Sprint(n))
	}
	r.write(w, "Connections into one PULL: messages a second (of one's)", heads, func(s string, i int) string {
		g := goal{key: growKey(growth[i])}
		v := g.figure(r, s)
		g.key = growKey(1)
		return fmt.Sprintf("%s (%s)", num(v), ratio(v, g.figure(r, s)))
	})
	r.write(w, "Subscribers of one PUB: its CPU time a message, µs (each subscriber's share)", heads, func(s string, i int) string {
		v := r.spread(growth[i], s)
		return fmt.Sprintf("%s (%s)", num(v), num(v/float64(growth[i])))
	})
}

// writeIdeas shows what each copy of the library does that lacks an idea.
func (r *runs) writeIdeas(w io.Writer) {
	columns := []goal{
		{work: "round trip, one CPU, µs", key: "lat-reqrep/tcp/64/pin=one"}, {work: "not pinned, µs", key: "lat-reqrep/tcp/64/"},
		{work: "a message each 200 µs, µs", key: "paced-pushpull/tcp/64/gap=200"}, {work: "64 outstanding, /s", key: "conc-reqrep/tcp/64/conc=64"},
		{work: "64 B one way, /s", key: "thr-pushpull/tcp/64/"}, {work: "64 KiB, /s", key: "thr-pushpull/tcp/65536/"},
		{work: "64 B, inproc, /s", key: "thr-pushpull/inproc/64/"},
		{work: "each of 512 SUB, µs", value: func(r *runs, _, stack string) float64 { return r.spread(512, stack) / 512 }},
	}
	var heads []string
	for _, g := range columns {
		heads = append(heads, g.work)
	}
	r.write(w, "What the library does without an idea, tcp unless said (of what it does with all)", heads, func(s string, i int) string {
		v := columns[i].figure(r, s)
		return fmt.Sprintf("%s (%s)", num(v), ratio(v, columns[i].figure(r, plain)))
	})
}

func (r *runs) writeNoise(w io.Writer) {
	var spreads, steals []float64
	n := 0
	for _, k := range slices.Sorted(maps.Keys(r.cells)) {
		for _, recs := range r.cells[k] {
			var v []float64
			for _, rec := range recs {
				v, steals = append(v, rec.figures().main), append(steals, rec.Steal)
			}
			n += len(v)
			if len(v) > 1 {
				spreads = append(spreads, 100*(quantile(v, 1)-quantile(v, 0))/quantile(v, .5))
			}
		}
	}
	fmt.Fprintf(w, "\n%d runs.", n)
	if len(spreads) > 0 {
		fmt.Fprintf(w, " Spread of the repetitions, (most - least)/median: median %.0f %%, nine of ten under %.0f %%.", quantile(spreads, .5), quantile(spreads, .9))
	}
	fmt.Fprintf(w, " CPU time stolen from the machine during a run: median %.1f %%, nine of ten under %.1f %%.\n", quantile(steals, .5), quantile(steals, .9))
}
