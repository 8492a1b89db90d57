package kit

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// programs are what the test binary can be besides a test.
var programs = map[string]func(args []string, in *bufio.Scanner, out io.Writer) error{}

// Program says that the test binary can also be the program of that name: it
// gets arguments, orders as lines, and answers with lines. It ends when its
// orders do. To be called from an init function or a variable.
func Program(name string, run func(args []string, in *bufio.Scanner, out io.Writer) error) string {
	programs[name] = run
	return name
}

const which = "STRESS_PROGRAM"

// Main is to be called from TestMain: it runs the tests, or the program that
// this process was started as.
func Main(m *testing.M) {
	if run := programs[os.Getenv(which)]; run != nil {
		if err := run(os.Args[1:], bufio.NewScanner(os.Stdin), os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, os.Getenv(which), "fails:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Process is a program that runs beside the test.
type Process struct {
	t     testing.TB
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string   // what it says
	end   chan struct{} // closed when nobody listens any more
	order string        // the last
}

// patience is how long a program may be silent that was asked something.
var patience = Pick(time.Minute, 10*time.Minute)

// Start starts a program; it is killed when the test ends, if it has not ended
// before.
func Start(t testing.TB, name string, args ...string) *Process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{t: t, name: name, cmd: exec.Command(exe, args...), lines: make(chan string), end: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), which+"="+name)
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in = in
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var listener sync.WaitGroup
	listener.Go(func() { p.listen(out) })
	t.Cleanup(func() {
		p.in.Close()
		p.cmd.Process.Kill()
		close(p.end)
		listener.Wait()
		p.cmd.Wait()
	})
	return p
}

func (p *Process) listen(out io.Reader) {
	defer close(p.lines)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		select {
		case p.lines <- lines.Text():
		case <-p.end:
			return
		}
	}
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Signal sends it a signal.
func (p *Process) Signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// Wait waits until the process has ended, and returns how.
func (p *Process) Wait() error { return p.cmd.Wait() }

// Tell gives an order and does not wait for the answer.
func (p *Process) Tell(words ...any) {
	p.t.Helper()
	p.order = strings.TrimSpace(fmt.Sprintln(words...))
	if _, err := fmt.Fprintln(p.in, p.order); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// Hear waits for a line and returns its words.
func (p *Process) Hear() []string {
	p.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			p.t.Fatalf("%s has ended, want an answer to %q", p.name, p.order)
		}
		return strings.Fields(line)
	case <-late.C:
		p.t.Fatalf("%s has said nothing for %v, want an answer to %q", p.name, patience, p.order)
	}
	return nil
}

// Ask gives an order and waits for the answer.
func (p *Process) Ask(words ...any) []string {
	p.t.Helper()
	p.Tell(words...)
	return p.Hear()
}
