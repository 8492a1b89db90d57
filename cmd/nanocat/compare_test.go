package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp/internal/testport"
)

// invocation is a command line to compare, and what goes on around it. In the
// arguments {ADDR} and {PORT} are the partner's address, {FREE} is a port
// that nothing listens on, and {DIR} a directory with the files of files.
type invocation struct {
	args  string   // separated by spaces; see more for others
	more  []string // arguments that follow, as they are
	name  string   // what the program is called; nanocat if empty
	stdin string

	partner string   // type of the socket to talk to; none if empty
	dials   bool     // the partner connects to {FREE}
	sends   []string // what the partner sends as soon as it is connected
	answer  string   // its answer to each message
	gets    int      // how many messages it is to receive
	lines   int      // how many lines to wait for before the program is ended
	stop    bool     // end the program with SIGTERM when all that has happened
}

// outcome is what can be seen of a program.
type outcome struct{ stdout, stderr, status, got string }

// files are in {DIR}.
var files = map[string]string{
	"empty":   "",
	"ascii":   "plain ASCII, with \"quotes\" and \\ and {braces}~",
	"utf8":    "Grüße, 世界 \u00e9\U0001f600",
	"control": "\x00\x01\t\n\r\x1b[0m\x7f\x80\xff tail",
	"big":     strings.Repeat("0123456789 \"\\\n\xff", 5000),
}

func (v invocation) run(t *testing.T, path string) outcome {
	t.Helper()
	ctx := soon(t)
	dir := filesDir(t)
	free := testport.Free(t)
	var p *partner
	fill := []string{"{DIR}", dir, "{FREE}", free}
	if v.partner != "" {
		dial := ""
		if v.dials {
			dial = "tcp://127.0.0.1:" + free
		}
		p = newPartner(t, v.partner, dial)
		fill = append(fill, "{ADDR}", p.url, "{PORT}", p.port())
	}
	var args []string
	for _, a := range append(strings.Fields(v.args), v.more...) {
		args = append(args, strings.NewReplacer(fill...).Replace(a))
	}
	name := v.name
	if name == "" {
		name = "nanocat"
	}
	prog := startAs(t, path, name, args...)
	go func() {
		prog.in.Write([]byte(v.stdin))
		prog.in.Close()
	}()
	var o outcome
	if len(v.sends) > 0 {
		if err := p.wait(ctx, 1); err != nil {
			t.Fatalf("%v does not connect: %v; stderr %q", prog.cmd.Args, err, prog.stderr())
		}
	}
	for _, m := range v.sends {
		if err := p.send(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	if v.gets > 0 {
		var err error
		if o.got, err = p.collect(ctx, v.gets, v.answer); err != nil {
			t.Fatalf("%v: %v; stderr %q", prog.cmd.Args, err, prog.stderr())
		}
	}
	if v.stop && v.gets > 0 {
		// A request that comes again may have overtaken its answer, so the
		// partner goes on until the program has printed all it is to.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			for {
				if _, err := p.recv(ctx, v.answer); err != nil {
					return
				}
			}
		}()
	}
	if v.lines > 0 {
		o.stdout = prog.lines(v.lines)
	}
	if v.stop {
		prog.terminate()
	}
	o.status = prog.status()
	if v.lines == 0 {
		o.stdout = prog.stdout()
	}
	// The directory and the port differ from run to run.
	back := strings.NewReplacer(dir, "{DIR}", free, "{FREE}")
	o.stderr = back.Replace(prog.stderr())
	return o
}

func filesDir(t *testing.T) string {
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCompare runs Debian's command and ours, and wants to see the same.
func TestCompare(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(theirs); err != nil {
		t.Fatalf("Debian's package nanomsg-utils has to be installed: %v", err)
	}
	all := invocations()
	var compared atomic.Int64
	t.Cleanup(func() {
		if compared.Load() == int64(len(all)) { // not only those that -run chose
			checkMessages(t)
		}
	})
	for _, v := range all {
		name := v.args
		if v.partner != "" {
			name += " with " + v.partner
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := v.run(t, theirs)
			got := v.run(t, ours)
			record(want)
			compared.Add(1)
			compare(t, "stdout", want.stdout, got.stdout)
			compare(t, "stderr", want.stderr, got.stderr)
			compare(t, "status", want.status, got.status)
			compare(t, "what the peer got", want.got, got.got)
		})
	}
}

func compare(t *testing.T, what, want, got string) {
	t.Helper()
	if want != got {
		t.Errorf("%s is\n%.1000q\nand should be\n%.1000q", what, got, want)
	}
}
