// Package transporttest tests transports that are not this project's own.
//
//	func TestMine(t *testing.T) {
//		transporttest.Run(t, transporttest.Config{
//			Transport: mine.Transport{},
//			Addr:      func(t testing.TB) string { return "mine://" + t.Name() },
//		})
//	}
//
// checks what package transport asks of a Transport and of its links, directly
// and through sockets: addresses, errors, ends, sizes, order, back-pressure,
// refusals, and peers that are silent or hostile.
package transporttest

import (
	"context"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/transport"
)

// Config says what to test.
type Config struct {
	Transport transport.Transport
	// Addr returns an address to listen on that nobody uses. It may leave the
	// choice to the system, as port 0 does: then Listener.Addr tells.
	Addr func(t testing.TB) string
	// Bad are addresses that neither Dialer nor Listen may accept.
	Bad []string
	// Shared says that two listeners may have the same address.
	Shared bool
	// Connections is how many connections there are in the test of many: 100.
	Connections int
}

// Run tests a transport. It must not run in parallel with other tests that use
// sockets, because it checks in the end that no goroutine of one is left.
func Run(t *testing.T, c Config) {
	if c.Connections == 0 {
		c.Connections = 100
	}
	before := goroutines()
	for _, check := range []struct {
		name string
		f    func(*test)
	}{
		{"BadAddresses", badAddresses},
		{"Bind", bind},
		{"AcceptEnds", acceptEnds},
		{"DialEnds", dialEnds},
		{"Handshake", handshake},
		{"HandshakeRefused", handshakeRefused},
		{"HandshakeWrongProtocol", handshakeWrongProtocol},
		{"HandshakeEnds", handshakeEnds},
		{"Sizes", sizes},
		{"Order", order},
		{"BackPressure", backPressure},
		{"BothWays", bothWays},
		{"FanOut", fanOut},
		{"Requests", requests},
		{"Connections", connections},
		{"Peers", peers},
		{"DialFirst", dialFirst},
		{"CloseEndpoint", closeEndpoint},
		{"CloseFlushes", closeFlushes},
		{"Admit", admit},
		{"WrongProtocol", wrongProtocol},
		{"TooBig", tooBig},
		{"Silent", silent},
		{"Garbage", garbage},
		{"BrokenOff", brokenOff},
	} {
		t.Run(check.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			check.f(&test{T: t, Config: c, ctx: ctx, log: new(news)})
		})
	}
	t.Run("NothingLeft", func(t *testing.T) { nothingLeft(t, before) })
}

// test is one check.
type test struct {
	*testing.T
	Config
	ctx context.Context
	log *news
}

// options are a socket's for this test.
func (t *test) options(change func(*sp.Options)) *sp.Options {
	o := &sp.Options{Log: t.log.logger()}
	o.Transport = t.Transport
	o.RedialMin, o.RedialMax = time.Millisecond, 50*time.Millisecond
	if change != nil {
		change(o)
	}
	return o
}

// socket is what all sockets have.
type socket interface {
	Dial(addr string) (*sp.Endpoint, error)
	Listen(addr string) (*sp.Endpoint, error)
	WaitPeers(ctx context.Context, n int) error
	Stats() sp.Stats
	Close() error
}

// listen makes a socket listen, and close with the test.
func (t *test) listen(s socket, addr string) *sp.Endpoint {
	t.Helper()
	t.Cleanup(func() { s.Close() })
	e, err := s.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// dial makes a socket dial, and close with the test.
func (t *test) dial(s socket, addr string) *sp.Endpoint {
	t.Helper()
	t.Cleanup(func() { s.Close() })
	e, err := s.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// pipeline is a connected Pusher and Puller.
func (t *test) pipeline(change func(*sp.Options)) (*sp.Pusher, *sp.Puller) {
	t.Helper()
	o := t.options(change)
	push, pull := sp.NewPusher(o), sp.NewPuller(o)
	t.dial(push, t.listen(pull, t.Addr(t)).Addr())
	if err := pull.WaitPeers(t.ctx, 1); err != nil {
		t.Fatal(err)
	}
	return push, pull
}

func (t *test) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
