package kit

import (
	"crypto/tls"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/transport/secure/certtest"
	"github.com/sprocketmq/sp/transport/tlstcp"
	"github.com/sprocketmq/sp/transport/ws"
)

// Road is a transport over which others can reach a listener.
type Road struct {
	Name string
	TLS  bool // there is TLS beneath
	HTTP bool // a connection begins with HTTP
	Addr func(testing.TB) string
	// Listen and Dial are what the endpoints' options have to say.
	Listen, Dial sp.EndpointOptions
}

// Roads are all of them, with a certificate that this test made.
func Roads(t testing.TB) []Road {
	t.Helper()
	ca := certtest.NewAuthority(t)
	server := ca.Issue("listener").Server(t)
	client := &tls.Config{RootCAs: ca.Pool()}
	at := func(addr string) func(testing.TB) string { return func(testing.TB) string { return addr } }
	return []Road{
		{Name: "tcp", Addr: at("tcp://127.0.0.1:0")},
		{Name: "ipc", Addr: func(t testing.TB) string { return fmt.Sprint("ipc://", filepath.Join(sptest.Dir(t), "s")) }},
		{Name: "tls+tcp", TLS: true, Addr: at("tls+tcp://127.0.0.1:0"),
			Listen: sp.EndpointOptions{Transport: tlstcp.Transport{Config: server}},
			Dial:   sp.EndpointOptions{Transport: tlstcp.Transport{Config: client}}},
		{Name: "ws", HTTP: true, Addr: at("ws://127.0.0.1:0/"),
			Listen: sp.EndpointOptions{Transport: ws.Transport{}}, Dial: sp.EndpointOptions{Transport: ws.Transport{}}},
		{Name: "wss", TLS: true, HTTP: true, Addr: at("wss://127.0.0.1:0/"),
			Listen: sp.EndpointOptions{Transport: ws.Transport{TLS: server}},
			Dial:   sp.EndpointOptions{Transport: ws.Transport{TLS: client}}},
	}
}
