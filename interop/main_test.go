// Package interop proves against other implementations that Sprocket speaks
// the scalability protocols as they do; see README.md.
package interop

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Cells wait for other processes most of their time, so more of them run at
// once than there are cores.
const parallelCells = "8"

// peerDir holds the peers built for this run.
var peerDir string

// The foreign libraries.
var libraries = []string{"nanomsg", "nng", "mangos"}

// compile is the command that builds a library's peer.
func compile(library string) *exec.Cmd {
	program := filepath.Join(peerDir, library)
	if library == "mangos" {
		return exec.Command("go", "build", "-o", program, "./peer/mangos")
	}
	return exec.Command("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-pthread",
		"-o", program, "peer/main.c", "peer/"+library+".c", "-l"+library)
}

// TestMain builds the peers first. One that is missing or does not build
// fails the run.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if peerDir, err = os.MkdirTemp("", "sp-peers"); err == nil {
		defer os.RemoveAll(peerDir)
		err = errors.Join(buildPeers(), findTools())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop: a peer is missing:", err)
		return 1
	}
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "test.parallel" })
	if !set {
		if err := flag.Set("test.parallel", parallelCells); err != nil {
			panic(err)
		}
	}
	return m.Run()
}

func buildPeers() error {
	results := make(chan error)
	for _, library := range libraries {
		go func() {
			cmd := compile(library)
			out, err := cmd.CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%v: %w\n%s", cmd, err, out)
			}
			results <- err
		}()
	}
	var errs error
	for range libraries {
		errs = errors.Join(errs, <-results)
	}
	return errs
}

func findTools() error {
	var errs error
	for name := range tools {
		_, err := exec.LookPath(name)
		errs = errors.Join(errs, err)
	}
	return errs
}
