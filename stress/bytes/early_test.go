package bytes

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/sprocketmq/sp/wire"
)

const failed = "handshake failed"

// What can be said before a handshake is over.
var early = []attack{
	{name: "silence", least: 220, waits: true, run: silence, n: 1, counts: asTimedOut, logs: failed},
	{name: "silence inside TLS", least: 40, on: secure, waits: true, run: inside(""), n: 1, counts: asTimedOut, logs: failed},
	{name: "a byte a second", least: 110, waits: true, run: dribble, n: 1, counts: asTimedOut, logs: failed},
	{name: "a byte a second inside TLS", least: 40, on: secure, waits: true, run: dribbleInside, n: 1, counts: asTimedOut, logs: failed},
	{name: "half a handshake", least: 110, waits: true, run: half, n: 1, counts: asTimedOut, logs: failed},
	{name: "half a handshake inside TLS", least: 40, on: secure, waits: true, run: halfInside, n: 1, counts: asTimedOut, logs: failed},
	{name: "half a handshake, then gone", least: 110, run: halfAndGone, n: 1, counts: asFailure, logs: failed},
	{name: "wrong first byte", least: 60, on: stream, run: inside("\x01SP\x00\x00\x50\x00\x00"), n: 1, counts: asNotSP, logs: failed},
	{name: "wrong letters", least: 60, on: stream, run: inside("\x00SQ\x00\x00\x50\x00\x00"), n: 1, counts: asNotSP, logs: failed},
	{name: "wrong version", least: 60, on: stream, run: inside("\x00SP\x01\x00\x50\x00\x00"), n: 1, counts: asNotSP, logs: failed},
	{name: "reserved bytes", least: 60, on: stream, run: inside("\x00SP\x00\x00\x50\x00\x01"), n: 1, counts: asNotSP, logs: failed},
	{name: "wrong protocol", least: 110, run: wrongProtocol, n: 1, counts: asWrongProtocol, logs: failed},
	{name: "HTTP to SP", least: 60, on: stream, run: inside("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"), n: 1, counts: asNotSP, logs: failed},
	{name: "HTTP that wants no WebSocket", least: 40, on: overHTTP, run: inside("GET / HTTP/1.1\r\nHost: example.com\r\n" + padding + "\r\n"), n: 1, counts: asFailure, logs: failed},
	{name: "SP to HTTP", least: 40, on: overHTTP, run: inside("\x00SP\x00\x00\x50\x00\x00"), n: 1, counts: asNotSP, logs: failed},
	{name: "frames to HTTP", least: 40, on: overHTTP, run: inside("\x82\x80\x00\x00\x00\x00"), n: 1, counts: asNotSP, logs: failed},
	{name: "endless HTTP", least: 40, on: overHTTP, run: inside("GET / HTTP/1.1\r\n" + strings.Repeat(padding, 700)), n: 1, counts: asFailure, logs: failed},
	{name: "no HTTP", least: 40, on: overHTTP, run: inside("GET /" + strings.Repeat("x", 200) + "\r\n\r\n"), n: 1, counts: asFailure, logs: failed},
	{name: "two upgrades at once", least: 40, on: overHTTP, run: inside(upgrade("pair.sp.nanomsg.org, rep.sp.nanomsg.org")), n: 1, counts: asFailure, logs: failed},
	{name: "the protocol of others", least: 40, on: overHTTP, run: inside(upgrade("chat")), n: 1, counts: asNotSP, logs: failed},
	{name: "TLS to clear text", least: 60, on: plain, run: helloTLS, n: 1, counts: asNotSP, logs: failed},
	{name: "clear text to TLS", least: 40, on: secure, run: bare("\x00SP\x00\x00\x50\x00\x00"), n: 1, counts: asSecurity, logs: failed},
	{name: "HTTP to TLS", least: 40, on: secure, run: bare("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"), n: 1, counts: asSecurity, logs: failed},
	{name: "noise", least: 110, run: noise, n: 1, counts: asFailure, logs: failed},
}

const padding = "X-Padding: 0123456789012345678901234567890123456789\r\n"

func upgrade(protocol string) string {
	return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Protocol: " + protocol + "\r\n\r\n"
}

// bare says something on a new connection, which is closed then.
func bare(say string) func(*cell) error {
	return func(c *cell) error { return then(c.bare(), say) }
}

// inside says it inside TLS, where there is TLS.
func inside(say string) func(*cell) error {
	return func(c *cell) error { return then(c.early(), say) }
}

func then(h *hand, say string) error {
	h.say([]byte(say)...)
	if say == "" {
		_, err := h.gone()
		return err
	}
	return h.closed()
}

func silence(c *cell) error {
	_, err := c.bare().gone()
	return err
}

// opening is how a good handshake begins.
func (c *cell) opening() string {
	if c.road.HTTP {
		return upgrade(c.pattern.Name + ".sp.nanomsg.org")
	}
	return string(wire.AppendHello(nil, wire.Protocol{Self: c.pattern.Peer}))
}

// below is how a good handshake begins for who sees the connection bare.
func (c *cell) below() string {
	if !c.road.TLS {
		return c.opening()
	}
	return clientHello()
}

// clientHello is what a client of TLS says first.
func clientHello() string {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	go tls.Client(near, &tls.Config{InsecureSkipVerify: true}).Handshake()
	hello := make([]byte, 4<<10)
	n, _ := far.Read(hello)
	return string(hello[:n])
}

func helloTLS(c *cell) error { return then(c.bare(), clientHello()) }

func half(c *cell) error {
	h, say := c.bare(), c.below()
	h.say([]byte(say[:len(say)/2])...)
	_, err := h.gone()
	return err
}

func halfInside(c *cell) error {
	h, say := c.early(), c.opening()
	h.say([]byte(say[:len(say)/2])...)
	_, err := h.gone()
	return err
}

func halfAndGone(c *cell) error {
	h, say := c.bare(), c.below()
	h.say([]byte(say[:len(say)/2])...)
	h.Close()
	return nil
}

func dribble(c *cell) error { return slowly(c.bare(), c.below()) }

func dribbleInside(c *cell) error { return slowly(c.early(), c.opening()) }

// slowly says a good opening, of which the listener sees less than all before
// its patience ends.
func slowly(h *hand, say string) error {
	gone := make(chan error, 1)
	go func() {
		_, err := h.gone()
		gone <- err
	}()
	tick := time.NewTicker(handshake / 4) // of eight bytes or more
	defer tick.Stop()
	for _, b := range []byte(say) {
		h.say(b)
		select {
		case <-tick.C:
		case err := <-gone:
			return err
		}
	}
	return fmt.Errorf("all %d bytes were waited for", len(say))
}

// wrongProtocol is a socket that this one can't talk to.
func wrongProtocol(c *cell) error {
	is := wire.Protocol{Self: 0x20, Peer: c.pattern.Self, Name: "pub", PeerName: "sub"}
	if c.pattern.Self == wire.Sub.Self {
		is = wire.Protocol{Self: 0x30, Peer: c.pattern.Self, Name: "req", PeerName: "rep"}
	}
	h, err := c.seated(is)
	if err != nil && !c.road.HTTP {
		return err
	}
	return h.closed()
}

func noise(c *cell) error {
	junk := make([]byte, 2<<10)
	rand.Read(junk)
	junk[0] |= 0x80 // no greeting, no letter, no record of TLS
	return then(c.bare(), string(junk))
}
