package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp/internal/testport"
)

// TestTalk is the command lines that nanomsg's talks show, with either command
// at either end.
func TestTalk(t *testing.T) {
	t.Parallel()
	for _, ends := range [][2]string{{ours, ours}, {ours, theirs}, {theirs, ours}} {
		t.Run(filepath.Base(filepath.Dir(ends[0]))+" and "+filepath.Base(filepath.Dir(ends[1])), func(t *testing.T) {
			t.Parallel()
			addr := "tcp://127.0.0.1:" + testport.Free(t)
			rep := start(t, ends[0], "--rep", "--bind", addr, "--format", "ascii", "--data", "pong")
			req := start(t, ends[1], "--req", "--connect", addr, "--format", "ascii", "--data", "ping")
			if got := req.status(); got != "exit status 0" || req.stdout() != "pong\n" {
				t.Errorf("req: %s, %q", got, req.stdout())
			}
			if got := rep.lines(1); got != "ping\n" {
				t.Errorf("rep printed %q", got)
			}
			sub := start(t, ends[0], "--sub", "--bind", "tcp://127.0.0.1:"+testport.Free(t), "-A")
			pub := start(t, ends[1], "--pub", "--connect", sub.cmd.Args[3], "--data", "My liege !", "--interval", "0.1")
			if got := sub.lines(3); got != strings.Repeat("My liege !\n", 3) {
				t.Errorf("sub printed %q", got)
			}
			pub.terminate()
			if got := pub.status(); got != "signal: terminated" {
				t.Errorf("pub: %s", got)
			}
		})
	}
	without := start(t, ours, "--pub", "--connect", "tcp://127.0.0.1", "--data", "My liege !", "--interval", "10")
	if got := without.status(); got != "exit status 3" || without.stderr() != "Can't connect: Invalid argument\n" {
		t.Errorf("without a port: %s, %q", got, without.stderr())
	}
}

// TestInterop is every protocol between Debian's command and ours, both ways.
func TestInterop(t *testing.T) {
	t.Parallel()
	for _, pair := range []string{"push pull", "pub sub", "req rep", "surveyor respondent", "bus bus", "pair pair"} {
		for _, ends := range [][2]string{{ours, theirs}, {theirs, ours}} {
			name := pair
			if ends[0] == ours {
				name += ", ours first"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				a, b, _ := strings.Cut(pair, " ")
				addr := "tcp://127.0.0.1:" + testport.Free(t)
				// What is sent once may come before the other is there, so
				// it is sent until it has come.
				args := []string{"--" + a, "--connect", addr, "-D", "hello", "-i", "0.2"}
				if a != "push" && a != "pub" {
					args = append(args, "-A")
				}
				first := start(t, ends[0], args...)
				args = []string{"--" + b, "--bind", addr, "-A"}
				if b != "pull" && b != "sub" {
					args = append(args, "-D", "answer")
				}
				if b == "bus" || b == "pair" {
					args = append(args, "-i", "0.2")
				}
				second := start(t, ends[1], args...)
				if got := second.lines(2); got != "hello\nhello\n" {
					t.Errorf("--%s printed %q", b, got)
				}
				if a != "push" && a != "pub" {
					if got := first.lines(2); got != "answer\nanswer\n" {
						t.Errorf("--%s printed %q", a, got)
					}
				}
			})
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	pull := start(t, ours, "--pull", "-L", port, "--lines")
	push := start(t, ours, "--push", "-l", port, "--lines")
	// Each line goes out as it comes: stdin is still open.
	for _, line := range []string{"one", "", "three"} {
		push.in.Write([]byte(line + "\n"))
		pull.await(line, func() bool { return strings.HasSuffix(pull.stdout(), line+"\n") })
	}
	push.in.Write([]byte("no line feed"))
	push.in.Close()
	if got := push.status(); got != "exit status 0" {
		t.Errorf("push: %s, %q", got, push.stderr())
	}
	if got := pull.lines(4); got != "one\n\nthree\nno line feed\n" {
		t.Errorf("pull printed %q", got)
	}
}

func TestStreamFormats(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ option, in, out string }{
		{"--null", "a\nb\x00c\x00", "a\nb\x00c\x00"},
		{"--length-prefixed", "\x00\x00\x00\x03abc\x00\x00\x00\x00", "\x00\x00\x00\x03abc\x00\x00\x00\x00"},
	} {
		t.Run(v.option, func(t *testing.T) {
			t.Parallel()
			port := testport.Free(t)
			pull := start(t, ours, "--pull", "-L", port, v.option, "--count", "2")
			push := start(t, ours, "--push", "-l", port, v.option)
			push.in.Write([]byte(v.in))
			push.in.Close()
			if got := pull.status(); got != "exit status 0" || pull.stdout() != v.out {
				t.Errorf("%s, %q", got, pull.stdout())
			}
		})
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	rep := start(t, ours, "--rep", "-L", port, "--json", "-D", "yes")
	req := start(t, ours, "--req", "-l", port, "--json")
	req.in.Write([]byte(`{"body":"text"}` + "\n" + `{"base64":"/wA="}` + "\n"))
	req.in.Close()
	if got := req.status(); got != "exit status 0" {
		t.Fatalf("%s, %q", got, req.stderr())
	}
	type object struct {
		Time               time.Time
		Peer, Header, Body string
		Base64             string
	}
	read := func(line string) (o object) {
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if o.Time.IsZero() || !strings.HasPrefix(o.Peer, "tcp://127.0.0.1:") {
			t.Errorf("%q lacks time or peer", line)
		}
		return o
	}
	asked := strings.Split(rep.lines(2), "\n")
	if a, b := read(asked[0]), read(asked[1]); a.Body != "text" || b.Base64 != "/wA=" || len(a.Header) != 16 {
		t.Errorf("rep printed %q", asked)
	}
	answered := strings.Split(req.stdout(), "\n")
	if a := read(answered[0]); a.Body != "yes" || len(a.Header) != 8 {
		t.Errorf("req printed %q", answered)
	}
	bad := start(t, ours, "--req", "-l", port, "--json")
	bad.in.Write([]byte("nonsense\n"))
	if got := bad.status(); got != "exit status 2" || !strings.HasPrefix(bad.stderr(), "Can't read the input: message 1 of the input: not a JSON object") {
		t.Errorf("%s, %q", got, bad.stderr())
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	pull := start(t, ours, "--pull0", "--listen", "tcp://localhost:"+port, "-C", "3", "-A")
	push := start(t, ours, "--push0", "--dial", "tcp4://localhost:"+port, "--count=3", "-D", "x", "--send-interval", "10ms")
	if got := push.status() + pull.status(); got != "exit status 0exit status 0" || pull.stdout() != "x\nx\nx\n" {
		t.Errorf("%s, %q, %q %q", got, pull.stdout(), pull.stderr(), push.stderr())
	}
}

func TestCompat(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	rep := start(t, ours, "--compat", "--rep", "--listen:tcp://127.0.0.1:"+port, "--data:pong", "--quoted")
	req := start(t, ours, "--compat", "--req0", "--dial:tcp://127.0.0.1:"+port, "--data:ping", "--format:hex")
	if got := req.status(); got != "exit status 0" || req.stdout() != `"\x70\x6f\x6e\x67"`+"\n" {
		t.Errorf("%s, %q %q", got, req.stdout(), req.stderr())
	}
	rep.lines(1)
}

// TestNngcat is against Debian's nngcat, for what nanomsg does not have.
func TestNngcat(t *testing.T) {
	t.Parallel()
	const nngcat = "/usr/bin/nngcat"
	for _, ends := range [][2]string{{ours, nngcat}, {nngcat, ours}} {
		t.Run(ends[0], func(t *testing.T) {
			t.Parallel()
			addr := "tcp://127.0.0.1:" + testport.Free(t)
			a := startAs(t, ends[0], "cat", "--pair1", "--listen", addr, "-Q", "--count", "1")
			b := startAs(t, ends[1], "cat", "--pair1", "--async", "--dial", addr, "--data", "hops", "--send-timeout", "20", "--count", "1", "--recv-timeout", "1")
			if got := a.lines(1); got != `"hops"`+"\n" {
				t.Errorf("got %q; %q", got, b.stderr())
			}
		})
	}
}

func TestStar(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	middle := start(t, ours, "--star", "-L", port, "-A")
	left := start(t, ours, "--star", "-l", port, "-A")
	right := start(t, ours, "--star", "-l", port, "-D", "all", "-i", "0.1")
	if got := middle.lines(1) + left.lines(1); got != "all\nall\n" {
		t.Errorf("got %q", got)
	}
	right.terminate()
}
