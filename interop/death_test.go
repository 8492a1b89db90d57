package interop

import (
	"context"
	"log/slog"
	"slices"
	"syscall"
	"testing"

	"github.com/sprocketmq/sp/interop/body"
)

// eachCell runs test beside all others, with each library and in each way that is
// wanted.
func eachCell(t *testing.T, wanted func(matrixCell) bool, test func(*testing.T, context.Context, matrixCell)) {
	for _, x := range matrix(libraries...) {
		if wanted(x) {
			t.Run(x.String(), func(t *testing.T) { test(t, cell(t), x) })
		}
	}
}

func requesters(x matrixCell) bool       { return x.our == "req" }
func listeningPushers(x matrixCell) bool { return x.our == "push" && x.weListen }

// TestRequesterOutlivesReplier kills the foreign replier that has the request:
// another one gets it at once.
func TestRequesterOutlivesReplier(t *testing.T) {
	eachCell(t, requesters, func(t *testing.T, ctx context.Context, x matrixCell) {
		o := options()
		o.Resend = 2 * cellTime
		they := seat{x.maker, "rep", "listen", x.transport}
		we := seat{ours, "req", "listen", x.transport}
		var s *socket
		var first *process
		if x.weListen {
			s = newSocketWith(ctx, t, o, we)
			they.how, they.at = "dial", s.addr()
			first = newProcess(ctx, t, x.maker, they)
		} else {
			first = newProcess(ctx, t, x.maker, they)
			we.how, we.at = "dial", first.addr()
			s = newSocketWith(ctx, t, o, we)
		}
		question, answer := letter{size: 29, seed: 1}, letter{size: 28, seed: 2}
		check(t, "question", pass(s, first, question))

		second := newProcess(ctx, t, x.maker, they)
		if !x.weListen {
			attach(t, s, seat{how: "dial", at: second.addr()})
		}
		check(t, "second peer", s.WaitPeers(ctx, 2))
		first.kill()
		check(t, "question again", expect(second, question))
		check(t, "answer", pass(second, s, answer))
	})
}

// Enough that half of it does not fit into the system's buffers, and message
// i has bulkSize+i bytes.
const (
	bulk     = 400
	bulkSize = 64 << 10
)

// TestPusherMovesMessages kills a foreign puller that takes nothing: what
// still waited for it goes to another one, in order and before newer messages.
func TestPusherMovesMessages(t *testing.T) {
	eachCell(t, listeningPushers, func(t *testing.T, ctx context.Context, x matrixCell) {
		o := options()
		left := make(chan struct{}, 2)
		o.Log = slog.New(departures(left))
		s := newSocketWith(ctx, t, o, seat{ours, "push", "listen", x.transport})
		they := seat{x.maker, "pull", "dial", s.addr()}
		dead := newProcess(ctx, t, x.maker, they)
		alive := newProcess(ctx, t, x.maker, they)
		check(t, "peers", s.WaitPeers(ctx, 2))
		check(t, "both in turn", begin(s, dead, alive))
		check(t, "stop", dead.Process.Signal(syscall.SIGSTOP))

		sent := make(chan error, 1)
		go func() {
			for i := range bulk {
				if err := s.send(letter{size: bulkSize + i, seed: uint64(i)}); err != nil {
					sent <- err
					return
				}
			}
			sent <- s.send(marker)
		}()
		direct := untilMarker(t, alive)
		check(t, "send", <-sent)
		var waiting []int
		for i := range bulk {
			if !slices.Contains(direct, i) {
				waiting = append(waiting, i)
			}
		}

		dead.kill()
		select {
		case <-left:
		case <-ctx.Done():
			t.Fatal("the peer's death was not noticed")
		}
		check(t, "send", s.send(marker))
		moved := untilMarker(t, alive)
		if n := len(waiting) - len(moved); len(moved) == 0 || n < 0 || !slices.Equal(moved, waiting[n:]) {
			t.Errorf("moved %v, want the last ones of %v", moved, waiting)
		}
		check(t, "close", s.Close())
		if st := s.Stats(); st.Sent != st.Traffic.MessagesOut+st.Traffic.Unknown || st.Traffic.Unknown > 1 {
			t.Errorf("%d sent: %d handed over, %d unknown", st.Sent, st.Traffic.MessagesOut, st.Traffic.Unknown)
		}
	})
}

// TestCloseKeepsNothingBack closes a pusher at once after many sends: a foreign
// puller gets all of it, if it takes it in time.
func TestCloseKeepsNothingBack(t *testing.T) {
	eachCell(t, listeningPushers, func(t *testing.T, ctx context.Context, x matrixCell) {
		o := options()
		o.Linger = cellTime
		s := newSocketWith(ctx, t, o, seat{ours, "push", "listen", x.transport})
		they := newProcess(ctx, t, x.maker, seat{x.maker, "pull", "dial", s.addr()})
		check(t, "peers", s.WaitPeers(ctx, 1))
		for i := range bulk {
			check(t, "send", s.send(letter{size: 100, seed: uint64(i)}))
		}
		closed := make(chan error, 1)
		go func() { closed <- s.Close() }()
		for i := range bulk {
			check(t, "receive", expect(they, letter{size: 100, seed: uint64(i)}))
		}
		check(t, "close", <-closed)
	})
}

// departures is told when a peer has gone.
type departures chan<- struct{}

func (d departures) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "disconnected" {
		d <- struct{}{}
	}
	return nil
}

func (departures) Enabled(context.Context, slog.Level) bool { return true }
func (d departures) WithAttrs([]slog.Attr) slog.Handler     { return d }
func (d departures) WithGroup(string) slog.Handler          { return d }

var marker = letter{size: 1, seed: 1}

// untilMarker gives the numbers of the messages that come before the marker.
func untilMarker(t *testing.T, p party) (numbers []int) {
	t.Helper()
	for {
		got, err := p.recv()
		check(t, "receive", err)
		if got == marker.arrival() {
			return numbers
		}
		if got == probe.arrival() {
			continue
		}
		i := got.size - bulkSize
		if want := body.Make(got.size, uint64(i)); got != arrivalOf(want) {
			t.Fatalf("received %v, want %v", got, arrivalOf(want))
		}
		numbers = append(numbers, i)
	}
}
