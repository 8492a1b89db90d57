package test

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestPython uses the library through ctypes, as Python's nnpy does: loaded
// with dlopen, its constants taken from nn_symbol, its declarations from the
// header.
func TestPython(t *testing.T) {
	t.Parallel()
	for _, lib := range []string{"libnanomsg.so", "libnanomsg.so.5", "libnanomsg.so.6"} {
		t.Run(lib, func(t *testing.T) {
			cmd := exec.CommandContext(limited(t, time.Minute), "python3", "python/talk.py", lib, includeDir+"/nanomsg/nn.h")
			cmd.Env = ours(t)
			said := must(t, cmd)
			passed(t, said, 30)
			loads(t, said)
		})
	}
}

// passed fails unless a program tells of exactly n checks, all of them good.
func passed(t *testing.T, said string, n int) {
	t.Helper()
	good := 0
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "ok ") {
			good++
		}
	}
	if good != n || strings.Contains(said, "not ok ") {
		t.Fatalf("%d checks, want %d:\n%s", good, n, said)
	}
	t.Logf("%d checks", good)
}
