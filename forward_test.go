package sp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
)

// devices are the pairs that fit: what a device for the kind of that name is
// made of. The first faces the second kind's sockets.
var devices = []struct {
	kind        string
	front, back pattern.Pattern
}{
	{"pair", pattern.Pair, pattern.Pair},
	{"pair1", pattern.Pair1, pattern.Pair1},
	{"pushpull", pattern.Pull, pattern.Push},
	{"pubsub", pattern.Sub, pattern.Pub},
	{"bus", pattern.Bus, pattern.Bus},
	{"reqrep", pattern.Rep, pattern.Req},
	{"survey", pattern.Respondent, pattern.Surveyor},
}

func kindNamed(name string) kind {
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	panic("no kind " + name)
}

// forward runs a device until the test ends.
func forward(t *testing.T, a, b *sp.Raw) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- sp.Forward(ctx, a, b) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("device ended with %v", err)
		}
	})
}

// Everything passes through one device and through a chain of three, whichever
// of the two sockets is named first.
func TestForward(t *testing.T) {
	for _, d := range devices {
		for _, n := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/%d", d.kind, n), func(t *testing.T) {
				each(t, func(t *testing.T, ctx context.Context, road road) {
					a, b, move := kindNamed(d.kind).make(nil)
					open(t, a)
					open(t, b)
					from := a
					for i := range n {
						front, back := open(t, sp.NewRaw(d.front, nil)), open(t, sp.NewRaw(d.back, nil))
						link(t, ctx, front, from, road)
						if i%2 == 0 {
							forward(t, front, back)
						} else {
							forward(t, back, front)
						}
						from = back
					}
					link(t, ctx, from, b, road)
					for i, size := range []int{0, 1, 100, 5000, 100_000} {
						move(t, ctx, body(i, size))
					}
				})
			})
		}
	}
}

// A reflector sends back where an answer can come from.
func TestReflector(t *testing.T) {
	for _, p := range []struct {
		kind string
		raw  pattern.Pattern
	}{{"pair", pattern.Pair}, {"pair1", pattern.Pair1}, {"reqrep", pattern.Rep}, {"survey", pattern.Respondent}} {
		t.Run(p.kind, func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				a, _, _ := kindNamed(p.kind).make(nil)
				open(t, a)
				raw := open(t, sp.NewRaw(p.raw, nil))
				link(t, ctx, raw, a, road)
				var second *sp.Raw // nil and the same mean the same
				if road.Stream {
					second = raw
				}
				forward(t, raw, second)
				switch a := a.(type) {
				case *sp.Pair:
					one(a, a)(t, ctx, []byte("x"))
				case *sp.Requester:
					got, err := a.Do(ctx, []byte("x"))
					if err != nil || string(got) != "x" {
						t.Errorf("got %q, %v", got, err)
					}
				case *sp.Surveyor:
					for m, err := range a.Survey(ctx, []byte("x")) {
						if err != nil || string(m.Body) != "x" {
							t.Errorf("got %v, %v", m, err)
						}
						break
					}
				}
			})
		})
	}
	t.Run("bus", func(t *testing.T) {
		each(t, func(t *testing.T, ctx context.Context, road road) {
			hub := open(t, sp.NewRaw(pattern.Bus, nil))
			all := many(t, ctx, hub, road, 3, func() *sp.Bus { return sp.NewBus(nil) })
			forward(t, hub, nil)
			for i := range all {
				send(t, ctx, all[i], fmt.Sprint(i))
				for j := range all {
					if i != j {
						if got := recv(t, ctx, all[j]); got != fmt.Sprint(i) {
							t.Errorf("%d got %q, %d sent", j, got, i)
						}
					}
				}
			}
		})
	})
}

// Every pair that does not fit fails at once, and says why.
func TestForwardIllegal(t *testing.T) {
	begin(t)
	all := []pattern.Pattern{
		pattern.Pair, pattern.Pair1, pattern.Push, pattern.Pull, pattern.Pub, pattern.Sub,
		pattern.Req, pattern.Rep, pattern.Surveyor, pattern.Respondent, pattern.Bus,
	}
	legal := map[string]bool{
		"pair pair": true, "pair1 pair1": true, "bus bus": true,
		"push pull": true, "pull push": true, "pub sub": true, "sub pub": true,
		"req rep": true, "rep req": true, "surveyor respondent": true, "respondent surveyor": true,
	}
	// An ended context ends a legal device, too, but with its own error.
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, p := range all {
		for _, q := range all {
			a, b := open(t, sp.NewRaw(p, nil)), open(t, sp.NewRaw(q, nil))
			err := sp.Forward(ended, a, b)
			if ok := errors.Is(err, context.Canceled); ok != legal[p.Name+" "+q.Name] {
				t.Errorf("%s and %s: %v", p.Name, q.Name, err)
			} else if !ok && (!strings.Contains(err.Error(), p.Name) || !strings.Contains(err.Error(), q.Name) || !strings.Contains(err.Error(), p.PeerName)) {
				t.Errorf("%s and %s: %v does not say what would fit", p.Name, q.Name, err)
			}
		}
		a := open(t, sp.NewRaw(p, nil))
		err := sp.Forward(ended, a, nil)
		reflects := map[string]bool{"pair": true, "pair1": true, "bus": true, "rep": true, "respondent": true}
		if ok := errors.Is(err, context.Canceled); ok != reflects[p.Name] {
			t.Errorf("%s alone: %v", p.Name, err)
		} else if !ok && !strings.Contains(err.Error(), p.Name) {
			t.Errorf("%s alone: %v", p.Name, err)
		}
		if other := sp.Forward(ended, nil, a); other == nil || other.Error() != err.Error() {
			t.Errorf("%s alone, named second: %v, named first: %v", p.Name, other, err)
		}
	}
	if err := sp.Forward(ended, nil, nil); err == nil {
		t.Error("a device of no sockets")
	}
}

// A device ends with its context or with either socket, says which, and owns
// neither.
func TestForwardEnds(t *testing.T) {
	cause := errors.New("enough of it")
	for _, end := range []string{"context", "front", "back"} {
		t.Run(end, func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				front := open(t, sp.NewRaw(pattern.Rep, &sp.Options{Name: "front"}))
				back := open(t, sp.NewRaw(pattern.Req, &sp.Options{Name: "back"}))
				req, rep := open(t, sp.NewRequester(nil)), open(t, sp.NewReplier(nil))
				link(t, ctx, front, req, road)
				link(t, ctx, back, rep, road)
				on, cancel := context.WithCancelCause(ctx)
				defer cancel(nil)
				done := make(chan error, 1)
				go func() { done <- sp.Forward(on, front, back) }()
				ask(req, rep)(t, ctx, []byte("x"))
				switch end {
				case "context":
					cancel(cause)
				case "front":
					front.Close()
				case "back":
					back.Close()
				}
				err := <-done
				if end == "context" {
					if !errors.Is(err, cause) {
						t.Errorf("ended with %v", err)
					}
					// Both sockets go on: by hand now.
					call, err := req.Ask(sp.NewMessage([]byte("y")), nil)
					if err != nil {
						t.Fatal(err)
					}
					defer call.Cancel()
					m, err := front.RecvMessage(ctx)
					if err == nil {
						err = back.SendMessage(ctx, m)
					}
					if err != nil {
						t.Fatal(err)
					}
					answered(t, ctx, rep, []byte("y"))
					return
				}
				if !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), end) {
					t.Errorf("ended with %v", err)
				}
			})
		})
	}
}

// A ring of devices is ended by the TTL and does not deadlock.
func TestForwardRing(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		in, out := open(t, sp.NewRaw(pattern.Rep, nil)), open(t, sp.NewRaw(pattern.Req, nil))
		at := sptest.Listen(t, in, road, nil)
		sptest.Dial(t, ctx, out, at, in, nil)
		forward(t, in, out)
		req := open(t, sp.NewRequester(nil))
		sptest.Dial(t, ctx, req, at, in, nil)
		const n = 50
		for range n {
			call, err := req.Ask(sp.NewMessage([]byte("round")), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer call.Cancel()
		}
		until(t, ctx, "the end of all rounds", func() bool { return in.Stats().Dropped.TTL == n })
		if n := in.Stats().Received; n != 8*50 {
			t.Errorf("%d messages went round, want 8 times 50", n)
		}
	})
}
