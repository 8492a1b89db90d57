package pattern_test

import (
	"slices"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

func msg(body string) *message.Message { return &message.Message{Body: []byte(body)} }

func batch(bodies ...string) []message.Message {
	var all []message.Message
	for _, b := range bodies {
		all = append(all, *msg(b))
	}
	return all
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// drops checks all counters of a peer or a host.
func drops(t *testing.T, from interface {
	Drops() [pattern.Drops]int
}, want map[pattern.Drop]int) {
	t.Helper()
	for why, n := range from.Drops() {
		if n != want[pattern.Drop(why)] {
			t.Errorf("%d dropped: %v; want %d", n, pattern.Drop(why), want[pattern.Drop(why)])
		}
	}
}

// room is a peer with room for n messages, and priority.
func room(id uint32, n, priority int) *patterntest.Peer {
	p := patterntest.NewPeer(id)
	p.SetRoom(n)
	p.Out, p.In = priority, priority
	return p
}

// told is where there is something after each call of Readable, Writable or Count.
func told(h *patterntest.Host) <-chan struct{} {
	news := make(chan struct{}, 1)
	h.Enter = func() {
		select {
		case news <- struct{}{}:
		default:
		}
	}
	return news
}

// endless takes all and keeps nothing: for what is measured.
type endless struct{ *patterntest.Peer }

func (endless) Offer(*message.Message) bool { return true }

// quiet is a host that notes nothing.
type quiet struct{ *patterntest.Host }

func (quiet) Readable() {}
func (quiet) Writable() {}
