package sp_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/tcp"
)

// Bad addresses are errors that name them, at once.
func TestBadAddresses(t *testing.T) {
	begin(t)
	const (
		dial = 1 << iota
		listen
		either = dial | listen
	)
	for _, c := range []struct {
		addr, says string
		bad        int
	}{
		{"", "://", either},
		{"tcp", "://", either},
		{"127.0.0.1:5555", "://", either},
		{"://x", "://", either},
		{"carrier-pigeon://x", `unknown transport "carrier-pigeon"`, either},
		{"TCP://127.0.0.1:0", "unknown transport", either},
		{"tls+tcp://127.0.0.1:5555", "github.com/sprocketmq/sp/transport/tlstcp", either},
		{"ws://127.0.0.1:5555/", "github.com/sprocketmq/sp/transport/ws", either},
		{"wss://127.0.0.1:5555/", "github.com/sprocketmq/sp/transport/ws", either},
		{"tcp://", "port", either},
		{"tcp://127.0.0.1", "port", either},
		{"tcp://127.0.0.1:", "port", either},
		{"tcp://127.0.0.1:65536", "port", either},
		{"tcp://127.0.0.1:-1", "port", either},
		{"tcp://127.0.0.1:+80", "port", either},
		{"tcp://127.0.0.1:http", "port", either},
		{"tcp://127.0.0.1:80/x", "port", either},
		{"tcp://[::1:80", "]", either},
		{"tcp://a b:80", "host", either},
		{"tcp://a/b:80", "host", either},
		{"tcp://*:80", "host", dial},
		{"tcp://:80", "host", dial},
		{"tcp://127.0.0.1:0", "port", dial},
		{"tcp://eth0;127.0.0.1:80", ";", either},
		{"tcp://;127.0.0.1:80", ";", either},
		{"tcp://127.0.0.1;127.0.0.1:0", ";", either},
		{"tcp://1.2.3.4:0", "1.2.3.4", either},
		{"tcp4://[::1]:0", "::1", either},
		{"tcp6://127.0.0.1:0", "127.0.0.1", either},
		{"ipc://", "path", either},
		{"ipc://" + strings.Repeat("x", 108), "108 bytes", either},
		{"ipc:///nowhere/at/all", "/nowhere/at/all", listen},
		{"abstract://", "name", either},
		{"abstract://%zz", "%zz", either},
	} {
		s := open(t, sp.NewPair(nil))
		for op, f := range map[int]func(string) (*sp.Endpoint, error){dial: s.Dial, listen: s.Listen} {
			_, err := f(c.addr)
			if c.bad&op == 0 {
				continue
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), strings.TrimSuffix(c.addr, "0")) {
				t.Errorf("%s, %s: %v", []string{"", "dial", "listen"}[op], c.addr, err)
			}
		}
		s.Close()
	}
}

// Where somebody listens already nobody else can, and that is counted.
func TestAddressInUse(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		at := sptest.Listen(t, a, road, nil)
		_, err := b.Listen(at.Addr())
		if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), at.Addr()) {
			t.Errorf("listening twice: %v", err)
		}
		if n := b.Stats().Connections.BindFailures; n != 1 {
			t.Errorf("counted %d", n)
		}
		// The one who was there still is.
		sptest.Dial(t, ctx, b, at, a, nil)
		one(a, b)(t, ctx, []byte("x"))
		// When it has gone, the address is free at once.
		a.Close()
		if _, err := b.Listen(at.Addr()); err != nil {
			t.Errorf("listening on a free address: %v", err)
		}
	})
}

// All forms of tcp addresses that work, and what they look like from both sides.
func TestTCPAddresses(t *testing.T) {
	ctx := begin(t)
	for _, c := range []struct{ listen, bound, dial string }{
		{"tcp://127.0.0.1:0", "tcp://127.0.0.1:", "tcp://127.0.0.1:"},
		{"tcp://127.0.0.1:00", "tcp://127.0.0.1:", "tcp://localhost:"},
		{"tcp4://127.0.0.1:0", "tcp4://127.0.0.1:", "tcp4://localhost:"},
		{"tcp://localhost:0", "tcp://localhost:", "tcp://127.0.0.1:"},
		{"tcp://*:0", "tcp://127.0.0.1:", "tcp://127.0.0.1:"},
		{"tcp://[::1]:0", "tcp://[::1]:", "tcp://[::1]:"},
		{"tcp://::1:0", "tcp://[::1]:", "tcp6://[::1]:"},
		{"tcp6://[::1]:0", "tcp6://[::1]:", "tcp://[::1]:"},
		{"tcp6://*:0", "tcp6://[::1]:", "tcp6://[::1]:"},
		{"tcp://127.0.0.1:0", "tcp://127.0.0.1:", "tcp://127.0.0.9;127.0.0.1:"},
		{"tcp://127.0.0.1:0", "tcp://127.0.0.1:", "tcp://*;127.0.0.1:"},
	} {
		if strings.Contains(c.bound, "::1") && !sptest.HasIPv6() {
			t.Log("no IPv6 here: ", c.listen)
			continue
		}
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		at, err := a.Listen(c.listen)
		if err != nil {
			t.Errorf("%s: %v", c.listen, err)
			continue
		}
		port := at.Addr()[strings.LastIndexByte(at.Addr(), ':')+1:]
		if at.Addr() != c.bound+port || port == "0" {
			t.Errorf("%s is %s", c.listen, at.Addr())
		}
		if _, err := b.Dial(c.dial + port); err != nil {
			t.Errorf("%s: %v", c.dial, err)
			continue
		}
		peer, err := at.Wait(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if local, _, ok := strings.Cut(strings.TrimPrefix(c.dial, "tcp://"), ";"); ok && local != "*" && !strings.HasPrefix(peer.Addr(), "tcp://"+local+":") {
			t.Errorf("dialled %s, came from %s", c.dial, peer.Addr())
		}
		one(a, b)(t, ctx, []byte("x"))
		a.Close()
		b.Close()
	}
}

// Names are resolved anew at each attempt, by a resolver of one's own if need
// be, and all their addresses are tried.
func TestResolver(t *testing.T) {
	ctx := begin(t)
	a := open(t, sp.NewPair(nil))
	at, err := a.Listen("tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	unknown := errors.New("never heard of it")
	resolve := func(_ context.Context, host string) ([]string, error) {
		if host != "some.where" {
			t.Errorf("asked for %q", host)
		}
		switch asked.Add(1) {
		case 1:
			return nil, unknown
		case 2:
			return nil, nil
		case 3:
			return []string{"127.0.0.8"}, nil // nobody listens there
		default:
			return []string{"127.0.0.8", "::1", "127.0.0.1"}, nil
		}
	}
	addr := strings.Replace(at.Addr(), "127.0.0.1", "some.where", 1)
	o := &sp.EndpointOptions{Transport: tcp.Transport{Resolver: resolve}, RedialMin: 1, RedialMax: 1}
	var log sptest.Log
	b := open(t, sp.NewPair(&sp.Options{Log: log.Logger()}))
	end, err := b.DialWith(addr, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := end.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{unknown, nil, syscall.ECONNREFUSED} {
		if err, _ := log.Wait(t, ctx, "connect failed", i+1).Attrs["err"].(error); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("attempt %d: %v", i+1, err)
		}
	}
	if n := asked.Load(); n != 4 {
		t.Errorf("asked %d times", n)
	}
	one(b, a)(t, ctx, []byte("x"))
	if n := b.Stats().Connections; n.ConnectFailures != 3 || n.Connects != 1 || n.Failing != 0 {
		t.Errorf("%+v", n)
	}
}

// A resolver that does not answer blocks nobody; Close ends its context.
func TestSlowResolver(t *testing.T) {
	ctx := begin(t)
	asked, ended := make(chan struct{}), make(chan struct{})
	s := open(t, sp.NewPair(nil))
	_, err := s.DialWith("tcp://some.where:1", &sp.EndpointOptions{Transport: tcp.Transport{
		Resolver: func(ctx context.Context, _ string) ([]string, error) {
			close(asked)
			<-ctx.Done()
			close(ended)
			return nil, ctx.Err()
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	link(t, ctx, s, open(t, sp.NewPair(nil)), sptest.RoadNamed("tcp"))
	s.Close()
	<-ended
}

// The kernel's settings of a connection are the transport's fields.
func TestTCPSettings(t *testing.T) {
	ctx := begin(t)
	o := &sp.Options{}
	o.Transport = tcp.Transport{
		KeepAlive: time.Minute, Delay: true, ReadBuffer: 64 << 10, WriteBuffer: 64 << 10, Unacknowledged: time.Second,
	}
	a, b := open(t, sp.NewPair(o)), open(t, sp.NewPair(o))
	link(t, ctx, a, b, sptest.RoadNamed("tcp"))
	both(one(a, b), one(b, a))(t, ctx, body(0, 1<<20))
}

// A listener that exists already, such as one inherited, is used and closed.
func TestListenOn(t *testing.T) {
	ctx := begin(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
	at, err := a.ListenOn(&transport.ConnListener{Listener: l}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if at.Addr() != "tcp://"+l.Addr().String() {
		t.Errorf("listens on %s", at.Addr())
	}
	sptest.Dial(t, ctx, b, at, a, nil)
	both(one(a, b), one(b, a))(t, ctx, []byte("x"))
	a.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is not closed: %v", err)
	}
}

// A transport of a third party enters by two doors: registered, at run time, or
// given to an endpoint.
func TestThirdPartyTransport(t *testing.T) {
	ctx := begin(t)
	// A scheme of its own for each run: what is registered stays.
	name := strings.Replace(sptest.RoadNamed("pipe").Addr(t), "://", "-", 1)
	if _, err := open(t, sp.NewPair(nil)).Listen(name + "://1"); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("before it is registered: %v", err)
	}
	transport.Register(name, sptest.Pipes)
	o := &sp.EndpointOptions{Transport: sptest.Pipes}
	for _, c := range []struct {
		addr string
		o    *sp.EndpointOptions
	}{{name + "://1", nil}, {"whatever://2", o}} {
		a, b := open(t, sp.NewPair(nil)), open(t, sp.NewPair(nil))
		at, err := a.ListenWith(c.addr, c.o)
		if err != nil {
			t.Fatal(err)
		}
		sptest.Dial(t, ctx, b, at, a, c.o)
		one(a, b)(t, ctx, []byte("x"))
		if p := b.Peers()[0]; p.Addr() != c.addr || p.State() != nil {
			t.Errorf("the peer is %s, %v", p.Addr(), p.State())
		}
	}
	// What can do only one of the two says so.
	half := &sp.EndpointOptions{Transport: transport.Stream{}}
	s := open(t, sp.NewPair(nil))
	_, err1 := s.DialWith("half://x", half)
	_, err2 := s.ListenWith("half://x", half)
	if errs := []error{err1, err2}; slices.ContainsFunc(errs, func(err error) bool { return !errors.Is(err, errors.ErrUnsupported) }) {
		t.Errorf("%v", errs)
	}
}
