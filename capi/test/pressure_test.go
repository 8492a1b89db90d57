package test

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// onOurs runs a program of pressure/ on our library.
func onOurs(t *testing.T, name string, args ...string) string {
	t.Helper()
	program := compile(t, name, []string{"pressure/" + name + ".c"}, "-lnanomsg")
	cmd := exec.CommandContext(limited(t, 2*time.Minute), program, args...)
	cmd.Dir, cmd.Env = t.TempDir(), ours(t)
	return must(t, cmd)
}

// TestThousandThreads has a thousand threads with a socket each, open at the
// same time, send and close.
func TestThousandThreads(t *testing.T) {
	t.Parallel()
	if said := onOurs(t, "threads"); said != "1000 threads, all of 1000\n" {
		t.Error(said)
	}
}

// TestBriefSenders has sockets that live for ten messages: all of them arrive.
func TestBriefSenders(t *testing.T) {
	for _, scheme := range []string{"inproc", "ipc", "tcp", "ws"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			at := "inproc://brief"
			if scheme != "inproc" {
				at = freeAddress(t, scheme)
			}
			program := compile(t, "brief-"+scheme, []string{"pressure/brief.c"}, "-lnanomsg")
			cmd := exec.CommandContext(limited(t, time.Minute), program, at)
			cmd.Env = ours(t)
			if said := must(t, cmd); said != "3000 of 3000\n" {
				t.Error(said)
			}
		})
	}
}

// TestBurst has a program of Debian's library receive what one on ours sends and leaves
// behind at once.
func TestBurst(t *testing.T) {
	for _, scheme := range []string{"ipc", "tcp", "ws"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			at := freeAddress(t, scheme)
			program := compile(t, "burst-"+scheme, []string{"pressure/burst.c"}, "-lnanomsg")
			for range 10 {
				pull := nanocat(limited(t, time.Minute), t, false, "--pull --ascii --bind "+at)
				cmd := exec.CommandContext(limited(t, time.Minute), program, at)
				cmd.Env = ours(t)
				must(t, cmd)
				for n := range 500 {
					pull.prints(t, strconv.Itoa(n))
				}
				pull.Process.Kill()
				pull.Wait()
			}
		})
	}
}

// How many threads there may ever be: the program's, and the runtime's. That is twice
// one for each processor of its scheduler, of which it has 8 or twice the machine's,
// its watchman and its signal thread, one that starts others, and a few that are in a
// system call.
var mostThreads = 2*max(8, 2*runtime.NumCPU()) + 8

// TestCycles opens, uses and closes sockets a thousand times, and counts what
// is left.
func TestCycles(t *testing.T) {
	t.Parallel()
	var few, many struct{ descriptors, threads int }
	said := onOurs(t, "cycles", "1000")
	if _, err := fmt.Sscanf(said, "few %d %d\nmany %d %d\n", &few.descriptors, &few.threads, &many.descriptors, &many.threads); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if many.descriptors > few.descriptors || many.threads > few.threads || many.threads > mostThreads {
		t.Errorf("after 1,000 rounds %+v, after a few %+v", many, few)
	}
	t.Logf("after 1,000 rounds %+v, after a few %+v", many, few)
}

// TestFork has children that call everything, while their parent's threads are in
// the middle of everything.
func TestFork(t *testing.T) {
	t.Parallel()
	if said := onOurs(t, "fork"); said != "50 of 50\n" {
		t.Error(said)
	}
}

// TestPlugin loads the library with dlopen, more than once.
func TestPlugin(t *testing.T) {
	if said := onOurs(t, "plugin", filepath.Join(ourLib(t), "libnanomsg.so.5")); said != "round 0\nround 1\nround 2\n" {
		t.Error(said)
	}
}

// How many system calls an idle process may make in a second, and the most that
// waiting for one may cost. Go's scheduler looks around some 60 times whenever it
// has been woken; whatever turns in circles makes hundreds.
const idleCalls = 120

var (
	traced = regexp.MustCompile(`(?m)^\d+ +(\w+)\((.*)$`)
	marked = regexp.MustCompile(`^-1, "(\w+)"`)
)

// TestSystemCalls traces a program that exchanges 500 small messages over tcp,
// and then is idle: a message costs one write to its connection, and nothing
// turns in circles.
func TestSystemCalls(t *testing.T) {
	t.Parallel()
	program := compile(t, "echo", []string{"pressure/echo.c"}, "-lnanomsg")
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.CommandContext(limited(t, time.Minute), "strace", "-f", "-yy", "-o", trace, program, fmt.Sprint(freePort(t)))
	cmd.Env = ours(t)
	must(t, cmd)
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	phase, calls, writes := "start", map[string]int{}, 0
	for _, m := range traced.FindAllStringSubmatch(string(text), -1) {
		if mark := marked.FindStringSubmatch(m[2]); m[1] == "write" && mark != nil {
			phase = mark[1]
			continue
		}
		calls[phase]++
		if phase == "talk" && strings.Contains(m[2], "<TCP:") && slices.Contains([]string{"write", "writev", "sendto", "sendmsg"}, m[1]) {
			writes++
		}
	}
	t.Logf("500 messages: %d writes to connections, %d calls in all; a second idle: %d; a second's receive: %d",
		writes, calls["talk"], calls["idle"], calls["over"])
	if writes != 500 {
		t.Errorf("%d writes for 500 messages", writes)
	}
	if calls["idle"] > idleCalls || calls["over"] > idleCalls || calls["talk"] == 0 {
		t.Errorf("system calls: %v", calls)
	}
}

// TestExports looks at the names that the library gives away.
func TestExports(t *testing.T) {
	want := strings.Fields(`nn_allocmsg nn_bind nn_close nn_cmsg_nxthdr_ nn_connect nn_device nn_errno nn_freemsg
		nn_get_statistic nn_getsockopt nn_init nn_poll nn_reallocmsg nn_recv nn_recvmsg nn_send nn_sendmsg nn_setsockopt
		nn_shutdown nn_socket nn_strerror nn_symbol nn_symbol_info nn_term`)
	for _, soname := range []string{"libnanomsg.so.5", "libnanomsg.so.6"} {
		f, err := elf.Open(filepath.Join(libDir, soname))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if names, _ := f.DynString(elf.DT_SONAME); !slices.Equal(names, []string{soname}) {
			t.Errorf("%s calls itself %v", soname, names)
		}
		symbols, err := f.DynamicSymbols()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range symbols {
			if s.Section != elf.SHN_UNDEF {
				names = append(names, s.Name)
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, want) {
			t.Errorf("%s exports %v", soname, names)
		}
	}
}
