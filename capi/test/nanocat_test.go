package test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What each of Debian's nanocats that face each other is told, and what both
// print. The first binds. One that sends once does so when the other has had
// time to connect, or until it is told to stop.
var conversations = []struct {
	name          string
	binds, dials  string
	bound, dialed string // what each prints
}{
	{"pair", "--pair -A", "--pair -A --data hello --interval 0.1", "hello", ""},
	{"pipeline", "--pull -A", "--push --data hello --interval 0.1", "hello", ""},
	{"pipeline-from-the-binder", "--push --data hello --interval 0.1", "--pull -A", "", "hello"},
	{"pubsub", "--pub --data hello --interval 0.1", "--sub -A", "", "hello"},
	{"pubsub-with-topics", "--pub --data hello --interval 0.1", "--sub --subscribe hel --subscribe x -A", "", "hello"},
	{"sub-binds", "--sub -A", "--pub --data hello --interval 0.1", "hello", ""},
	{"reqrep", "--rep --data answer -A", "--req --data question -A", "question", "answer"},
	{"rep-connects", "--req --data question -A --interval 0.1", "--rep --data answer -A", "answer", "question"},
	{"survey", "--surveyor --data question -A --interval 0.2", "--respondent --data answer -A", "answer", "question"},
	{"respondent-binds", "--respondent --data answer -A", "--surveyor --data question -A --interval 0.2", "question", "answer"},
	{"bus", "--bus -A", "--bus -A --data hello --interval 0.1", "hello", ""},
	{"both-talk", "--bus -A --data there --interval 0.1", "--bus -A --data back --interval 0.1", "back", "there"},
}

// TestNanocat has Debian's nanocat converse in all its types, both on our
// library, and with Debian's at either end.
func TestNanocat(t *testing.T) {
	ends := []struct {
		name                       string
		binderIsOurs, dialerIsOurs bool
	}{
		{"ours-ours", true, true},
		{"ours-debian", true, false},
		{"debian-ours", false, true},
	}
	for _, c := range conversations {
		for _, scheme := range []string{"ipc", "tcp", "ws"} {
			for _, end := range ends {
				t.Run(strings.Join([]string{c.name, scheme, end.name}, "/"), func(t *testing.T) {
					t.Parallel()
					ctx := limited(t, 30*time.Second)
					at := freeAddress(t, scheme)
					first := nanocat(ctx, t, end.binderIsOurs, c.binds+" --bind "+at)
					second := nanocat(ctx, t, end.dialerIsOurs, c.dials+" --connect "+at)
					first.prints(t, c.bound)
					second.prints(t, c.dialed)
				})
			}
		}
	}
}

// A talker is a program that prints what it receives.
type talker struct {
	*exec.Cmd
	out *bufio.Scanner
	err *strings.Builder
}

func nanocat(ctx context.Context, t *testing.T, onOurs bool, args string) *talker {
	t.Helper()
	if !onOurs {
		return start(ctx, t, os.Environ(), "nanocat", strings.Fields(args)...)
	}
	p := start(ctx, t, ours(t), "nanocat", strings.Fields(args)...)
	loads(t, mapsOf(t, p.Process.Pid))
	return p
}

// start starts a program that is killed when the test ends.
func start(ctx context.Context, t *testing.T, env []string, name string, args ...string) *talker {
	t.Helper()
	p := &talker{Cmd: exec.CommandContext(ctx, name, args...), err: new(strings.Builder)}
	p.Env, p.Stderr, p.Dir = env, p.err, t.TempDir()
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	t.Cleanup(func() {
		_ = p.Process.Kill()
		_, _ = io.Copy(io.Discard, out)
		_ = p.Wait()
	})
	return p
}

func (p *talker) prints(t *testing.T, want string) {
	t.Helper()
	if want == "" {
		return
	}
	if !p.out.Scan() {
		_ = p.Wait()
		t.Fatalf("%v: no line: %v %s", p, p.ProcessState, p.err)
	}
	if got := p.out.Text(); got != want {
		t.Fatalf("%v prints %q, want %q", p, got, want)
	}
}

// mapsOf waits until a process has become the program it is to run and has
// loaded its libraries.
func mapsOf(t *testing.T, pid int) string {
	t.Helper()
	for t.Context().Err() == nil {
		maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
		if err != nil || strings.Contains(string(maps), "libnanomsg") {
			return string(maps)
		}
	}
	return ""
}

// TestNanocatEnds looks at how it ends: that takes EFSM, ETIMEDOUT and errors
// of bind and connect as nanomsg gives them.
func TestNanocatEnds(t *testing.T) {
	taken := freeAddress(t, "tcp")
	start(limited(t, time.Minute), t, ours(t), "nanocat", "--pull", "--bind", taken)
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"--pull --bind tcp://localhost:5555", "Can't bind: No such device", 3},
		{"--pull --bind what://ever", "Can't bind: Protocol not supported", 3},
		{"--pull --bind tcp://127.0.0.1:0", "Can't bind: Invalid argument", 3},
		{"--pull --connect tcp://127.0.0.1", "Can't connect: Invalid argument", 3},
		{"--pull --connect-local 5555 --recv-timeout 1", "", 0},
		{"--req --data x --connect-local 5555 --recv-timeout 1", "", 0},
		{"--surveyor --data x --connect-local 5555", "", 0},
		{"--push --data x --connect-local 5555 --send-timeout 0.1", "Can't send: Connection timed out", 3},
		{"--rep --data x --connect-local 5555 --recv-timeout 1", "Can't recv: Connection timed out", 3},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(limited(t, 30*time.Second), "nanocat", strings.Fields(c.args)...)
			cmd.Env = ours(t)
			said, _ := cmd.CombinedOutput()
			if got := strings.TrimSpace(string(said)); cmd.ProcessState.ExitCode() != c.code || got != c.says {
				t.Errorf("exit %d, %q, want %d, %q", cmd.ProcessState.ExitCode(), got, c.code, c.says)
			}
		})
	}
}

// freeAddress is an address that nobody uses.
func freeAddress(t *testing.T, scheme string) string {
	t.Helper()
	if scheme == "ipc" {
		dir, err := os.MkdirTemp(outDir, "ipc")
		if err != nil {
			t.Fatal(err)
		}
		return "ipc://" + filepath.Join(dir, "a")
	}
	// Each has an address of this machine for itself.
	return fmt.Sprintf("%s://127.%d.%d.%d:%d", scheme, 150+rand.IntN(100), rand.IntN(256), rand.IntN(256), freePort(t))
}
