package main

import (
	"context"
	"encoding/hex"
	"sync/atomic"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// tap is a transport around another one that sees every message on the wire,
// with the header that typed sockets do not show.
type tap struct {
	transport.Transport
	say  func(dir, peer string, header, body []byte)
	kind *kind
	last *atomic.Pointer[[]byte]
}

// lastSent is the header of the message that was sent last. It is also that of
// its answer: an answer with another one would not be for us.
func (t *tap) lastSent() []byte {
	if t == nil || !t.kind.asks {
		return nil
	}
	if h := t.last.Load(); h != nil {
		return *h
	}
	return nil
}

func (t *tap) Dialer(addr string) (transport.Dialer, error) {
	d, err := t.Transport.Dialer(addr)
	if err != nil {
		return nil, err
	}
	return transport.DialerFunc(func(ctx context.Context) (transport.Link, error) {
		l, err := d.Dial(ctx)
		return t.tapped(l), err
	}), nil
}

func (t *tap) Listen(addr string) (transport.Listener, error) {
	l, err := t.Transport.Listen(addr)
	if err != nil {
		return nil, err
	}
	return tappedListener{l, t}, nil
}

type tappedListener struct {
	transport.Listener
	tap *tap
}

func (l tappedListener) Accept() (transport.Link, error) {
	link, err := l.Listener.Accept()
	return l.tap.tapped(link), err
}

// tapped puts the tap into a link's codec, as soon as it has one. Other links
// never leave this process, so no wire is there to be watched.
func (t *tap) tapped(l transport.Link) transport.Link {
	s, ok := l.(*transport.StreamLink)
	if !ok {
		return l
	}
	shake := s.Shake
	if shake == nil {
		shake = transport.ShakeSP
	}
	s.Shake = func(ctx context.Context, s *transport.StreamLink, hello transport.Hello) error {
		if err := shake(ctx, s, hello); err != nil {
			return err
		}
		if s.Codec == nil {
			s.Codec = wire.TCP
		}
		s.Codec = &tappedCodec{Codec: s.Codec, tap: t, peer: s.RemoteAddr()}
		return nil
	}
	return l
}

func (t *tap) out(peer string, m *message.Message) {
	if t.kind.asks {
		h := append([]byte(nil), m.Header...)
		t.last.Store(&h)
	}
	t.say("sent to", peer, m.Header, m.Body)
}

// in is told the payload of a frame, in which header and body are one.
func (t *tap) in(peer string, payload []byte) {
	n := min(t.kind.headerSize(payload), len(payload))
	t.say("received from", peer, payload[:n], payload[n:])
}

// describe is how -vv shows a message.
func (w *watch) describe(dir, peer string, header, body []byte) {
	h := "none"
	if len(header) > 0 {
		h = hex.EncodeToString(header)
	}
	w.say(2, "%s %s: header %s, body of %d bytes", dir, peer, h, len(body))
}
