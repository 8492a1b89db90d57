package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// ours is the binary under test, theirs is Debian's.
var ours string

const theirs = "/usr/bin/nanocat"

// patience is for what has to happen; it is never waited for in full.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	flag.Parse()
	// The programs mostly wait, so more of them run at once than there are
	// processors.
	flag.Set("test.parallel", "24")
	dir, err := os.MkdirTemp("", "nanocat")
	if err == nil {
		ours = filepath.Join(dir, "nanocat")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", ours, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build of nanocat:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// program is a running command whose output can be awaited.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	mu   sync.Mutex
	out  bytes.Buffer
	err  bytes.Buffer
	news chan struct{}
	done chan struct{} // closed when it has ended
}

// start runs the binary at path under the name nanocat. It is ended with the
// test.
func start(t *testing.T, path string, args ...string) *program {
	t.Helper()
	return startAs(t, path, "nanocat", args...)
}

func startAs(t *testing.T, path, name string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(path, args...), news: make(chan struct{}, 1), done: make(chan struct{})}
	p.cmd.Args[0] = name
	p.cmd.Stdout, p.cmd.Stderr = &watched{p, &p.out}, &watched{p, &p.err}
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("%s has to be installed for this test: %v", path, err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.done
	})
	return p
}

// watched is a buffer that tells of what is written to it.
type watched struct {
	p *program
	b *bytes.Buffer
}

func (w *watched) Write(b []byte) (int, error) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	select {
	case w.p.news <- struct{}{}:
	default:
	}
	return w.b.Write(b)
}

func (p *program) stdout() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

func (p *program) stderr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err.String()
}

// await waits until cond is true of the output.
func (p *program) await(what string, cond func() bool) {
	p.t.Helper()
	limit := time.After(patience)
	for !cond() {
		select {
		case <-p.news:
		case <-p.done:
			if !cond() {
				p.t.Fatalf("%v: ended without %s; stdout %.200q, stderr %.500q", p.cmd.Args, what, p.stdout(), p.stderr())
			}
			return
		case <-limit:
			p.t.Fatalf("%v: no %s; stdout %.200q, stderr %.500q", p.cmd.Args, what, p.stdout(), p.stderr())
		}
	}
}

// lines waits for n lines of output and returns them.
func (p *program) lines(n int) string {
	p.t.Helper()
	p.await(fmt.Sprintf("%d lines", n), func() bool { return strings.Count(p.stdout(), "\n") >= n })
	all := strings.SplitAfterN(p.stdout(), "\n", n+1)
	return strings.Join(all[:n], "")
}

// status waits for the end and returns the exit status.
func (p *program) status() string {
	p.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.String()
	case <-time.After(patience):
		p.t.Fatalf("%v: does not end; stdout %.200q, stderr %.500q", p.cmd.Args, p.stdout(), p.stderr())
		return ""
	}
}

func (p *program) terminate() { p.cmd.Process.Signal(syscall.SIGTERM) }

// soon is a context for what has to happen.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errors.New("test: nothing happened"))
	t.Cleanup(cancel)
	return ctx
}
