package transporttest

import (
	"errors"
	"sync"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

func handshake(t *test) {
	near, far := &side{protocol: wire.Push}, &side{protocol: wire.Pull}
	t.meet(near, far)
	for _, s := range []*side{near, far} {
		if s.err != nil {
			t.Errorf("handshake of %s: %v", s.protocol, s.err)
		}
		if n := s.admitted.Load(); n != 1 {
			t.Errorf("%s: Admit was called %d times, want once", s.protocol, n)
		}
		for _, addr := range []string{s.link.LocalAddr(), s.link.RemoteAddr()} {
			if _, err := transport.Scheme(addr); err != nil {
				t.Errorf("%s: LocalAddr or RemoteAddr: %v", s.protocol, err)
			}
		}
		switch l := s.link.(type) {
		case *transport.StreamLink:
			if l.Conn == nil || l.Codec == nil {
				t.Errorf("%s: a stream link without a connection or a codec", s.protocol)
			}
		case transport.MessageLink:
		default:
			t.Errorf("%s: %T is neither a stream link nor a message link", s.protocol, l)
		}
		s.link.State()
	}
	near.link.Close()
	near.link.Close()
	far.link.Close()
}

func handshakeRefused(t *test) {
	no := errors.New("not you")
	for _, refuser := range []int{0, 1} {
		sides := []*side{{protocol: wire.Push}, {protocol: wire.Pull}}
		sides[refuser].refuse = no
		t.meet(sides[0], sides[1])
		if err := sides[refuser].err; !errors.Is(err, no) {
			t.Errorf("Admit refused, and its side's handshake gave %v", err)
		}
		if n := sides[refuser].admitted.Load(); n != 1 {
			t.Errorf("Admit was called %d times, want once", n)
		}
	}
}

func handshakeWrongProtocol(t *test) {
	near, far := &side{protocol: wire.Push}, &side{protocol: wire.Rep}
	t.meet(near, far)
	var wrong *wire.WrongProtocolError
	if near.err == nil || far.err == nil {
		t.Errorf("a PUSH and a REP agree: %v, %v", near.err, far.err)
	}
	if !errors.As(near.err, &wrong) && !errors.As(far.err, &wrong) {
		t.Errorf("no side says that the protocol is wrong: %v, %v", near.err, far.err)
	}
}

// handshakeEnds checks that closing a link ends its handshake, of which the
// other side does nothing.
func handshakeEnds(t *test) {
	l := t.open()
	d := t.dialer(l.Addr())
	if _, ok := l.(transport.Meeter); ok {
		t.Skip("its ends meet")
	}
	for _, dialling := range []bool{true, false} {
		link, far := t.connect(l, d)
		if !dialling {
			link = far
		}
		var all sync.WaitGroup
		done := make(chan error, 1)
		go func() {
			s := side{protocol: wire.Pair}
			s.shake(t.ctx, &all, link)
			all.Wait()
			done <- s.err
		}()
		link.Close()
		select {
		case err := <-done:
			if err == nil {
				t.Error("a handshake with a silent side succeeds")
			}
		case <-t.ctx.Done():
			t.Fatal("Close did not end the handshake")
		}
	}
}
