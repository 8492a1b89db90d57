package interop

import (
	"context"
	"crypto/tls"

	"strings"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/transport/tlstcp"
	"github.com/sprocketmq/sp/transport/ws"
)

// A tlsCell is a cell over a transport that may need certificates.
type tlsCell struct {
	matrixCell
	options *sp.EndpointOptions // of our socket
	flags   []string            // of the tool
}

// secured makes a cell's transport work with a configuration.
func secured(scheme string, config *tls.Config) *sp.EndpointOptions {
	o := &sp.EndpointOptions{Transport: ws.Transport{TLS: config}, MaxSize: 4 << 20, RedialMin: redial, RedialMax: redial}
	if strings.HasPrefix(scheme, "tls") {
		o.Transport = tlstcp.Transport{Config: config}
	}
	return o
}

// at is an address for a scheme on a port: without a path, as nanocat can't
// bind otherwise, and by name, as nngcat verifies names only.
func at(scheme, tcp string) string {
	_, port, _ := strings.Cut(strings.TrimPrefix(tcp, "tcp://"), ":")
	host := "127.0.0.1"
	if scheme != "ws" {
		host = "localhost"
	}
	return scheme + "://" + host + ":" + port
}

// socketAt is a socket of ours at the cell's transport, and where it can be
// dialled or dials.
func (x *tlsCell) socketAt(ctx context.Context, t *testing.T, dial string) *socket {
	t.Helper()
	made, v := open(t, x.our, options())
	p := &socket{anySocket: made, voice: v, ctx: ctx, at: dial}
	t.Cleanup(func() { p.Close() })
	s := made.(interface {
		DialWith(string, *sp.EndpointOptions) (*sp.Endpoint, error)
		ListenWith(string, *sp.EndpointOptions) (*sp.Endpoint, error)
	})
	if dial != "" {
		_, err := s.DialWith(dial, x.options)
		check(t, "dial", err)
		return p
	}
	e, err := s.ListenWith(x.transport+"://127.0.0.1:0", x.options)
	check(t, "listen", err)
	_, rest, _ := strings.Cut(e.Addr(), "://")
	p.at = at(x.transport, rest)
	return p
}

// meet opens both parties of a cell; foreign opens the other one.
func (x *tlsCell) meet(ctx context.Context, t *testing.T, foreign func(how, addr string) party) (ours *socket, theirs party) {
	t.Helper()
	if x.weListen {
		ours = x.socketAt(ctx, t, "")
		return ours, foreign("dial", ours.at)
	}
	addr := at(x.transport, freeAddress(t, "tcp"))
	theirs = foreign("listen", addr)
	return x.socketAt(ctx, t, addr), theirs
}

// converse sends bodies both ways.
func (x *tlsCell) talk(ctx context.Context, t *testing.T, sizes []int, foreign func(how, addr string) party) {
	t.Helper()
	ours, theirs := x.meet(ctx, t, foreign)
	a, b := theirs, party(ours)
	if x.weSpeak {
		a, b = b, a
	}
	check(t, "exchange", x.exchange(a, b, sizes))
	check(t, "close", ours.Close())
}

// over are the cells of a matrix, moved to another transport.
func over(scheme string, cells []matrixCell) (moved []tlsCell) {
	for _, x := range cells {
		if x.transport == "tcp" {
			x.transport = scheme
			moved = append(moved, tlsCell{matrixCell: x, options: secured(scheme, nil)})
		}
	}
	return moved
}

// TestWebSocket is TestMatrix over ws, with those libraries that need no
// certificate for it.
func TestWebSocket(t *testing.T) {
	for _, x := range over("ws", matrix("nanomsg", "nng")) {
		t.Run(x.String(), func(t *testing.T) {
			ctx := cell(t)
			x.talk(ctx, t, sizes, func(how, addr string) party {
				return startPeer(ctx, t, x.maker, addr, x.theirs, how, addr)
			})
		})
	}
}

// TestWebSocketTools is TestTools over ws. nanocat dials once and gives up, so
// it dials only where we listen already.
func TestWebSocketTools(t *testing.T) {
	for _, x := range over("ws", matrix("nanocat", "nngcat")) {
		t.Run(x.String(), func(t *testing.T) {
			ctx := cell(t)
			for _, size := range []int{1, 126, 65536} {
				x.withTool(ctx, t, size, size)
			}
		})
	}
}

// withTool has a tool and a new socket of ours exchange bodies, one of each.
func (x *tlsCell) withTool(ctx context.Context, t *testing.T, theirSize, ourSize int) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	they, we := letter{size: theirSize, seed: 1}, letter{size: ourSize, seed: 2}
	args := append([]string{tools[x.maker].option(x.theirs)}, x.flags...)
	var s *socket
	if x.weListen {
		s = x.socketAt(ctx, t, "")
		args = append(args, "--connect", s.at)
	} else {
		addr := at(x.transport, freeAddress(t, "tcp"))
		s = x.socketAt(ctx, t, addr)
		args = append(args, "--bind", addr)
	}
	out := startTool(ctx, t, x.maker, append(args, x.input(t, they)...))
	if x.weSpeak {
		check(t, "peer", s.WaitPeers(ctx, 1))
	}
	x.trade(t, s, out, they, we, cancel)
}
