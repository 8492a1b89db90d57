package kit

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
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
	t    testing.TB
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
}

// Start starts a program; it is killed when the test ends, if it has not ended
// before.
func Start(t testing.TB, name string, args ...string) *Process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{t: t, name: name, cmd: exec.Command(exe, args...)}
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
	p.in, p.out = in, bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.in.Close()
		p.cmd.Process.Kill()
		p.cmd.Wait()
	})
	return p
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
	if _, err := fmt.Fprintln(p.in, words...); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// Hear waits for a line and returns its words.
func (p *Process) Hear() []string {
	p.t.Helper()
	if !p.out.Scan() {
		p.t.Fatalf("%s has ended, want an answer: %v", p.name, p.out.Err())
	}
	return strings.Fields(p.out.Text())
}

// Ask gives an order and waits for the answer.
func (p *Process) Ask(words ...any) []string {
	p.t.Helper()
	p.Tell(words...)
	return p.Hear()
}
