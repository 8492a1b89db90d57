package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// System calls by what they are for. perf counts them without slowing anybody
// down, as strace would.
var kinds = []struct{ name, calls string }{
	{"reads", "read readv recvfrom recvmsg"},
	{"writes", "write writev sendto sendmsg"},
	{"waits", "epoll_wait epoll_pwait poll ppoll"},
	{"futex", "futex"},
}

const everyCall = "raw_syscalls:sys_enter"

// counting returns the command that counts, to be put before another one.
func counting(file string) []string {
	events := []string{everyCall}
	for _, k := range kinds {
		for c := range strings.FieldsSeq(k.calls) {
			events = append(events, "syscalls:sys_enter_"+c)
		}
	}
	return []string{"perf", "stat", "-x", ",", "-o", file, "-e", strings.Join(events, ",")}
}

// canCount says whether perf works here.
func canCount() bool {
	cmd := counting(os.DevNull)
	return exec.Command(cmd[0], append(cmd[1:], "true")...).Run() == nil
}

// readCounts reads what perf wrote for each role into that folder.
func readCounts(folder string) (map[string]map[string]int64, error) {
	all := map[string]map[string]int64{}
	for _, role := range []string{"server", "client", "both"} {
		text, err := os.ReadFile(filepath.Join(folder, role))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		counts := map[string]int64{}
		for l := range strings.Lines(string(text)) {
			f := strings.Split(l, ",")
			if len(f) < 3 || f[0] == "" {
				continue
			}
			n, err := strconv.ParseInt(f[0], 10, 64)
			if err != nil {
				continue // "<not counted>"
			}
			for _, k := range kinds {
				for c := range strings.FieldsSeq(k.calls) {
					if f[2] == "syscalls:sys_enter_"+c {
						counts[k.name] += n
					}
				}
			}
			if f[2] == everyCall {
				counts["all"] += n
			}
		}
		all[role] = counts
	}
	return all, nil
}

// countCalls runs a stack once more, to count its calls.
func (b *bench) countCalls(st stack, c cell) (rec record, err error) {
	folder, err := os.MkdirTemp(b.tmp, "calls")
	if err != nil {
		return rec, err
	}
	st.count = folder
	rec, err = runOnce(b.dir, b.tmp, st, c, 300, false)
	if err != nil {
		return rec, err
	}
	rec.Calls, err = readCounts(folder)
	return rec, err
}

func (r *runs) writeCalls(w io.Writer) {
	fmt.Fprint(w, "\n### System calls, hand-offs and allocations a message\n\n"+
		"Of all processes together; for round trips and requests, of one of them; for PUB, of a delivery. "+
		"A switch is a thread that the kernel put aside for another.\n\n| work | stack |")
	for _, k := range kinds {
		fmt.Fprintf(w, " %s |", k.name)
	}
	fmt.Fprint(w, " others | switches | allocations |\n|---|---|"+strings.Repeat("---:|", len(kinds)+3)+"\n")
	seen := map[string]bool{}
	for _, g := range goals() {
		if seen[g.key] {
			continue
		}
		seen[g.key] = true
		for _, s := range r.stacks {
			rec, ok := r.calls[g.key][s]
			if !ok {
				continue
			}
			total := rec.figures().total
			fmt.Fprintf(w, "| %s | %s |", g.work, s)
			var named, all int64
			for _, k := range kinds {
				n := int64(0)
				for _, counts := range rec.Calls {
					n += counts[k.name]
				}
				named += n
				fmt.Fprintf(w, " %s |", small(float64(n)/total))
			}
			for _, counts := range rec.Calls {
				all += counts["all"]
			}
			allocs := r.median(g.key, s, func(rec record) float64 { return rec.figures().allocs })
			if c, ok := r.counted[g.key][s]; ok {
				allocs = c.figures().allocs
			}
			fmt.Fprintf(w, " %s | %s | %s |\n", small(float64(all-named)/total),
				small(r.median(g.key, s, func(rec record) float64 { return rec.figures().csw })), small(allocs))
		}
	}
}

// small is a number near one or far below it.
func small(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}
