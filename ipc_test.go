//go:build linux

package sp_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport/ipc"
)

// stale is a socket file that nobody listens on any more.
func stale(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

// A socket that only sends leaves a connection half open when it closes, until the
// other side has read what came and closed, too: nanomsg's throws away what it has
// not read where the connection hangs up.
func TestIPCClose(t *testing.T) {
	ctx := begin(t)
	path := filepath.Join(sptest.Dir(t), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	push := open(t, sp.NewPusher(&sp.Options{Linger: time.Hour}))
	if _, err := push.Dial("ipc://" + path); err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("\x00SP\x00\x00\x51\x00\x00")); err != nil {
		t.Fatal(err)
	}
	if err := push.Send(ctx, []byte("last")); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- push.Close() }()
	if got, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(got), "last") {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := conn.Write([]byte{1}); err != nil {
		t.Errorf("the connection had hung up: %v", err)
	}
	conn.Close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// A stale socket file is replaced; a live one and any other file is left alone
// and reported.
func TestIPCFiles(t *testing.T) {
	ctx := begin(t)
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"nothing", func(*testing.T, string) {}, nil},
		{"stale", stale, nil},
		{"live", func(t *testing.T, path string) {
			s := open(t, sp.NewPair(nil))
			if _, err := s.Listen("ipc://" + path); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if len(s.Peers()) != 0 {
					t.Error("looking whether it lives left a peer")
				}
			})
		}, syscall.EADDRINUSE},
		{"regular file", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, syscall.EADDRINUSE},
		{"directory", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, syscall.EADDRINUSE},
		{"link to a regular file", func(t *testing.T, path string) {
			if err := os.WriteFile(path+"2", []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path+"2", path); err != nil {
				t.Fatal(err)
			}
		}, syscall.EADDRINUSE},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(sptest.Dir(t), "s")
			c.make(t, path)
			before, _ := os.ReadFile(path)
			a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
			at, err := a.Listen("ipc://" + path)
			if !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), path) {
				t.Fatalf("listening: %v", err)
			}
			if err != nil {
				if after, _ := os.ReadFile(path); string(after) != string(before) {
					t.Errorf("the file now is %q", after)
				}
				if _, err := os.Lstat(path); err != nil {
					t.Error(err)
				}
				return
			}
			sptest.Dial(t, ctx, b, at, a, nil)
			one(a, b)(t, ctx, []byte("x"))
			a.Close()
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("after Close the file is still there: %v", err)
			}
		})
	}
}

// Mode, owner and group of the file are the transport's fields.
func TestIPCPermissions(t *testing.T) {
	begin(t)
	for _, mode := range []fs.FileMode{0o600, 0o666, 0o710} {
		o := &sp.Options{}
		uid, gid := os.Getuid(), os.Getgid()
		if uid == 0 {
			uid, gid = 12345, 23456
		}
		o.Transport = ipc.Transport{Mode: mode, Owner: &uid, Group: &gid, ReadBuffer: 1 << 16, WriteBuffer: 1 << 16}
		path := filepath.Join(sptest.Dir(t), "s")
		if _, err := open(t, sp.NewPair(o)).Listen("ipc://" + path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		st := info.Sys().(*syscall.Stat_t)
		if info.Mode().Perm() != mode || int(st.Uid) != uid || int(st.Gid) != gid {
			t.Errorf("%v, owner %d, group %d; want %v, %d, %d", info.Mode(), st.Uid, st.Gid, mode, uid, gid)
		}
	}
	uid := os.Getuid()
	if uid == 0 {
		return // may give files to anybody
	}
	other := uid + 1
	o := &sp.Options{}
	o.Transport = ipc.Transport{Owner: &other}
	path := filepath.Join(sptest.Dir(t), "s")
	if _, err := open(t, sp.NewPair(o)).Listen("ipc://" + path); !errors.Is(err, syscall.EPERM) {
		t.Errorf("giving the file to somebody else: %v", err)
	}
}

// Abstract names are outside the file system; %XX stands for any byte. The path
// of a file may be relative, or begin with what abstract names begin with
// elsewhere.
func TestIPCNames(t *testing.T) {
	ctx := begin(t)
	dir := sptest.Dir(t)
	t.Chdir(dir)
	unique := filepath.Base(dir)
	for _, c := range []struct{ listen, dial, file string }{
		{"abstract://" + unique, "abstract://" + unique, ""},
		{"abstract://" + unique + "%00%ff", "abstract://" + unique + "%00%fF", ""},
		{"ipc://relative", "ipc://" + dir + "/relative", "relative"},
		{"ipc://@file", "ipc://" + dir + "/@file", "@file"},
		{"unix://" + dir + "/unix", "ipc://unix", "unix"},
	} {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		at, err := a.Listen(c.listen)
		if err != nil {
			t.Errorf("%s: %v", c.listen, err)
			continue
		}
		if at.Addr() != c.listen {
			t.Errorf("%s is %s", c.listen, at.Addr())
		}
		if _, err := b.Dial(c.dial); err != nil {
			t.Errorf("%s: %v", c.dial, err)
			continue
		}
		sptest.Peers(t, ctx, a, 1)
		sptest.Peers(t, ctx, b, 1)
		one(a, b)(t, ctx, []byte("x"))
		if c.file != "" {
			if _, err := os.Stat(c.file); err != nil {
				t.Error(err)
			}
		}
	}
	names, err := os.ReadDir(".")
	if err != nil || len(names) != 3 {
		t.Errorf("files: %v, %v; abstract names are none", names, err)
	}
}

// What the kernel knows of the other side is in the peer's State, also for the
// hook that decides whether to admit it.
func TestIPCCredentials(t *testing.T) {
	ctx := begin(t)
	want := ipc.Credentials{PID: os.Getpid(), UID: os.Getuid(), GID: os.Getgid()}
	is := func(who string, p *sp.Peer) {
		t.Helper()
		if got, ok := p.State().(*ipc.Credentials); !ok || *got != want {
			t.Errorf("%s sees %+v, want %+v", who, p.State(), want)
		}
	}
	a := open(t, sp.NewPair(&sp.Options{Admit: func(_ context.Context, p *sp.Peer) error {
		is("the hook", p)
		return nil
	}}))
	b := open(t, sp.NewPair(nil))
	link(t, ctx, a, b, sptest.RoadNamed("ipc"))
	is("the listener", a.Peers()[0])
	is("the dialler", b.Peers()[0])
}
