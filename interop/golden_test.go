package interop

import (
	"context"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
)

// What each implementation writes, byte for byte.
type golden struct {
	conversation string
	device       bool // between the two: what is written behind it
	forth, back  written
}

// Q stands for the four bytes of a request's id, whose first bit is set, and P
// for a pipe's id, whose first bit is not; otherwise it is hex. The messages
// are the body of 3 bytes with seed 1 forth, and of 2 bytes with seed 2 back.
// The probe comes before them, once or more often. A frame on ipc has 01 in
// front.
type written struct{ hello, message, probe string }

var goldens = []golden{
	{
		"pair", false,
		written{"00535000 0010 0000", "0000000000000003 6c576f", "0000000000000005 14057b7ef7"},
		written{"00535000 0010 0000", "0000000000000002 c4a9", ""},
	},
	{
		"pair1", false,
		written{"00535000 0011 0000", "0000000000000007 00000001 6c576f", "0000000000000009 00000001 14057b7ef7"},
		written{"00535000 0011 0000", "0000000000000006 00000001 c4a9", ""},
	},
	{
		"pubsub", false,
		written{"00535000 0020 0000", "0000000000000003 6c576f", "0000000000000005 14057b7ef7"},
		written{"00535000 0021 0000", "", ""},
	},
	{
		"reqrep", false,
		written{"00535000 0030 0000", "0000000000000007 Q 6c576f", "0000000000000009 Q 14057b7ef7"},
		written{"00535000 0031 0000", "0000000000000006 Q c4a9", ""},
	},
	{
		"pipeline", false,
		written{"00535000 0050 0000", "0000000000000003 6c576f", "0000000000000005 14057b7ef7"},
		written{"00535000 0051 0000", "", ""},
	},
	{
		"survey", false,
		written{"00535000 0062 0000", "0000000000000007 Q 6c576f", "0000000000000009 Q 14057b7ef7"},
		written{"00535000 0063 0000", "0000000000000006 Q c4a9", ""},
	},
	{
		"bus", false,
		written{"00535000 0070 0000", "0000000000000003 6c576f", "0000000000000005 14057b7ef7"},
		written{"00535000 0070 0000", "0000000000000002 c4a9", ""},
	},
	{
		"pair1", true,
		written{"00535000 0011 0000", "0000000000000007 00000002 6c576f", "0000000000000009 00000002 14057b7ef7"},
		written{"00535000 0011 0000", "0000000000000006 00000001 c4a9", ""},
	},
	{
		"reqrep", true,
		written{"00535000 0030 0000", "000000000000000b P Q 6c576f", "000000000000000d P Q 14057b7ef7"},
		written{"00535000 0031 0000", "000000000000000a P Q c4a9", ""},
	},
	{
		"survey", true,
		written{"00535000 0062 0000", "000000000000000b P Q 6c576f", "000000000000000d P Q 14057b7ef7"},
		written{"00535000 0063 0000", "000000000000000a P Q c4a9", ""},
	},
}

// Ten of them from four implementations on two transports, but for pair1's
// two, which nanomsg does not have.
const goldenCells = 10*4*2 - 2*2

// TestGolden has two sockets of one implementation converse through a tap.
func TestGolden(t *testing.T) {
	cells := 0
	for _, g := range goldens {
		for _, maker := range append([]string{ours}, libraries...) {
			if !g.talk().has(maker) {
				continue
			}
			for _, transport := range transports {
				cells++
				t.Run(g.name()+"/"+maker+"/"+transport, func(t *testing.T) {
					g.run(cell(t), t, maker, transport)
				})
			}
		}
	}
	if cells != goldenCells {
		t.Errorf("%d cells, want %d", cells, goldenCells)
	}
}

func (g golden) talk() conversation {
	for _, c := range conversations {
		if c.name == g.conversation {
			return c
		}
	}
	panic("no such conversation: " + g.conversation)
}

func (g golden) name() string {
	if g.device {
		return g.conversation + "-device"
	}
	return g.conversation
}

func (g golden) run(ctx context.Context, t *testing.T, maker, transport string) {
	c := g.talk()
	b := sit(ctx, t, seat{maker, c.b, "listen", transport})
	tapped := newTap(ctx, t, transport, b.addr())
	at := tapped.at
	if g.device {
		at = newDevice(ctx, t, maker, c, transport, at)
	}
	a := sit(ctx, t, seat{maker, c.a, "dial", at})
	check(t, "probe", begin(a, b))
	check(t, "forth", pass(a, b, letter{size: 3, seed: 1}))
	if c.twoWay {
		check(t, "back", pass(b, a, letter{size: 2, seed: 2}))
	}
	if maker == "mangos" {
		g.forth, g.back = g.forth.oneHopLess(), g.back.oneHopLess()
	}
	last := tapped.newest.Load()
	g.forth.compare(t, "forth", transport, &last.forth)
	g.back.compare(t, "back", transport, &last.back)
}

// oneHopLess turns pair1's frames into those of mangos, which begins with 0.
func (w written) oneHopLess() written {
	less := strings.NewReplacer(" 00000001 ", " 00000000 ", " 00000002 ", " 00000001 ")
	return written{w.hello, less.Replace(w.message), less.Replace(w.probe)}
}

var masks = strings.NewReplacer(" ", "", "P", "[0-7][0-9a-f]{7}", "Q", "[89a-f][0-9a-f]{7}")

func (w written) compare(t *testing.T, direction, transport string, r *recording) {
	t.Helper()
	frame := ""
	if transport == "ipc" {
		frame = "01"
	}
	want := w.hello
	if w.probe != "" {
		want += "(" + frame + w.probe + ")+"
	}
	if w.message != "" {
		want += frame + w.message
	}
	got := hex.EncodeToString([]byte(r.String()))
	if !regexp.MustCompile("^" + masks.Replace(want) + "$").MatchString(got) {
		t.Errorf("%s: wrote %s, want %s", direction, got, want)
	}
}
