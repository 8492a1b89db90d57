package sp_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// words is a header of n words: those of n-1 devices and an id.
func words(n int) []byte {
	var h []byte
	for i := range n - 1 {
		h = binary.BigEndian.AppendUint32(h, uint32(i+1))
	}
	return append(h, 0x80, 0, 0, 7)
}

func rawMessage(header []byte, body string) *sp.Message {
	m := sp.NewMessage([]byte(body))
	m.Header = header
	return m
}

func sendRaw(t testing.TB, ctx context.Context, s *sp.Raw, header []byte, body string) {
	t.Helper()
	if err := s.SendMessage(ctx, rawMessage(header, body)); err != nil {
		t.Fatal(err)
	}
}

func recvRaw(t testing.TB, ctx context.Context, s *sp.Raw, header []byte, body string) *sp.Message {
	t.Helper()
	m, err := s.RecvMessage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(m.Header, header) || string(m.Body) != body {
		t.Fatalf("received %x %q, want %x %q", m.Header, m.Body, header, body)
	}
	return m
}

func peerWord(p *sp.Peer) []byte { return binary.BigEndian.AppendUint32(nil, p.ID()) }

// The asking sides' raw forms show exactly one word, the answering sides' whom
// it came from and then all words, 4·(n+1) bytes.
func TestRawHeaders(t *testing.T) {
	for _, c := range []struct {
		name         string
		asks, answer pattern.Pattern
	}{{"reqrep", pattern.Req, pattern.Rep}, {"survey", pattern.Surveyor, pattern.Respondent}} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, ctx context.Context, road road) {
				a, b := open(t, sp.NewRaw(c.asks, nil)), open(t, sp.NewRaw(c.answer, nil))
				link(t, ctx, a, b, road)
				from := peerWord(b.Peers()[0])
				for n := 1; n <= 8; n++ {
					sendRaw(t, ctx, a, words(n), "question")
					want := append(bytes.Clone(from), words(n)...)
					m := recvRaw(t, ctx, b, want, "question")
					if len(m.Header) != 4*(n+1) {
						t.Errorf("%d words: a header of %d bytes", n, len(m.Header))
					}
					m.Body = []byte("answer")
					if err := b.SendMessage(ctx, m); err != nil {
						t.Fatal(err)
					}
					recvRaw(t, ctx, a, words(n)[:4], string(words(n)[4:])+"answer")
				}
				// Nobody has that ID: dropped and counted, as the reply of a
				// device to a peer that went.
				sendRaw(t, ctx, b, []byte{0, 0, 0, 0, 0x80, 0, 0, 1}, "nobody")
				if n := b.Stats().Dropped.NoPeer; n != 1 {
					t.Errorf("counted %d", n)
				}
				if err := b.SendMessage(ctx, rawMessage([]byte{1, 2}, "")); !errors.Is(err, pattern.ErrHeader) {
					t.Errorf("an answer to nowhere: %v", err)
				}
			})
		})
	}
}

// A message may have come over TTL hops, and is dropped and counted after more;
// the connection stays.
func TestTTL(t *testing.T) {
	// A PAIR1 sender counts its own hop.
	hops := func(n int) []byte { return []byte{0, 0, 0, byte(n - 1)} }
	takes := func(r interface {
		RecvMessage(context.Context) (*sp.Message, error)
	}) func(context.Context) ([]byte, error) {
		return func(ctx context.Context) ([]byte, error) {
			m, err := r.RecvMessage(ctx)
			if err != nil {
				return nil, err
			}
			return m.Body, nil
		}
	}
	for _, c := range []struct {
		name   string
		from   pattern.Pattern
		header func(hops int) []byte
		make   func(o *sp.Options) (sptest.Socket, func(context.Context) ([]byte, error))
	}{
		{"replier", pattern.Req, words, func(o *sp.Options) (sptest.Socket, func(context.Context) ([]byte, error)) {
			s := sp.NewReplier(o)
			return s, requestBody(s)
		}},
		{"respondent", pattern.Surveyor, words, func(o *sp.Options) (sptest.Socket, func(context.Context) ([]byte, error)) {
			s := sp.NewRespondent(o)
			return s, requestBody(s)
		}},
		{"pair1", pattern.Pair1, hops, func(o *sp.Options) (sptest.Socket, func(context.Context) ([]byte, error)) {
			s := sp.NewPair(version1(o))
			return s, s.Recv
		}},
		{"raw rep", pattern.Req, words, func(o *sp.Options) (sptest.Socket, func(context.Context) ([]byte, error)) {
			s := sp.NewRaw(pattern.Rep, o)
			return s, takes(s)
		}},
		{"raw respondent", pattern.Surveyor, words, func(o *sp.Options) (sptest.Socket, func(context.Context) ([]byte, error)) {
			s := sp.NewRaw(pattern.Respondent, o)
			return s, takes(s)
		}},
		{"raw pair1", pattern.Pair1, hops, func(o *sp.Options) (sptest.Socket, func(context.Context) ([]byte, error)) {
			s := sp.NewRaw(pattern.Pair1, o)
			return s, takes(s)
		}},
	} {
		for _, ttl := range []struct{ set, is int }{{0, 8}, {1, 1}, {3, 3}, {254, 254}, {255, 255}} {
			t.Run(fmt.Sprintf("%s/%d", c.name, ttl.set), func(t *testing.T) {
				each(t, func(t *testing.T, ctx context.Context, road road) {
					from := open(t, sp.NewRaw(c.from, nil))
					to, next := c.make(&sp.Options{TTL: ttl.set})
					open(t, to)
					link(t, ctx, to, from, road)
					dropped := uint64(0)
					if c.from.Self != pattern.Pair1.Self || ttl.is < 255 { // a hop count ends there
						sendRaw(t, ctx, from, c.header(ttl.is+1), "one too many")
						dropped = 1
					}
					sendRaw(t, ctx, from, c.header(ttl.is), "just right")
					got, err := next(ctx)
					if err != nil || string(got) != "just right" {
						t.Fatalf("got %q, %v", got, err)
					}
					until(t, ctx, "the drop being counted", func() bool { return to.Stats().Dropped.TTL == dropped })
					if d := to.Stats().Dropped; d.Total() != dropped {
						t.Errorf("dropped %+v", d)
					}
					if len(to.Peers()) != 1 {
						t.Error("the connection is gone")
					}
				})
			})
		}
	}
}

func requestBody(a answerer) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		q, err := a.Recv(ctx)
		if err != nil {
			return nil, err
		}
		return q.Body, nil
	}
}

// PAIR1 on the wire: the first hop is 1, as nng sends it; 0 is taken, as mangos
// sends it. The raw form shows the count and adds one as it sends.
func TestPair1Hops(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		typed := open(t, sp.NewPair(version1(nil)))
		raw := open(t, sp.NewRaw(pattern.Pair1, nil))
		link(t, ctx, typed, raw, road)
		send(t, ctx, typed, "x")
		m := recvRaw(t, ctx, raw, []byte{0, 0, 0, 1}, "x")
		if err := raw.SendMessage(ctx, m); err != nil {
			t.Fatal(err)
		}
		if m, err := typed.RecvMessage(ctx); err != nil || m.Header != nil || string(m.Body) != "x" {
			t.Errorf("got %+v, %v; a typed socket shows no hops", m, err)
		}
		for _, header := range [][]byte{{0, 0, 0, 255}, {0, 0, 1, 0}, {0, 0, 0}, {0, 0, 0, 1, 0}} {
			if err := raw.SendMessage(ctx, rawMessage(header, "")); !errors.Is(err, pattern.ErrHeader) {
				t.Errorf("header %x: %v", header, err)
			}
		}
		if !road.Stream {
			return
		}
		pair := open(t, sp.NewPair(version1(nil)))
		w := sptest.DialWire(t, ctx, sptest.Listen(t, pair, road, nil).Addr())
		w.Greet(wire.Pair1)
		sptest.Peers(t, ctx, pair, 1)
		send(t, ctx, pair, "x")
		check(t, "first hop", w.Next(), []byte{0, 0, 0, 1, 'x'})
		w.Frame(0, 0, 0, 0, 'y')
		if got := recv(t, ctx, pair); got != "y" {
			t.Errorf("got %q", got)
		}
	})
}

// A raw BUS shows whom a message came from, and sends to all but that one.
func TestRawBus(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		hub := open(t, sp.NewRaw(pattern.Bus, nil))
		members := many(t, ctx, hub, road, 3, func() *sp.Bus { return sp.NewBus(nil) })
		send(t, ctx, members[0], "x")
		m, err := hub.RecvMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "header", m.Header, peerWord(sp.PeerOf(m)))
		if err := hub.SendMessage(ctx, m); err != nil {
			t.Fatal(err)
		}
		sendRaw(t, ctx, hub, nil, "to all")
		for i, want := range []string{"to all", "xto all", "xto all"} {
			got := recv(t, ctx, members[i])
			if i > 0 {
				got += recv(t, ctx, members[i])
			}
			if got != want {
				t.Errorf("member %d got %q, want %q", i, got, want)
			}
		}
		for _, n := range []int{1, 3, 5, 8} {
			if err := hub.SendMessage(ctx, rawMessage(make([]byte, n), "")); !errors.Is(err, pattern.ErrHeader) {
				t.Errorf("a header of %d bytes: %v", n, err)
			}
		}
	})
}

// A typed socket does not let a header of the application's onto the wire.
func TestTypedSocketsIgnoreHeaders(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, road road) {
		for _, o := range []*sp.Options{nil, version1(nil)} {
			a, b := open(t, sp.NewPair(o)), open(t, sp.NewPair(o))
			link(t, ctx, a, b, road)
			if err := a.SendMessage(ctx, rawMessage([]byte("header"), "body")); err != nil {
				t.Fatal(err)
			}
			if got := recv(t, ctx, b); got != "body" {
				t.Errorf("received %q", got)
			}
		}
	})
}
