// Package test proves that programs written for nanomsg run on Sprocket's
// libnanomsg: row by row against Debian's library, and with the programs
// themselves; see README.md.
package test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Where make libnanomsg leaves what is tested.
const (
	libDir     = "../../build/lib"
	includeDir = "../../build/include"
)

// outDir holds what is built for this run.
var outDir string

var (
	update = flag.Bool("update", false, "write down what Debian's library answers, as table.txt")
	show   = flag.Bool("decisions", false, "print all that differs as lines for capi/README.md")
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if outDir, err = os.MkdirTemp("", "sp-capi"); err == nil {
		defer os.RemoveAll(outDir)
		_, err = os.Stat(libDir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "capi/test:", err, "(make libnanomsg comes first)")
		return 1
	}
	return m.Run()
}

// ourLib is the folder of our library, for LD_LIBRARY_PATH.
func ourLib(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(libDir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// ours is this process's environment, in which programs find our library.
func ours(t testing.TB) []string {
	return append(os.Environ(), "LD_LIBRARY_PATH="+ourLib(t))
}

// limited is a context that ends a program that does not.
func limited(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// must runs a command and returns what it says on stdout.
func must(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s%s", cmd, err, &out, &errs)
	}
	return out.String()
}

// compile builds a C program of this folder, against headers of include if
// there is one and otherwise against Debian's.
func compile(t testing.TB, name string, sources []string, flags ...string) string {
	t.Helper()
	program := filepath.Join(outDir, name)
	args := append([]string{"-std=gnu11", "-D_GNU_SOURCE", "-O0", "-g", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program}, sources...)
	must(t, exec.CommandContext(limited(t, 2*time.Minute), "gcc", append(args, flags...)...))
	return program
}

// loads fails unless a program has our library loaded, by what it says of
// /proc/self/maps.
func loads(t testing.TB, maps string) {
	t.Helper()
	if !strings.Contains(maps, ourLib(t)+"/libnanomsg.so") {
		t.Fatalf("our library is not loaded:\n%s", maps)
	}
}

// freePort is a port of this machine that nobody listens on, of those that are
// not given away by themselves.
func freePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := 10000 + rand.IntN(20000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}
