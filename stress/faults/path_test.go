package faults_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
)

func pass(t *testing.T, from *sp.Pusher, to *sp.Puller, body string) {
	t.Helper()
	ctx := t.Context()
	if err := from.Send(ctx, []byte(body)); err != nil {
		t.Fatal(err)
	}
	if got, err := to.Recv(ctx); err != nil || string(got) != body {
		t.Fatalf("received %q, %v", got, err)
	}
}

// A path that vanishes: connections go on, dialers say why they have none and are
// connected when somebody listens there again, and the end of the first listener
// leaves the second one's path alone.
func TestVanishingPath(t *testing.T) {
	ctx := begin(t)
	rounds := kit.Pick(20, 500)
	took := kit.Count(t, "vanished paths", rounds)
	path := filepath.Join(sptest.Dir(t), "s")
	fast := &sp.EndpointOptions{RedialMin: 1, RedialMax: 1}
	for i := range rounds {
		took.Try(1)
		old, push := sptest.Open(t, sp.NewPuller(nil)), sptest.Open(t, sp.NewPusher(nil))
		if _, err := old.Listen("ipc://" + path); err != nil {
			t.Fatal(err)
		}
		if _, err := push.DialWith("ipc://"+path, fast); err != nil {
			t.Fatal(err)
		}
		pass(t, push, old, "before")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		took.Took(1)
		pass(t, push, old, "after")
		late := sptest.Open(t, sp.NewPusher(nil))
		end, err := late.DialWith("ipc://"+path, fast)
		if err != nil {
			t.Fatal(err)
		}
		sptest.Until(t, ctx, "the reason", func() bool { return errors.Is(end.Err(), syscall.ENOENT) })
		again := sptest.Open(t, sp.NewPuller(nil))
		if _, err := again.Listen("ipc://" + path); err != nil {
			t.Fatal(err)
		}
		pass(t, late, again, strconv.Itoa(i))
		old.Close()
		sptest.Peers(t, ctx, again, 2) // the first pusher finds the new listener
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the first listener's end took the second one's path away: %v", err)
		}
		for _, s := range []sptest.Socket{push, late, again} {
			s.Close()
		}
	}
}

// A file system without room for a socket: Listen says so, naming the address,
// counts it, and works when there is room.
func TestDiskFull(t *testing.T) {
	begin(t)
	took := kit.Count(t, "full disks", 1)
	dir := sptest.Dir(t)
	took.Try(1)
	if err := syscall.Mount("none", dir, "tmpfs", 0, "nr_inodes=2,size=4k"); err != nil {
		took.Took(1)
		t.Skip("mounting is not allowed here: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	file := filepath.Join(dir, "full")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	pull, push := sptest.Open(t, sp.NewPuller(nil)), sptest.Open(t, sp.NewPusher(nil))
	addr := "ipc://" + filepath.Join(dir, "s")
	_, err := pull.Listen(addr)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), addr) && !strings.Contains(err.Error(), filepath.Join(dir, "s")) {
		t.Errorf("listening on a full disk: %v", err)
	}
	if n := pull.Stats().Connections.BindFailures; n != 1 {
		t.Errorf("%d bind failures counted", n)
	}
	took.Took(1)
	os.Remove(file)
	if _, err := pull.Listen(addr); err != nil {
		t.Fatal(err)
	}
	if _, err := push.Dial(addr); err != nil {
		t.Fatal(err)
	}
	pass(t, push, pull, "x")
}
