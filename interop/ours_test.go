package interop

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/interop/body"
)

// What all our sockets can do.
type anySocket interface {
	Dial(string) (*sp.Endpoint, error)
	Listen(string) (*sp.Endpoint, error)
	WaitPeers(context.Context, int) error
	Peers() []*sp.Peer
	Stats() sp.Stats
	Close() error
}

// A socket is one of ours as a party.
type socket struct {
	anySocket
	voice
	raw  *sp.Raw // with its role, if the socket is raw
	role string
	ctx  context.Context
	at   string
}

const (
	redial     = 20 * time.Millisecond
	pause      = 20 * time.Millisecond // between two of what is repeated
	surveyTime = time.Minute
)

func options() *sp.Options {
	o := &sp.Options{SurveyTime: surveyTime}
	o.RedialMin, o.RedialMax = redial, redial
	return o
}

func newSocket(ctx context.Context, t testing.TB, s seat) *socket {
	t.Helper()
	return newSocketWith(ctx, t, options(), s)
}

func newSocketWith(ctx context.Context, t testing.TB, o *sp.Options, s seat) *socket {
	t.Helper()
	role, raw := strings.CutPrefix(s.role, "raw-")
	if !raw {
		made, v := open(t, role, o)
		return adopt(ctx, t, made, v, s)
	}
	made := sp.NewRaw(rawPatterns[role], o)
	p := adopt(ctx, t, made, voice{in: made.Recv}, s)
	p.role, p.raw = role, made
	return p
}

// adopt makes a party of a socket, which goes when the test ends.
func adopt(ctx context.Context, t testing.TB, made anySocket, v voice, s seat) *socket {
	t.Helper()
	p := &socket{anySocket: made, voice: v, ctx: ctx}
	t.Cleanup(func() { p.Close() })
	p.at = attach(t, made, s)
	return p
}

// attach gives the address that others can dial.
func attach(t testing.TB, s anySocket, to seat) string {
	t.Helper()
	if to.how == "dial" {
		_, err := s.Dial(to.at)
		check(t, "dial", err)
		return to.at
	}
	e, err := s.Listen(anyAddress(t, to.at))
	check(t, "listen", err)
	return e.Addr()
}

func (p *socket) send(l letter) error { return p.put(p.ctx, l) }

func (p *socket) put(ctx context.Context, l letter) error {
	b := body.Make(l.size, l.seed)
	if p.raw == nil {
		return p.out(ctx, b)
	}
	m := sp.NewMessage(b)
	m.Header = header(p.role, l.extra)
	return p.raw.SendMessage(ctx, m)
}

func (p *socket) recv() (arrival, error) {
	b, err := p.in(p.ctx)
	return arrivalOf(b), err
}

func (p *socket) repeat(l letter) (stop func() error, err error) {
	ctx, cancel := context.WithCancel(p.ctx)
	done := make(chan error)
	go func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			if err := p.put(ctx, l); err != nil {
				done <- err
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				done <- nil
				return
			}
		}
	}()
	return func() error {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}, nil
}

func (p *socket) addr() string { return p.at }

// connections is how many there have been.
func (p *socket) connections() uint64 {
	c := p.Stats().Connections
	return c.Connects + c.Accepts
}
