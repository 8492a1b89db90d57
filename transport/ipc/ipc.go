// Package ipc connects sockets of one machine over Unix-domain sockets.
//
// Addresses are ipc://PATH, absolute or relative, and on Linux
// abstract://NAME, a name outside the file system in which %XX stands for any
// byte. A socket file that nobody listens on any more is replaced; one that
// somebody listens on, and any other file, is left alone and reported.
package ipc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

func init() {
	transport.Register("ipc", Transport{})
	transport.Register("unix", Transport{})
	transport.Register("abstract", Transport{})
}

// Transport is the transport of ipc:// addresses. The zero value has the
// defaults.
type Transport struct {
	// Mode is the permissions of the socket file, which say who may connect;
	// 0 leaves them to the umask.
	Mode fs.FileMode
	// Owner and Group, numeric, become the file's; nil leaves it.
	Owner, Group *int
	// ReadBuffer and WriteBuffer are the kernel's buffers in bytes. 0 leaves
	// the former to the kernel, and is as much as every Linux grants for the
	// latter; negative leaves that to the kernel, too.
	ReadBuffer, WriteBuffer int
}

// writeBuffer is what the kernel's default lets anybody ask for; it gives twice
// that. Its own choice is half as much, which three bodies of 64 KiB fill, and who
// waits is only woken when a quarter is left: the two sides then take turns.
const writeBuffer = 208 << 10

// Credentials is who is on the other side of a connection, as the kernel says
// it: what a peer's State is. Fields that the system does not tell are -1.
type Credentials struct{ PID, UID, GID int }

// longest is how many bytes a path may have: the kernel's sun_path, with the
// zero at its end.
const longest = 107

// path returns the name to give to package net.
func path(addr string) (string, error) {
	scheme, rest, ok := strings.Cut(addr, "://")
	switch {
	case !ok:
		return "", fmt.Errorf("address %q: want ipc://PATH", addr)
	case runtime.GOOS == "windows":
		return "", fmt.Errorf("address %q: ipc is not supported on Windows yet", addr)
	case scheme == "abstract":
		if runtime.GOOS != "linux" {
			return "", fmt.Errorf("address %q: abstract names exist on Linux only", addr)
		}
		name, err := url.PathUnescape(rest)
		if err != nil {
			return "", fmt.Errorf("address %q: %w", addr, err)
		}
		rest = "@" + name
		if name == "" {
			return "", fmt.Errorf("address %q: empty name", addr)
		}
	case rest == "":
		return "", fmt.Errorf("address %q: empty path", addr)
	case rest[0] == '@':
		rest = "./" + rest // package net would take it for an abstract name
	}
	most := longest
	if scheme == "abstract" {
		most++ // a name outside the file system has no zero at its end
	}
	if len(rest) > most {
		return "", fmt.Errorf("address %q: path of %d bytes, the system allows %d", addr, len(rest), most)
	}
	return rest, nil
}

// Dialer implements transport.Transport.
func (t Transport) Dialer(addr string) (transport.Dialer, error) {
	p, err := path(addr)
	if err != nil {
		return nil, err
	}
	return transport.DialerFunc(func(ctx context.Context) (transport.Link, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "unix", p)
		if err != nil {
			return nil, err
		}
		return t.link(conn, addr), nil
	}), nil
}

func (t Transport) link(conn net.Conn, addr string) transport.Link {
	c := conn.(*net.UnixConn)
	if t.ReadBuffer > 0 {
		c.SetReadBuffer(t.ReadBuffer)
	}
	if t.WriteBuffer >= 0 {
		c.SetWriteBuffer(cmp.Or(t.WriteBuffer, writeBuffer))
	}
	l := &transport.StreamLink{Conn: conn, Codec: wire.IPC, Local: addr, Remote: addr}
	if who, ok := credentials(c); ok {
		l.Known = who
	}
	return l
}

// Listen implements transport.Transport.
func (t Transport) Listen(addr string) (transport.Listener, error) {
	p, err := path(addr)
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	if t.Mode != 0 {
		lc.Control = narrow(t.Mode)
	}
	l, err := lc.Listen(context.Background(), "unix", p)
	if errors.Is(err, syscall.EADDRINUSE) && p[0] != '@' {
		if err := removeStale(p); err != nil {
			return nil, err
		}
		l, err = lc.Listen(context.Background(), "unix", p)
	}
	if err != nil {
		return nil, err
	}
	own, err := ours(l, p)
	if err == nil {
		err = t.permit(p)
	}
	if err != nil {
		own.Close()
		return nil, err
	}
	return &transport.ConnListener{
		Listener: own,
		Address:  addr,
		Wrap:     func(conn net.Conn) transport.Link { return t.link(conn, addr) },
	}, nil
}

// removeStale removes a socket file that nobody listens on.
func removeStale(p string) error {
	info, err := os.Lstat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s is there and is no socket: %w", p, syscall.EADDRINUSE)
	}
	conn, err := net.Dial("unix", p)
	if err == nil {
		conn.Close()
		return fmt.Errorf("somebody listens on %s: %w", p, syscall.EADDRINUSE)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%s may be in use (%v): %w", p, err, syscall.EADDRINUSE)
	}
	return os.Remove(p)
}

func (t Transport) permit(p string) error {
	if p[0] == '@' {
		return nil
	}
	if t.Mode != 0 {
		if err := os.Chmod(p, t.Mode); err != nil {
			return err
		}
	}
	owner, group := -1, -1
	if t.Owner != nil {
		owner = *t.Owner
	}
	if t.Group != nil {
		group = *t.Group
	}
	if owner < 0 && group < 0 {
		return nil
	}
	return os.Chown(p, owner, group)
}
