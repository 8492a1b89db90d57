// Command bench runs the stacks named in stacks.json side by side and reports
// what it measured. See README.md.
//
//	bench run    [-table | -stacks RE -only RE] [-reps 3] [-ms 1000] [-for 10m] -o FILE.jsonl
//	bench report FILE.jsonl... > tables.md
//	bench page   -o PAGE.md FILE.jsonl...
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sprocketmq/sp/bench/adapter"
)

type stack struct {
	Name       string            `json:"name"`
	Class      string            `json:"class"` // limit, peer or other
	Cmd        []string          `json:"cmd"`
	Env        map[string]string `json:"env"`
	Cases      string            `json:"cases"`      // regexp, empty for all
	Transports string            `json:"transports"` // regexp, empty for all
	Preload    string            `json:"preload"`    // allocation counter for C stacks
	count      string            // the folder for perf's counts, if they are wanted
}

type cell struct {
	Case      string   `json:"case"`
	Transport string   `json:"transport"`
	Size      int      `json:"size"`
	Opts      []string `json:"opts,omitempty"`
}

func (c cell) key() string {
	return fmt.Sprintf("%s/%s/%d/%s", c.Case, c.Transport, c.Size, strings.Join(c.Opts, ","))
}

// record is one line of the results file.
type record struct {
	Kind    string           `json:"kind"` // run, alloc, calls, noise or machine
	Stack   string           `json:"stack,omitempty"`
	Class   string           `json:"class,omitempty"`
	Cell    cell             `json:"cell"`
	Rep     int              `json:"rep"`
	Server  *adapter.Result  `json:"server,omitempty"`
	Clients []adapter.Result `json:"clients,omitempty"`
	Err     string           `json:"err,omitempty"`
	Wall    float64          `json:"wall_s,omitempty"`
	Steal   float64          `json:"steal_pct"`
	SpinMin float64          `json:"spin_min_ms,omitempty"`
	SpinMed float64          `json:"spin_med_ms,omitempty"`
	SpinMax float64          `json:"spin_max_ms,omitempty"`
	Time    string           `json:"time"`
	Machine *machine         `json:"machine,omitempty"`
	// Calls are system calls by role and kind.
	Calls map[string]map[string]int64 `json:"calls,omitempty"`
}

var errSkip = errors.New("unsupported")

// proc is one adapter process.
type proc struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan string
	stderr strings.Builder
}

func launched(dir string, st stack, preload bool, cpus string, args ...string) (*proc, error) {
	p := &proc{lines: make(chan string, 8)}
	bin := st.Cmd[0]
	if !filepath.IsAbs(bin) {
		bin = filepath.Join(dir, bin)
	}
	cmd := append(append([]string{bin}, st.Cmd[1:]...), args...)
	if cpus != "" {
		cmd = append([]string{"taskset", "-c", cpus}, cmd...)
	}
	if st.count != "" {
		cmd = append(counting(filepath.Join(st.count, args[0])), cmd...)
	}
	p.cmd = exec.Command(cmd[0], cmd[1:]...)
	p.cmd.Dir = dir
	p.cmd.Env = os.Environ()
	for k, v := range st.Env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	if preload {
		p.cmd.Env = append(p.cmd.Env, "LD_PRELOAD="+filepath.Join(dir, st.Preload))
	}
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in = in
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		sc := bufio.NewScanner(out)
		for sc.Scan() {
			p.lines <- sc.Text()
		}
		close(p.lines)
	}()
	return p, nil
}

func (p *proc) line(d time.Duration) (string, error) {
	select {
	case l, ok := <-p.lines:
		if ok {
			return l, nil
		}
		err := p.cmd.Wait()
		var ee *exec.ExitError
		if errors.As(err, &ee) && ee.ExitCode() == 3 {
			return "", errSkip
		}
		return "", fmt.Errorf("ended early: %v: %s", err, lastLine(p.stderr.String()))
	case <-time.After(d):
		return "", fmt.Errorf("no answer in %v", d)
	}
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

func (p *proc) say(s string) { io.WriteString(p.in, s+"\n") }

func (p *proc) end() {
	p.in.Close()
	done := make(chan struct{})
	go func() { p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
		p.cmd.Process.Kill()
		<-done
	}
}

func (p *proc) expect(want string, d time.Duration) error {
	l, err := p.line(d)
	if err == nil && l != want {
		err = fmt.Errorf("said %q, want %q", l, want)
	}
	return err
}

// result reads on to the JSON line; DONE asks for STOP before it comes.
func (p *proc) result(d time.Duration, onDone func()) (r adapter.Result, err error) {
	for {
		l, err := p.line(d)
		if err != nil {
			return r, err
		}
		if l == "DONE" {
			onDone()
			continue
		}
		if err := json.Unmarshal([]byte(l), &r); err != nil {
			return r, fmt.Errorf("%v in %q", err, l)
		}
		if !r.OK {
			return r, errors.New(r.Err)
		}
		return r, nil
	}
}

var port = 21000 + os.Getpid()%5000

func url(tr, tmp string) string {
	port++
	switch tr {
	case "tcp":
		return fmt.Sprintf("tcp://127.0.0.1:%d", port)
	case "ipc":
		return fmt.Sprintf("ipc://%s/%d.sock", tmp, port)
	}
	return fmt.Sprintf("inproc://b%d", port)
}

func opt(opts []string, key string, def int) int {
	for _, o := range opts {
		if v, ok := strings.CutPrefix(o, key+"="); ok {
			n, _ := strconv.Atoi(v)
			return n
		}
	}
	return def
}

// cpusFor reads pin=one (everything on CPU 0) and pin=two (server on 0,
// clients on 1).
func cpusFor(opts []string, role string) string {
	for _, o := range opts {
		switch {
		case o == "pin=one", o == "pin=two" && role == "server":
			return "0"
		case o == "pin=two":
			return "1"
		}
	}
	return ""
}

// runOnce runs one stack in one cell.
func runOnce(dir, tmp string, st stack, c cell, ms int, preload bool) (rec record, err error) {
	rec = record{Kind: "run", Stack: st.Name, Class: st.Class, Cell: c, Time: time.Now().Format(time.RFC3339)}
	begin := time.Now()
	s0, t0 := steal()
	defer func() {
		s1, t1 := steal()
		if t1 > t0 {
			rec.Steal = 100 * float64(s1-s0) / float64(t1-t0)
		}
		rec.Wall = time.Since(begin).Seconds()
		if err != nil {
			rec.Err = err.Error()
		}
	}()
	u := url(c.Transport, tmp)
	args := append([]string{c.Case, u, strconv.Itoa(c.Size), strconv.Itoa(ms)}, c.Opts...)
	limit := time.Duration(ms)*time.Millisecond + 6*time.Second
	start := 5*time.Second + time.Duration(opt(c.Opts, "conns", 0)+opt(c.Opts, "subs", 0))*3*time.Millisecond
	limit += start - 5*time.Second
	if strings.HasPrefix(c.Case, "fan") {
		limit += 24 * time.Second // subscribers that lag first read what the kernel holds for them
	}
	var all []*proc
	launch := func(role string) (*proc, error) {
		p, err := launched(dir, st, preload, cpusFor(c.Opts, role), append([]string{role}, args...)...)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
		return p, p.expect("READY", start)
	}
	defer func() {
		for _, p := range all {
			p.end()
		}
	}()
	stopAll := func() {
		for _, p := range all {
			p.say("STOP")
		}
	}
	if c.Transport == "inproc" {
		p, err := launch("both")
		if err != nil {
			return rec, err
		}
		p.say("GO")
		r, err := p.result(limit, stopAll)
		if err != nil {
			return rec, err
		}
		stopAll()
		rec.Clients = []adapter.Result{r}
		return rec, nil
	}
	srv, err := launch("server")
	if err != nil {
		return rec, err
	}
	var cl []*proc
	procs := opt(c.Opts, "procs", 1)
	for range procs {
		p, err := launch("client")
		if err != nil {
			return rec, err
		}
		cl = append(cl, p)
	}
	for _, p := range all {
		p.say("GO")
	}
	// The side that measures answers first; STOP releases the other.
	if receives(c.Case) {
		r, err := srv.result(limit, stopAll)
		if err != nil {
			return rec, err
		}
		rec.Server = &r
		stopAll()
	}
	for _, p := range cl {
		r, err := p.result(limit, stopAll)
		if err != nil {
			return rec, err
		}
		rec.Clients = append(rec.Clients, r)
	}
	if rec.Server == nil {
		// The clients stay until the server has reported, so that a stack is
		// not also asked to survive their leaving.
		srv.say("STOP")
		r, err := srv.result(limit, stopAll)
		if err != nil {
			return rec, err
		}
		rec.Server = &r
		stopAll()
	}
	return rec, nil
}

// receives says that the receiving side of a case, its server, measures.
func receives(kase string) bool {
	return strings.HasSuffix(kase, "-pushpull") && kase != "idle-pushpull" || kase == "thr-pair"
}

func steal() (st, total int64) {
	b, _ := os.ReadFile("/proc/stat")
	l, _, _ := strings.Cut(string(b), "\n")
	for i, f := range strings.Fields(l)[1:] {
		n, _ := strconv.ParseInt(f, 10, 64)
		if i < 8 {
			total += n
		}
		if i == 7 {
			st = n
		}
	}
	return st, total
}

//lint:ignore U1000 it keeps the work from being left out
var sink uint64

// spin times a fixed piece of arithmetic, so that a slow or stolen CPU shows.
func spin() float64 {
	t := time.Now()
	x := uint64(1)
	for i := uint64(0); i < 4_000_000; i++ {
		x = x*6364136223846793005 + i
	}
	sink += x
	return time.Since(t).Seconds() * 1e3
}

func quiet() record {
	var v []float64
	for range 15 {
		v = append(v, spin())
	}
	return record{Kind: "noise", SpinMin: quantile(v, 0), SpinMed: quantile(v, .5), SpinMax: quantile(v, 1),
		Time: time.Now().Format(time.RFC3339)}
}

func matches(re, s string) bool { return re == "" || regexp.MustCompile(re).MatchString(s) }

func main() {
	err := errors.New("usage: bench run|report|page")
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "run":
			err = runAll(os.Args[2:])
		case "report":
			err = report(os.Args[2:])
		case "page":
			err = page(os.Args[2:])
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
