package ws

import (
	"bufio"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/wire"
)

// Where nothing else is set, proxies come from the environment, which net/http
// reads once in a process: so each dialer has one of its own.
func TestProxyFromEnvironment(t *testing.T) {
	if addr := os.Getenv("SP_TEST_DIAL"); addr != "" {
		if _, err := dial(t, Transport{}, addr, wire.Req); err != nil {
			t.Fatal(err)
		}
		return
	}
	l := listen(t, Transport{}, "ws://127.0.0.1:0/feed")
	s := serve(t, l, wire.Rep, nil)
	p := loopback(t)
	asked := make(chan string, 1)
	relay(t, p, func(conn net.Conn, r *bufio.Reader) (string, string) {
		target, answer := connect(conn, r)
		asked <- target
		u, _ := url.Parse(l.Addr())
		return u.Host, answer
	})
	through := "HTTP_PROXY=http://u:p@" + p.Addr().String()

	dialler := func(addr string, env ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyFromEnvironment$")
		cmd.Env = append(os.Environ(), append(env, "SP_TEST_DIAL="+addr)...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := dialler("ws://feed.invalid/feed", through); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if e := s.next(t); e.err != nil {
		t.Error(e.err)
	} else {
		e.link.Close() // so that the proxy ends
	}
	if got := <-asked; got != "feed.invalid:80" {
		t.Errorf("the proxy was asked for %q", got)
	}
	out, err := dialler("ws://feed.invalid/feed", through, "NO_PROXY=.invalid")
	if err == nil || !strings.Contains(out, "feed.invalid") {
		t.Errorf("with NO_PROXY: %v\n%s", err, out)
	}
}
