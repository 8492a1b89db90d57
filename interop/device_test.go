package interop

import (
	"context"
	"errors"
	"testing"

	"github.com/sprocketmq/sp"
)

// Six conversations with each of three libraries and one with two, over two
// transports, with our device between theirs and theirs between ours.
const deviceCells = (6*3 + 2) * 2 * 2

// A deviceCell is two sockets of one maker and a device of another.
type deviceCell struct {
	conversation
	transport    string
	ends, middle string // makers, one of them ours
}

func deviceMatrix() (cells []deviceCell) {
	for _, c := range conversations {
		for _, maker := range libraries {
			if !c.has(maker) {
				continue
			}
			for _, transport := range transports {
				cells = append(cells,
					deviceCell{c, transport, maker, ours}, deviceCell{c, transport, ours, maker})
			}
		}
	}
	return cells
}

func (x deviceCell) String() string {
	return x.name + "/" + x.middle + "-between-" + x.ends + "/" + x.transport
}

// TestDevices sends bodies of all sizes through a device: ours between two
// foreign sockets, and a foreign one between two of ours.
func TestDevices(t *testing.T) {
	cells := deviceMatrix()
	if len(cells) != deviceCells {
		t.Fatalf("%d cells, want %d", len(cells), deviceCells)
	}
	for _, x := range cells {
		t.Run(x.String(), func(t *testing.T) {
			ctx := cell(t)
			b := sit(ctx, t, seat{x.ends, x.b, "listen", x.transport})
			front := newDevice(ctx, t, x.middle, x.conversation, x.transport, b.addr())
			a := sit(ctx, t, seat{x.ends, x.a, "dial", front})
			check(t, "exchange", x.exchange(a, b, sizes))
		})
	}
}

// newDevice puts a device in front of a party that plays c's second role, and
// gives the address that the first role is to dial.
func newDevice(ctx context.Context, t testing.TB, maker string, c conversation, transport, back string) string {
	t.Helper()
	front := seat{maker, c.b, "listen", transport}
	behind := seat{maker, c.a, "dial", back}
	if maker != ours {
		return newProcess(ctx, t, maker, front, behind).addr()
	}
	a, b := sp.NewRaw(rawPatterns[c.b], options()), sp.NewRaw(rawPatterns[c.a], options())
	forwarding, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- sp.Forward(forwarding, a, b) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("device: %v, want it to end with its context", err)
		}
		if err := errors.Join(a.Close(), b.Close()); err != nil {
			t.Errorf("device: %v", err)
		}
	})
	attach(t, b, behind)
	return attach(t, a, front)
}
