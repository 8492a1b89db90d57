package test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Where fetch leaves other people's tests.
const peersDir = "../../build/peers"

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// theirTests are test programs of a fetched package.
func theirTests(t *testing.T, dir string, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, p := range patterns {
		files, err := filepath.Glob(filepath.Join(absolute(t, peersDir), dir, p))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s/%s: capi/test/fetch comes first (%v)", dir, p, err)
		}
		all = append(all, files...)
	}
	return all
}

// TestPerl runs the tests of NanoMsg::Raw.
func TestPerl(t *testing.T) {
	t.Parallel()
	var checks atomic.Int64
	t.Run("t", func(t *testing.T) {
		for _, file := range theirTests(t, "perl", "t/*.t") {
			name := filepath.Base(file)
			if strings.HasPrefix(name, "author-") || strings.HasPrefix(name, "release-") || strings.HasPrefix(name, "00-") {
				continue // of the text, not of the library
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				cmd := exec.CommandContext(limited(t, time.Minute), "perl", file)
				cmd.Dir = t.TempDir()
				cmd.Env = append(ours(t), "PERL5OPT=-I"+absolute(t, "perl")+" -MMaps")
				checks.Add(int64(allGood(t, cmd)))
			})
		}
	})
	enough(t, checks.Load(), 1300)
}

// What fails in npm's own tests, and why.
var nodeKnown = map[string][]string{
	// The same with nanomsg: what a second close returns.
	"close.js": {"should be strictly equal", "plan != count"},
	// They know that nanomsg forgets NN_LINGER. Ours does not.
	"sockoptapi.js": {"sock.linger() gets: 0", "sock.linger() gets: 0"},
}

// apart is a program that runs in a network of its own, because it wants ports
// that may be somebody's in the machine's; it runs in that where there is no other.
func apart(ctx context.Context, name string, args ...string) *exec.Cmd {
	alone := []string{"--net", "sh", "-c", `ip link set lo up && exec "$@"`, "sh"}
	if os.Geteuid() != 0 {
		alone = append([]string{"--map-root-user"}, alone...)
	}
	if exec.Command("unshare", append(alone, "true")...).Run() != nil {
		return exec.CommandContext(ctx, name, args...)
	}
	return exec.CommandContext(ctx, "unshare", append(append(alone, name), args...)...)
}

// TestNode runs the tests of npm's nanomsg, which is compiled against our
// headers.
func TestNode(t *testing.T) {
	t.Parallel()
	var checks atomic.Int64
	t.Run("test", func(t *testing.T) {
		for _, file := range theirTests(t, "node/node_modules/nanomsg", "test/*.js", "test/standalone/*.js") {
			name := filepath.Base(file)
			if name == "symbols.js" {
				continue // a table
			}
			t.Run(name, func(t *testing.T) {
				cmd := apart(limited(t, time.Minute), "node", "--require", absolute(t, "node/maps.cjs"), file)
				cmd.Dir, cmd.Env = t.TempDir(), ours(t)
				checks.Add(int64(allGood(t, cmd, nodeKnown[name]...)))
			})
		}
	})
	enough(t, checks.Load(), 1000)
}

func enough(t *testing.T, checks int64, least int64) {
	t.Helper()
	t.Logf("%d checks", checks)
	if checks < least && !t.Failed() {
		t.Errorf("%d checks, there were at least %d", checks, least)
	}
}

// TestCriterion runs a suite of Criterion's. Its workers report over nanomsg;
// what fails and what crashes has to be known by name.
func TestCriterion(t *testing.T) {
	t.Parallel()
	suite := compile(t, "suite", []string{"criterion/suite.c"}, "-lcriterion")
	for _, jobs := range []string{"-j1", "-j4"} {
		cmd := exec.CommandContext(limited(t, 2*time.Minute), suite, "--tap=-", "--quiet", jobs)
		cmd.Env = ours(t)
		said, _ := cmd.Output()
		if cmd.ProcessState.ExitCode() != 1 {
			t.Fatalf("exit %v\n%s", cmd.ProcessState, said)
		}
		text := string(said)
		for _, want := range []string{"not ok - plain::fails", "not ok - plain::crashes ", "ok - plain::passes", "ok - plain::exits",
			"ok - plain::crashes_as_expected", "ok - plain::library_is_loaded", "ok - plain::many_assertions", "ok - plain::skipped"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q:\n%s", jobs, want, text)
			}
		}
		if n := strings.Count("\n"+text, "\nok - many::squares"); n != 50 {
			t.Errorf("%s: %d squares, want 50:\n%s", jobs, n, text)
		}
	}
}

func TestEnvironment(t *testing.T) {
	if os.Getenv("LD_LIBRARY_PATH") != "" {
		t.Fatal("LD_LIBRARY_PATH is set: Debian's library would not be found")
	}
}
