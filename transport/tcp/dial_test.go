package tcp

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp/transport"
)

func listen(t *testing.T, addr string) transport.Listener {
	t.Helper()
	l, err := Transport{}.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dial(t *testing.T, tr Transport, addr string) (transport.Link, error) {
	t.Helper()
	d, err := tr.Dialer(addr)
	if err != nil {
		t.Fatal(err)
	}
	link, err := d.Dial(t.Context())
	if err == nil {
		t.Cleanup(func() { link.Close() })
	}
	return link, err
}

// What a listener on all addresses says it is can be dialled.
func TestWildcard(t *testing.T) {
	for _, addr := range []string{"tcp://*:0", "tcp://:0", "tcp4://*:0"} {
		l := listen(t, addr)
		if !strings.Contains(l.Addr(), "://127.0.0.1:") || strings.HasSuffix(l.Addr(), ":0") {
			t.Errorf("%s is bound as %s", addr, l.Addr())
		}
		if _, err := dial(t, Transport{}, l.Addr()); err != nil {
			t.Errorf("%s: %v", l.Addr(), err)
		}
	}
}

func port(l transport.Listener) string { return l.Addr()[strings.LastIndexByte(l.Addr(), ':')+1:] }

// A name is looked up at each attempt, and all its addresses are tried.
func TestResolver(t *testing.T) {
	l := listen(t, "tcp://127.0.0.1:0")
	var asked []string
	answers := [][]string{{"127.0.0.9", "127.0.0.1"}, {"::1", "127.0.0.1"}}
	tr := Transport{Resolver: func(_ context.Context, host string) ([]string, error) {
		asked = append(asked, host)
		return answers[len(asked)-1], nil
	}}
	d, err := tr.Dialer("tcp4://service.example:" + port(l))
	if err != nil {
		t.Fatal(err)
	}
	for range answers {
		link, err := d.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := link.RemoteAddr(); got != "tcp4://127.0.0.1:"+port(l) {
			t.Errorf("connected to %s", got)
		}
		link.Close()
	}
	if !slices.Equal(asked, []string{"service.example", "service.example"}) {
		t.Errorf("looked up %q", asked)
	}
}

func TestResolverFails(t *testing.T) {
	broken := errors.New("no names today")
	tr := Transport{Resolver: func(context.Context, string) ([]string, error) { return nil, broken }}
	if _, err := dial(t, tr, "tcp://service.example:1"); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	tr.Resolver = func(context.Context, string) ([]string, error) { return []string{"::1"}, nil }
	if _, err := dial(t, tr, "tcp4://service.example:1"); err == nil || !strings.Contains(err.Error(), "service.example has no tcp4 address") {
		t.Errorf("a name without an address of the family: %v", err)
	}
}

// A lookup that hangs ends with the context.
func TestResolverHangs(t *testing.T) {
	tr := Transport{Resolver: func(ctx context.Context, _ string) ([]string, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	d, err := tr.Dialer("tcp://service.example:1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := d.Dial(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestLocalAddress(t *testing.T) {
	l := listen(t, "tcp://127.0.0.1:0")
	link, err := dial(t, Transport{}, "tcp://127.0.0.2;127.0.0.1:"+port(l))
	if err != nil {
		t.Skip("this system has one loopback address: ", err)
	}
	if got := link.LocalAddr(); !strings.HasPrefix(got, "tcp://127.0.0.2:") {
		t.Errorf("dialled from %s", got)
	}
}

func TestSettings(t *testing.T) {
	l := listen(t, "tcp://127.0.0.1:0")
	for _, tr := range []Transport{
		{Delay: true, ReadBuffer: 4096, WriteBuffer: 4096, KeepAlive: time.Minute, Unacknowledged: time.Minute},
		{KeepAlive: -1, Unacknowledged: -1},
	} {
		if _, err := dial(t, tr, l.Addr()); err != nil {
			t.Errorf("%+v: %v", tr, err)
		}
	}
	a, b := net.Pipe()
	Transport{Delay: true}.Tune(a) // no TCP: left alone
	a.Close()
	b.Close()
}
