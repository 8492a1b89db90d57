package ledger

import (
	"testing"

	"github.com/sprocketmq/sp"
)

// Account is what is to be settled with the books.
type Account struct {
	Dropped int // counted by the sockets, by reason
	Unknown int // counted by the senders: begun when a connection was cut
	// MostLost is how many messages the kernel buffers of the connections that
	// were cut, and what died without leaving word, could hold.
	MostLost int
	// MostBack is how often what was returned came after newer messages.
	MostBack int
	// Repeats says that a message may come more than once.
	Repeats bool
}

// Settle compares the books with what was counted, prints both, and fails the
// test where they differ.
func (l *Ledger) Settle(t testing.TB, a Account) Sum {
	t.Helper()
	s := l.Sum()
	lost := s.Missing - a.Dropped
	t.Logf("accepted %d = received %d + dropped %d + unknown %d (%d of it counted, at most %d); again %d, late %d",
		s.Accepted, s.Received-s.Refused, a.Dropped, lost, a.Unknown, a.MostLost, s.Twice, s.Back)
	switch {
	case s.Accepted == 0 || s.Received == 0:
		t.Error("nothing was sent")
	case s.Damaged > 0:
		t.Errorf("%d messages are not what was sent", s.Damaged)
	case s.Refused > 0:
		t.Errorf("%d messages arrived whose send had failed", s.Refused)
	case s.Twice > 0 && !a.Repeats:
		t.Errorf("%d messages came twice", s.Twice)
	case s.Back > a.MostBack:
		t.Errorf("%d times order was broken, at most %d may be", s.Back, a.MostBack)
	case lost < 0:
		t.Errorf("%d messages were counted as dropped and arrived", -lost)
	case lost > a.MostLost:
		t.Errorf("%d messages are lost that nobody counted; %d could be", lost, a.MostLost)
	}
	return s
}

// Conserved checks that of what went into a socket nothing is missing and nothing
// was made up: accepted and arrived = passed on, taken and dropped. It holds for
// sockets that give each message to one peer.
func Conserved(t testing.TB, what string, s sp.Stats) {
	t.Helper()
	in := s.Sent + s.Traffic.MessagesIn
	out := s.Traffic.MessagesOut + s.Traffic.Unknown + uint64(s.Traffic.Queued) + s.Received + uint64(s.Waiting) + s.Dropped.Total()
	if in != out {
		t.Errorf("%s: %d messages went in and %d came out: sent %d, in %d; out %d, unknown %d, queued %d, received %d, waiting %d, dropped %+v",
			what, in, out, s.Sent, s.Traffic.MessagesIn, s.Traffic.MessagesOut, s.Traffic.Unknown, s.Traffic.Queued, s.Received, s.Waiting, s.Dropped)
	}
}
