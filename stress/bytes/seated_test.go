package bytes

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/wire"
)

const (
	tooBig    = "message too big"
	malformed = "malformed frame"
	dropped   = "dropped"
)

// What can be said after the handshake.
var seated = []attack{
	{name: "a second peer of a pair", least: 20, on: isPair, run: second, n: 1, counts: asBusy, logs: "refused"},

	{name: "one byte over the limit", least: 90, on: takes, run: length(most + 1), n: 1, counts: asTooBig, logs: tooBig},
	{name: "a length of 2^31", least: 90, on: takes, run: length(1 << 31), n: 1, counts: asTooBig, logs: tooBig},
	{name: "a length of 2^63-1", least: 90, on: takes, run: length(1<<63 - 1), n: 1, counts: asTooBig, logs: tooBig},
	{name: "a length of 2^63", least: 50, on: both(takes, stream), run: length(1 << 63), n: 1, counts: asTooBig, logs: tooBig},
	{name: "a length of 2^64-1", least: 50, on: both(takes, stream), run: length(1<<64 - 1), n: 1, counts: asTooBig, logs: tooBig},
	{name: "a length of 2^64-1 in WebSocket", least: 30, on: both(takes, overHTTP), run: length(1<<64 - 1), n: 1, counts: asMalformed, logs: malformed},
	{name: "the largest length, with no body", least: 90, on: takes, waits: true, run: promises},
	{name: "a truncated body", least: 90, on: takes, run: truncated},
	{name: "a frame that dribbles", least: 90, on: takes, waits: true, run: dribblingFrame},
	{name: "unknown type of ipc frame", least: 18, on: both(takes, ipc), run: typed("\x07\x00\x00\x00\x00\x00\x00\x00\x01x"), n: 1, counts: asMalformed, logs: malformed},

	{name: "frame without a mask", least: 30, on: both(takes, overHTTP), run: typed("\x82\x01x"), n: 1, counts: asMalformed, logs: malformed},
	{name: "reserved bits", least: 30, on: both(takes, overHTTP), run: typed(string(piece(0xf2, 'x'))), n: 1, counts: asMalformed, logs: malformed},
	{name: "the middle of nothing", least: 30, on: both(takes, overHTTP), run: typed(string(piece(0x80, 'x'))), n: 1, counts: asMalformed, logs: malformed},
	{name: "text that is none", least: 30, on: both(takes, overHTTP), run: typed(string(piece(0x81, 0xff))), n: 1, counts: asMalformed, logs: malformed},
	{name: "pings, and no reading", least: 2, on: floods, run: pings, n: 1, counts: asMalformed, logs: malformed},
	{name: "a message in pieces of nothing", least: 2, on: floods, run: nothings},
	{name: "a message in single bytes", least: 2, on: floods, run: crumbs},

	{name: "a header with no end", least: 20, on: answers, run: headers(words(3, 0)), n: 1, counts: asMalformed, logs: dropped},
	{name: "half a header", least: 40, on: func(c *cell) bool { return answers(c) || asks(c) }, run: headers([]byte{0x80, 0}), n: 1, counts: asMalformed, logs: dropped},
	{name: "400 hops", least: 20, on: answers, run: headers(append(words(400, 0), 0x80, 0, 0, 1)), n: 1, counts: asTTL, logs: dropped},
	{name: "replies to requests never made", least: 10, on: both(asks, cooked), run: unasked(1000), n: 1000, counts: asLate, logs: dropped},
	{name: "100,000 late answers", least: 5, on: func(c *cell) bool { return cooked(c) && c.is(wire.Surveyor) }, run: unasked(100_000), n: 100_000, counts: asLate, logs: dropped},
	{name: "messages to who does not listen", least: 20, on: deaf, run: unasked(1000), n: 1000, counts: asUnwanted},
}

// second has a good handshake, and finds the seat taken.
func second(c *cell) error { return c.sit().closed() }

// length is a frame that says how long it is, and is not.
func length(n uint64) func(*cell) error {
	return func(c *cell) error {
		h := c.sit()
		h.say(h.head(n)...)
		return h.closed()
	}
}

func typed(say string) func(*cell) error {
	return func(c *cell) error {
		h := c.sit()
		h.say([]byte(say)...)
		return h.closed()
	}
}

// promises says on many connections that as much comes as may, and sends
// nothing of it: believed, it would fill the memory.
func promises(c *cell) error {
	var all []*hand
	many := 16
	if c.road.TLS || kit.Begins(c.pattern) {
		many = 2 // TLS handshakes, and what each of them is sent, are most of the work
	}
	for range many {
		h := c.sit()
		h.say(h.head(most)...)
		all = append(all, h)
	}
	c.pass(handshake)
	for _, h := range all {
		h.Close()
	}
	return nil
}

func truncated(c *cell) error {
	h := c.sit()
	h.say(h.head(100_000)...)
	h.say(make([]byte, 20_000)...)
	return h.Close()
}

// dribblingFrame sends a byte now and then: slow peers are no culprits, but
// cost no more than they have sent.
func dribblingFrame(c *cell) error {
	h := c.sit()
	tick := time.NewTicker(handshake / 20)
	defer tick.Stop()
	for _, b := range append(h.head(most), make([]byte, 10)...) {
		h.say(b)
		<-tick.C
	}
	return h.Close()
}

// flood writes again and again, and does not read. It ends when it has written
// it times times, or is cut off.
func (h *hand) flood(times int, say []byte) (cut bool) {
	h.SetWriteDeadline(time.Now().Add(handshake))
	for range times {
		if _, err := h.Write(say); err != nil {
			return true
		}
	}
	return false
}

func pings(c *cell) error {
	h := c.sit()
	if !h.flood(4000, bytes.Repeat(piece(0x89, make([]byte, 100)...), 100)) {
		return errors.New("40 MB of pings were answered")
	}
	return nil
}

// nothings is a message in fragments that are empty: its size is never over
// the limit.
func nothings(c *cell) error {
	h := c.sit()
	h.say(piece(0x02)...)
	if h.flood(25, bytes.Repeat(piece(0x00), 4000)) {
		return nil // cut off
	}
	return h.Close()
}

// crumbs is a message in fragments of one byte.
func crumbs(c *cell) error {
	h := c.sit()
	h.say(piece(0x02)...)
	if h.flood(15, bytes.Repeat(piece(0x00, 'x'), 4000)) {
		return nil
	}
	return h.Close()
}

// words are n words of a header.
func words(n int, first byte) []byte {
	return bytes.Repeat([]byte{first, 0, 0, 9}, n)
}

// headers sends a payload as a message. The connection stays: the next message
// may be good.
func headers(payload []byte) func(*cell) error {
	return func(c *cell) error {
		h := c.sit()
		h.say(h.frame(payload...)...)
		return c.stays(h)
	}
}

// unasked sends n messages that nobody waits for.
func unasked(n int) func(*cell) error {
	return func(c *cell) error {
		h := c.sit()
		var all []byte
		for i := range n {
			all = append(all, h.frame(binary.BigEndian.AppendUint32(nil, 1<<31|uint32(i))...)...)
			if len(all) > 32<<10 || i == n-1 {
				if _, err := h.Write(all); err != nil {
					return fmt.Errorf("cut off: %w", err)
				}
				all = all[:0]
			}
		}
		return c.stays(h)
	}
}
