package interop

import (
	"context"
	"testing"

	"github.com/sprocketmq/sp/examples/star"
)

// Over two transports, with our hub between two of their leaves and theirs
// between two of ours.
const starCells = 2 * 2

var (
	// What a leaf writes.
	starForth = written{"00535000 0640 0000", "0000000000000007 00000000 6c576f", "0000000000000009 00000000 14057b7ef7"}
	// What the hub writes to it, of another leaf's messages.
	starBack = written{"00535000 0640 0000", "0000000000000006 00000001 c4a9", "0000000000000009 00000001 14057b7ef7"}
)

// TestStar has the hub and two leaves of a star hear all that any of them
// says, which the hub passes on.
func TestStar(t *testing.T) {
	cells := 0
	for _, transport := range transports {
		for _, hub := range []string{ours, "mangos"} {
			cells++
			leaf := ours
			if hub == ours {
				leaf = "mangos"
			}
			t.Run(hub+"-between-"+leaf+"/"+transport, func(t *testing.T) {
				ctx := cell(t)
				h := sitStar(ctx, t, seat{hub, "star", "listen", transport})
				tapped := newTap(ctx, t, transport, h.addr())
				a := sitStar(ctx, t, seat{leaf, "star", "dial", tapped.at})
				b := sitStar(ctx, t, seat{leaf, "star", "dial", h.addr()})
				all := []party{h, a, b}
				check(t, "probe", begin(a, b))
				check(t, "probe", begin(b, a))
				tell(t, a, letter{size: 3, seed: 1}, all)
				tell(t, b, letter{size: 2, seed: 2}, all)
				last := tapped.newest.Load()
				starForth.compare(t, "forth", transport, &last.forth)
				starBack.compare(t, "back", transport, &last.back)
				for i, size := range sizes {
					for j, from := range all {
						tell(t, from, letter{size: size, seed: uint64(3*i + j)}, all)
					}
				}
			})
		}
	}
	if cells != starCells {
		t.Errorf("%d cells, want %d", cells, starCells)
	}
}

func sitStar(ctx context.Context, t *testing.T, s seat) party {
	t.Helper()
	if s.maker != ours {
		return newProcess(ctx, t, s.maker, s)
	}
	made := star.New(options())
	return adopt(ctx, t, made, voice{made.Send, made.Recv}, s)
}

// tell has one party say something, and all others hear it.
func tell(t *testing.T, from party, l letter, all []party) {
	t.Helper()
	check(t, "say", from.send(l))
	for _, p := range all {
		if p != from {
			check(t, "hear", expect(p, l))
		}
	}
}
