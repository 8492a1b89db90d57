package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp/internal/testport"
)

// TestLoss: a peer that does not read makes the command say what was lost.
func TestLoss(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		c.Write([]byte("\x00SP\x00\x00\x51\x00\x00"))
		io.ReadFull(c, make([]byte, 8))
		// And nothing more is read, but the connection stays.
		<-t.Context().Done()
		c.Close()
	}()
	big := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(big, make([]byte, 64<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, ours, "--push", "--connect", "tcp://"+l.Addr().String(), "-F", big, "--linger", "300ms")
	if got := p.status(); got != "exit status 4" ||
		p.stderr() != "nanocat: 1 messages could not be delivered to tcp://"+l.Addr().String()+"\n" {
		t.Errorf("%s, %q", got, p.stderr())
	}
}

// TestLinger: what is sent last arrives, also when it is large.
func TestLinger(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	pull := start(t, ours, "--pull", "-L", port, "--raw", "-C", "1", "-Z", "0")
	big := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(big, make([]byte, 16<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	push := start(t, ours, "--push", "-l", port, "-F", big)
	if got := push.status() + pull.status(); got != "exit status 0exit status 0" || len(pull.stdout()) != 16<<20 {
		t.Errorf("%s, %d bytes, %q", got, len(pull.stdout()), push.stderr())
	}
}

func TestVerbose(t *testing.T) {
	t.Parallel()
	port := testport.Free(t)
	rep := start(t, ours, "--rep", "-L", port, "-vv", "-D", "r")
	req := start(t, ours, "--req", "-l", port, "-D", "q")
	req.status()
	for _, want := range []string{
		"nanocat: listening on tcp://127.0.0.1:" + port + "\n",
		"nanocat: connected tcp://127.0.0.1:",
		"nanocat: sent to tcp://127.0.0.1:[0-9]+: header [89a-f][0-9a-f]{7}, body of 1 bytes\n",
		"nanocat: received from tcp://127.0.0.1:[0-9]+: header [89a-f][0-9a-f]{7}, body of 1 bytes\n",
		"nanocat: disconnected tcp://127.0.0.1:",
	} {
		re := regexp.MustCompile(want)
		rep.await(want, func() bool { return re.MatchString(rep.stderr()) })
	}
}

// TestDirectory: nanomsg's command reads a directory for ever.
func TestDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, ours, "--push", "-l", "1", "-F", dir)
	if got := p.status(); got != "exit status 2" || p.stderr() != "Error reading file ``"+dir+"'': Is a directory\n" {
		t.Errorf("%s, %q", got, p.stderr())
	}
}

// TestFraction: nanomsg's command makes 0 of a timeout below a second.
func TestFraction(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	p := start(t, ours, "--pull", "-l", testport.Free(t), "--recv-timeout", "0.3")
	if got := p.status(); got != "exit status 0" || time.Since(begin) < 300*time.Millisecond {
		t.Errorf("%s after %v", got, time.Since(begin))
	}
}

func TestInstallLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 { // the second time they are there already
		if p := start(t, ours, "--install-links", dir); p.status() != "exit status 0" {
			t.Fatalf("%q", p.stderr())
		}
	}
	links, err := os.ReadDir(dir)
	if err != nil || len(links) != 10 {
		t.Errorf("%d links, %v", len(links), err)
	}
	out, err := exec.Command(filepath.Join(dir, "nn_push")).CombinedOutput()
	if !strings.Contains(string(out), "nn_push (executable) requires") {
		t.Errorf("%q, %v", out, err)
	}
	if p := start(t, ours, "--install-links", filepath.Join(dir, "nosuch")); p.status() != "exit status 2" {
		t.Errorf("%q", p.stderr())
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	help := start(t, ours, "--help")
	help.status()
	if lines := strings.Split(strings.TrimRight(help.stdout(), "\n"), "\n"); len(lines) > 24 {
		t.Errorf("the help has %d lines", len(lines))
	} else {
		for _, l := range lines {
			if len(l) > 79 {
				t.Errorf("%d columns: %q", len(l), l)
			}
		}
	}
	man := start(t, ours, "--man")
	man.status()
	for _, o := range options(newSettings(false), nil).Options {
		if o.Alias == "" && !strings.Contains(help.stdout(), "--"+o.Name) {
			t.Errorf("the help has no --%s", o.Name)
		}
		if !strings.Contains(strings.ReplaceAll(man.stdout(), `\-`, "-"), "--"+o.Name) {
			t.Errorf("the man page has no --%s", o.Name)
		}
	}
	version := start(t, ours, "-V")
	if version.status() != "exit status 0" || !strings.HasPrefix(version.stdout(), "nanocat (Sprocket) ") {
		t.Errorf("version is %q", version.stdout())
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	bash := exec.Command("bash", "-c", `source <(`+ours+` --completion bash)
COMP_WORDS=(nanocat --form); COMP_CWORD=1; _nanocat; echo "${COMPREPLY[*]}"
COMP_WORDS=(nanocat --format q); COMP_CWORD=2; _nanocat; echo "${COMPREPLY[*]}"`)
	out, err := bash.CombinedOutput()
	if err != nil || string(out) != "--format\nquoted\n" {
		t.Errorf("bash completes to %q, %v", out, err)
	}
	for _, shell := range []string{"zsh", "fish"} {
		p := start(t, ours, "--completion", shell)
		if p.status() != "exit status 0" || !strings.Contains(p.stdout(), "install-links") {
			t.Errorf("%s: %q", shell, p.stderr())
		}
	}
	p := start(t, ours, "--completion", "tcsh")
	if p.status() != "exit status 1" || !strings.HasPrefix(p.stderr(), "nanocat: Invalid value ``tcsh'' for --completion . Options are:\n    bash\n") {
		t.Errorf("%q", p.stderr())
	}
}
