//go:build unix

package ipc

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/sprocketmq/sp/transport"
)

func TestPath(t *testing.T) {
	for addr, want := range map[string]string{
		"ipc:///tmp/x":                       "/tmp/x",
		"ipc://x":                            "x",
		"unix://a/b":                         "a/b",
		"ipc://@x":                           "./@x", // a file, no abstract name
		"ipc:///a%20b":                       "/a%20b",
		"ipc:///" + strings.Repeat("x", 106): "/" + strings.Repeat("x", 106),
	} {
		if got, err := path(addr); err != nil || got != want {
			t.Errorf("%s: %q, %v", addr, got, err)
		}
	}
	for _, addr := range []string{"", "/tmp/x", "ipc:/tmp/x", "ipc://", "ipc:///" + strings.Repeat("x", 107)} {
		if got, err := path(addr); err == nil || !strings.Contains(err.Error(), addr) {
			t.Errorf("%q: %q, %v; want an error with the address", addr, got, err)
		}
	}
}

func TestAbstractPath(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux only")
	}
	for addr, want := range map[string]string{
		"abstract://a": "@a", "abstract://a%00b": "@a\x00b", "abstract://a%2Fb": "@a/b", "abstract://@": "@@",
		"abstract://" + strings.Repeat("x", 107): "@" + strings.Repeat("x", 107),
	} {
		if got, err := path(addr); err != nil || got != want {
			t.Errorf("%s: %q, %v", addr, got, err)
		}
	}
	for _, addr := range []string{"abstract://", "abstract://%", "abstract://%zz", "abstract://" + strings.Repeat("x", 108)} {
		if got, err := path(addr); err == nil {
			t.Errorf("%s: %q", addr, got)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, addr := range []string{"ipc:///tmp/x", "ipc://@x", "abstract://a%00b", "unix://"} {
		f.Add(addr)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		got, err := path(addr)
		if err != nil {
			return
		}
		if got == "" || len(got) > longest {
			t.Errorf("%q is a path of %d bytes", addr, len(got))
		}
		if abstract := strings.HasPrefix(addr, "abstract://"); abstract != (got[0] == '@') {
			t.Errorf("%q becomes %q: a name is not a file", addr, got)
		}
	})
}

func listen(t *testing.T, tr Transport, path string) (transport.Listener, error) {
	t.Helper()
	l, err := tr.Listen("ipc://" + path)
	if err == nil {
		t.Cleanup(func() { l.Close() })
	}
	return l, err
}

func mustListen(t *testing.T, tr Transport, path string) transport.Listener {
	t.Helper()
	l, err := listen(t, tr, path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A socket file that nobody listens on is what a program leaves that was
// killed.
func TestStaleFileIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Fatal("no stale file: ", err)
	}
	mustListen(t, Transport{}, path)
}

func TestLiveSocketIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	mustListen(t, Transport{}, path)
	if _, err := listen(t, Transport{}, path); !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal("the first listener is gone: ", err)
	}
	conn.Close()
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, link, dir} {
		if _, err := listen(t, Transport{}, path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if text, err := os.ReadFile(file); string(text) != "precious" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

func TestFileGoesWithListener(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	mustListen(t, Transport{}, path).Close()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close: %v", err)
	}
}

func TestPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	me, group := os.Getuid(), os.Getgid()
	mustListen(t, Transport{Mode: 0o640, Owner: &me, Group: &group}, path)
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Who may not have the owner that is asked for listens on nothing.
func TestPermissionsFail(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may")
	}
	path, root := filepath.Join(t.TempDir(), "s"), 0
	if _, err := listen(t, Transport{Owner: &root}, path); err == nil {
		t.Error("gave a file away")
	}
}

func TestCredentials(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l := mustListen(t, Transport{ReadBuffer: 8192, WriteBuffer: 8192}, path)
	d, err := Transport{}.Dialer("ipc://" + path)
	if err != nil {
		t.Fatal(err)
	}
	near, err := d.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	if runtime.GOOS != "linux" {
		return
	}
	want := Credentials{PID: os.Getpid(), UID: os.Getuid(), GID: os.Getgid()}
	for _, link := range []transport.Link{near, far} {
		if who, ok := link.State().(*Credentials); !ok || *who != want {
			t.Errorf("%v, want %v", link.State(), want)
		}
	}
}

// The end of a listener whose path another one has taken leaves it there.
func TestCloseLeavesOthersPath(t *testing.T) {
	addr := "ipc://" + filepath.Join(t.TempDir(), "s")
	first, err := Transport{}.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(addr, "ipc://")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second, err := Transport{}.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
	second.Close()
	if _, err := os.Lstat(path); err == nil {
		t.Error("the path of a closed listener is still there")
	}
}
