package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/sprocketmq/sp/internal/testport"
)

// onTerminal runs our command with stderr on a pseudo-terminal, and returns
// what waits for something to come there.
func onTerminal(t *testing.T, args ...string) (wait func(want string)) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(ours, args...)
	cmd.Args[0] = "nanocat"
	cmd.Stderr = slave
	cmd.Stdout, _ = os.Open(os.DevNull)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		master.Close()
	})
	seen := ""
	return func(want string) {
		t.Helper()
		re := regexp.MustCompile(want)
		defer time.AfterFunc(patience, func() { cmd.Process.Kill() }).Stop() // a terminal knows no deadline
		buf := make([]byte, 4096)
		for !re.MatchString(seen) {
			n, err := master.Read(buf)
			seen += string(buf[:n])
			if err != nil && n == 0 {
				t.Fatalf("%v: no %q on the terminal: %v; got %q", args, want, err, seen)
			}
		}
	}
}

func TestHintRefused(t *testing.T) {
	t.Parallel()
	onTerminal(t, "--req", "-l", testport.Free(t), "-D", "anybody?")("waiting: no peer yet; a rep is wanted: tcp://127.0.0.1:[0-9]+: .*connection refused")
}

func TestHintWrongProtocol(t *testing.T) {
	t.Parallel()
	p := newPartner(t, "push", "")
	onTerminal(t, "--req", "-l", p.port(), "-D", "x")("a rep is wanted: .*wrong protocol: peer is push")
	port := testport.Free(t)
	wait := onTerminal(t, "--pull", "-L", port)
	newPartner(t, "rep", "tcp://127.0.0.1:"+port)
	wait("a push is wanted: .*wrong protocol: peer is rep")
}

func TestHintSilence(t *testing.T) {
	t.Parallel()
	onTerminal(t, "--pull", "-L", testport.Free(t))("nobody has connected to tcp://127.0.0.1:")
	p := newPartner(t, "push", "")
	onTerminal(t, "--pull", "-l", p.port())(`waiting: connected \(tcp://127.0.0.1:[0-9]+\), but no message has come yet`)
}

func TestProgress(t *testing.T) {
	t.Parallel()
	p := newPartner(t, "pull", "")
	go func() {
		for {
			if _, err := p.recv(t.Context(), ""); err != nil {
				return
			}
		}
	}()
	onTerminal(t, "--push", "-l", p.port(), "-D", "12345", "-i", "0.01")(`[0-9]+ messages, [0-9.]+ k?B, [0-9]+/s`)
}

// TestQuiet: what people see, scripts do not.
func TestQuiet(t *testing.T) {
	t.Parallel()
	p := start(t, ours, "--req", "-l", testport.Free(t), "-D", "x", "--recv-timeout", "2.2")
	if got := p.status(); got != "exit status 0" || p.stderr() != "" {
		t.Errorf("%s, %q", got, p.stderr())
	}
	if strings.Contains(p.stderr(), "\r") {
		t.Errorf("there is a progress line in a pipe")
	}
}
