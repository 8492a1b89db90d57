package interop

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sprocketmq/sp/interop/body"
)

// A party is one end of a conversation: a socket of ours or a process with a
// foreign one. It sends and receives as its role prescribes, so a replier
// receives before it sends.
type party interface {
	send(letter) error
	recv() (arrival, error)
	// repeat sends again and again, until stop is called.
	repeat(letter) (stop func() error, err error)
	// addr is where a listening party can be dialled.
	addr() string
}

// A letter tells which body to send. For raw sockets, extra is how many words
// the header has on top of the one it needs; for pair1, how many hops it counts.
type letter struct {
	size  int
	seed  uint64
	extra int
}

// The probe is sent again and again until it arrives.
var probe = letter{size: 5}

// An arrival is what a party knows about a message that it has received.
type arrival struct {
	size int
	sum  uint32
}

func (l letter) arrival() arrival { return arrivalOf(body.Make(l.size, l.seed)) }

func arrivalOf(b []byte) arrival { return arrival{len(b), body.Sum(b)} }

// expect receives a letter, not minding probes that come before it.
func expect(p party, l letter) error {
	for {
		got, err := p.recv()
		if err != nil {
			return fmt.Errorf("receiving a body of %d bytes: %w", l.size, err)
		}
		if got == l.arrival() {
			return nil
		}
		if got != probe.arrival() {
			return fmt.Errorf("received %v, want %v of %+v", got, l.arrival(), l)
		}
	}
}

const ours = "ours"

// A seat says how a party takes part.
type seat struct {
	maker string // ours, or a foreign implementation's name
	role  string // pair, req, …; raw-req, … for a raw socket
	how   string // listen or dial
	at    string // address to dial, or transport to listen at
}

// sit opens a party, which goes when the test ends.
func sit(ctx context.Context, t testing.TB, s seat) party {
	t.Helper()
	if s.maker == ours {
		return newSocket(ctx, t, s)
	}
	return newProcess(ctx, t, s.maker, s)
}

// A cell may take this long on a busy machine; it fails by its own limits.
const cellTime = 2 * time.Minute

// cell is the start of each test in a matrix.
func cell(t *testing.T) context.Context {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), cellTime)
	t.Cleanup(cancel)
	return ctx
}

// check fails the test with what led to the error.
func check(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
