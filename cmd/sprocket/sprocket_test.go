package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/testport"
)

// ours is the binary under test.
var ours string

const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "sprocket")
	if err == nil {
		ours = filepath.Join(dir, "sprocket")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", ours, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build of sprocket:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// start runs the command until the end of the test.
func start(t *testing.T, args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	cmd := exec.Command(ours, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd, &out
}

func TestForwardRequests(t *testing.T) {
	t.Parallel()
	front, back := testport.Free(t), testport.Free(t)
	cmd, out := start(t, "forward", "--rep", "-L", front, "--req", "-L", back, "--stats", "20ms")
	rep := sp.NewReplier(nil)
	defer rep.Close()
	if _, err := rep.Dial("tcp://127.0.0.1:" + back); err != nil {
		t.Fatal(err)
	}
	go rep.Serve(soon(t), func(ctx context.Context, q *sp.Request) { q.Reply(ctx, append(q.Body, '!')) })
	req := sp.NewRequester(nil)
	defer req.Close()
	if _, err := req.Dial("tcp://127.0.0.1:" + front); err != nil {
		t.Fatal(err)
	}
	answer, err := req.Do(soon(t), []byte("question"))
	if err != nil || string(answer) != "question!" {
		t.Fatalf("%q, %v", answer, err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	if got := cmd.ProcessState.String(); got != "signal: terminated" {
		t.Errorf("forward ends with %s: %s", got, out)
	}
	if !regexp.MustCompile(`rep: \d+ peers, in 1 \(\d+ B\), out 1 .* \| req: \d+ peers, in 1 .*, dropped 0\n`).MatchString(out.String()) {
		t.Errorf("the counters are\n%s", out)
	}
}

func TestForwardOneWay(t *testing.T) {
	t.Parallel()
	front, back := testport.Free(t), testport.Free(t)
	start(t, "forward", "--pull", "--bind", "tcp://127.0.0.1:"+front, "--push", "--connect", "tcp://127.0.0.1:"+back, "-q")
	pull, push := sp.NewPuller(nil), sp.NewPusher(nil)
	defer pull.Close()
	defer push.Close()
	if _, err := pull.Listen("tcp://127.0.0.1:" + back); err != nil {
		t.Fatal(err)
	}
	if _, err := push.Dial("tcp://127.0.0.1:" + front); err != nil {
		t.Fatal(err)
	}
	if err := push.Send(soon(t), []byte("on")); err != nil {
		t.Fatal(err)
	}
	if b, err := pull.Recv(soon(t)); err != nil || string(b) != "on" {
		t.Errorf("%q, %v", b, err)
	}
}

// TestForwardBack is a reflector: one socket that brings the members of a bus
// together.
func TestForwardBack(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	start(t, "forward", "--bus", "-L", port)
	a, b := sp.NewBus(nil), sp.NewBus(nil)
	for _, s := range []*sp.Bus{a, b} {
		defer s.Close()
		if _, err := s.Dial("tcp://127.0.0.1:" + port); err != nil {
			t.Fatal(err)
		}
		if err := s.WaitPeers(soon(t), 1); err != nil {
			t.Fatal(err)
		}
	}
	ctx := soon(t)
	got := make(chan string, 1)
	go func() {
		m, _ := b.Recv(ctx)
		got <- string(m)
	}()
	// The reflector may not have taken b in yet, so a says it again.
	for {
		if err := a.Send(ctx, []byte("hello")); err != nil {
			t.Fatal(err)
		}
		select {
		case m := <-got:
			if m != "hello" {
				t.Errorf("got %q", m)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestForwardTerminal(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(ours, "forward", "--pair", "-L", testport.Free(t), "--pair", "-L", testport.Free(t))
	term, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
		term.Close()
	}()
	defer time.AfterFunc(patience, func() { cmd.Process.Kill() }).Stop() // a terminal knows no deadline
	seen, buf := "", make([]byte, 4096)
	for !strings.Contains(seen, "pair: 0 peers, in 0 (0 B), out 0 (0 B), dropped 0 | pair:") {
		n, err := term.Read(buf)
		if seen += string(buf[:n]); err != nil {
			t.Fatalf("%v; got %q", err, seen)
		}
	}
}

func TestWrong(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ args, says string }{
		{"", "Usage: sprocket forward"},
		{"dance", `sprocket: there is no command "dance", only forward and perf`},
		{"forward", "sprocket forward: At least one of the following required:"},
		{"forward --rep", "sprocket forward: At least one of the following required:\n    --listen"},
		{"forward -L 1 --rep", "sprocket forward: tcp://127.0.0.1:1: the type of its socket has to come first"},
		{"forward --rep -L 1 --req -L 2 --bus", "--bus is a third type"},
		{"forward --rep -L 1 --req", "sprocket forward: --req has no address"},
		{"forward --rep --dial foo://x --req -L 1", `unknown transport "foo"`},
		{"perf", "say what to measure"},
		{"perf speed", `"speed" is nothing that can be measured`},
		{"perf local_lat", "local_lat takes an address, a message size and a count"},
		{"perf local_lat tcp://127.0.0.1:1 x 1", `"x" is no size or count`},
		{"perf latency --push --size 4", "messages of 4 bytes have no room for the time"},
		{"perf latency --pair --req", "Option --req conflicts with the following options:\n    --pair"},
	} {
		cmd := exec.Command(ours, strings.Fields(v.args)...)
		cmd.Args[0] = "sprocket"
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), v.says) {
			t.Errorf("%q says\n%s%v\nand should say\n%s", v.args, out, err, v.says)
		}
	}
}

func TestPerfAlone(t *testing.T) {
	t.Parallel()
	for _, f := range flows {
		for _, what := range []string{"latency", "throughput"} {
			for _, over := range []string{"inproc://test", "tcp://127.0.0.1:0"} {
				out, err := exec.Command(ours, "perf", what, "--"+f.name, "-C", "50", "--json", "--alone", over).CombinedOutput()
				var r result
				if err != nil || json.Unmarshal(out, &r) != nil {
					t.Errorf("%s of %s over %s: %v\n%s", what, f.name, over, err, out)
					continue
				}
				if r.Test != what || r.Protocol != f.name || r.Size != 64 || r.Count+r.Lost != 50 {
					t.Errorf("%s of %s over %s: %s", what, f.name, over, out)
				}
				if what == "latency" && (r.Average <= 0 || r.Percentiles["p50"] > r.Percentiles["max"]) ||
					what == "throughput" && r.Messages <= 0 {
					t.Errorf("%s of %s over %s: %s", what, f.name, over, out)
				}
			}
		}
	}
}

// TestPerfWire plays the other programs' ends by hand: what they send and
// expect is all there is to their protocol.
func TestPerfWire(t *testing.T) {
	t.Parallel()
	const size, count = 100, 20
	body := strings.Repeat("o", size)
	run := func(name, addr string) chan string {
		cmd := exec.Command(ours, "perf", name, addr, fmt.Sprint(size), fmt.Sprint(count))
		done := make(chan string, 1)
		go func() {
			out, err := cmd.CombinedOutput()
			done <- fmt.Sprintf("%s%v", out, err)
		}()
		return done
	}
	pair := func(dial string) (*sp.Pair, string) {
		s := sp.NewPair(nil)
		t.Cleanup(func() { s.Close() })
		do := s.Listen
		if dial != "" {
			do = s.Dial
		} else {
			dial = "tcp://127.0.0.1:0"
		}
		ep, err := do(dial)
		if err != nil {
			t.Fatal(err)
		}
		return s, ep.Addr()
	}
	send := func(s *sp.Pair, b string) {
		t.Helper()
		if err := s.Send(soon(t), []byte(b)); err != nil {
			t.Fatal(err)
		}
	}
	recv := func(s *sp.Pair, want string) {
		t.Helper()
		if b, err := s.Recv(soon(t)); err != nil || string(b) != want {
			t.Fatalf("got %q, %v", b, err)
		}
	}
	addr := "tcp://127.0.0.1:" + testport.Free(t)
	done := run("local_lat", addr)
	s, _ := pair(addr)
	for range count {
		send(s, body)
		recv(s, body)
	}
	if got := <-done; got != "<nil>" {
		t.Errorf("local_lat: %s", got)
	}
	s, addr = pair("")
	done = run("remote_lat", addr)
	for range count {
		recv(s, body)
		send(s, body)
	}
	if got := <-done; !strings.HasPrefix(got, "message size: 100 [B]\nroundtrip count: 20\naverage latency: ") {
		t.Errorf("remote_lat: %s", got)
	}
	addr = "tcp://127.0.0.1:" + testport.Free(t)
	done = run("local_thr", addr)
	s, _ = pair(addr)
	send(s, "")
	for range count {
		send(s, body)
	}
	if got := <-done; !strings.HasPrefix(got, "message size: 100 [B]\nmessage count: 20\nthroughput: ") {
		t.Errorf("local_thr: %s", got)
	}
	s, addr = pair("")
	done = run("remote_thr", addr)
	recv(s, "")
	for range count {
		recv(s, body)
	}
	if got := <-done; got != "<nil>" {
		t.Errorf("remote_thr: %s", got)
	}
}
