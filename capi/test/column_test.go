package test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A row pins one thing of the reference page's section.
type row struct{ section, name string }

// A column is what one library answers to all rows.
type column struct {
	program string
	env     []string
}

// Rows wait most of their time, so more of them run at once than there are cores.
const rowsAtOnce = 8

// The longest a row may take. One that hangs says so, and that is a result too.
const rowTime = 20 * time.Second

func rowSources(t testing.TB) []string {
	t.Helper()
	sources, err := filepath.Glob("rows/*.c")
	if err != nil || len(sources) == 0 {
		t.Fatal("no rows:", err)
	}
	return sources
}

func (c column) command(ctx context.Context, arg string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.program, arg)
	cmd.Env = c.env
	return cmd
}

// rows lists what there is to ask.
func (c column) rows(t testing.TB) []row {
	t.Helper()
	var all []row
	for line := range strings.Lines(must(t, c.command(t.Context(), "-l"))) {
		section, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok {
			t.Fatalf("%q is no row", line)
		}
		all = append(all, row{section, name})
	}
	return all
}

// library returns the path of the library that the rows run on.
func (c column) library(t testing.TB) string {
	return strings.TrimSpace(must(t, c.command(t.Context(), "-m")))
}

// answer runs a row in a process and a folder of its own.
func (c column) answer(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, rowTime)
	defer cancel()
	dir, err := os.MkdirTemp(outDir, "row")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	var out bytes.Buffer
	cmd := c.command(ctx, name)
	cmd.Dir, cmd.Stdout = dir, &out
	// What a row leaves behind must not hold its output open.
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	said := strings.TrimSpace(out.String())
	var exit *exec.ExitError
	switch {
	case err == nil:
		return said, nil
	case ctx.Err() != nil:
		return strings.TrimSpace(said + " hangs"), nil
	case !errors.As(err, &exit):
		return "", err
	}
	return strings.TrimSpace(said + " " + ending(exit.Sys().(syscall.WaitStatus))), nil
}

// ending says how a row's process ended that did not end well.
func ending(status syscall.WaitStatus) string {
	if !status.Signaled() {
		return fmt.Sprint("exit ", status.ExitStatus())
	}
	switch status.Signal() {
	case syscall.SIGABRT:
		return "SIGABRT"
	case syscall.SIGSEGV:
		return "SIGSEGV"
	}
	return fmt.Sprint("signal ", int(status.Signal()))
}

// answers asks all rows.
func (c column) answers(t testing.TB, rows []row) map[string]string {
	t.Helper()
	var work sync.WaitGroup
	var mu sync.Mutex
	todo := make(chan row)
	found := make(map[string]string)
	for range rowsAtOnce {
		work.Go(func() {
			for r := range todo {
				said, err := c.answer(t.Context(), r.name)
				if err != nil {
					t.Errorf("%s: %v", r.name, err)
				}
				mu.Lock()
				found[r.name] = said
				mu.Unlock()
			}
		})
	}
	for _, r := range rows {
		todo <- r
	}
	close(todo)
	work.Wait()
	return found
}
