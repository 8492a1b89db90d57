package transporttest

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

func badAddresses(t *test) {
	for _, addr := range t.Bad {
		if _, err := t.Transport.Dialer(addr); err == nil {
			t.Errorf("Dialer takes %q", addr)
		}
		if l, err := t.Transport.Listen(addr); err == nil {
			t.Errorf("Listen takes %q", addr)
			l.Close()
		}
	}
}

// open listens on a new address.
func (t *test) open() transport.Listener {
	t.Helper()
	l, err := t.Transport.Listen(t.Addr(t))
	t.must(err)
	t.Cleanup(func() { l.Close() })
	return l
}

func (t *test) dialer(addr string) transport.Dialer {
	t.Helper()
	d, err := t.Transport.Dialer(addr)
	if err != nil {
		t.Fatalf("Listener.Addr is no address to dial: %v", err)
	}
	return d
}

// bind checks that an address is taken while somebody listens, and free after.
func bind(t *test) {
	l := t.open()
	addr := l.Addr()
	if _, err := transport.Scheme(addr); err != nil {
		t.Errorf("Listener.Addr: %v", err)
	}
	t.dialer(addr)
	if second, err := t.Transport.Listen(addr); err == nil {
		second.Close()
		if !t.Shared {
			t.Error("two listeners have the same address")
		}
	}
	t.must(l.Close())
	again, err := t.Transport.Listen(addr)
	if err != nil {
		t.Fatalf("the address is not free after Close: %v", err)
	}
	if again.Addr() != addr {
		t.Errorf("listening on %s says that it is %s", addr, again.Addr())
	}
	t.must(again.Close())
}

// acceptEnds checks that Close ends Accept.
func acceptEnds(t *test) {
	l := t.open()
	if _, ok := l.(transport.Meeter); ok {
		t.Skip("its ends meet")
	}
	ended := make(chan error, 1)
	go func() {
		link, err := l.Accept()
		if err == nil {
			link.Close()
		}
		ended <- err
	}()
	t.must(l.Close())
	select {
	case err := <-ended:
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept ends with %v, want net.ErrClosed", err)
		}
	case <-t.ctx.Done():
		t.Fatal("Close did not end Accept")
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close gives %v, want net.ErrClosed", err)
	}
	l.Close() // twice is no crime
}

// dialEnds checks that Dial ends: because nobody is there, or with its context.
func dialEnds(t *test) {
	l := t.open()
	d := t.dialer(l.Addr())
	if _, ok := d.(transport.Meeter); ok {
		t.Skip("its ends meet")
	}
	ended, cancel := context.WithCancel(t.ctx)
	cancel()
	if t.attempt(ended, d) == nil {
		t.Error("Dial succeeds with a context that has ended")
	}
	// Nobody accepts: this may succeed or not, but not last for ever.
	short, cancel := context.WithTimeout(t.ctx, 50*time.Millisecond)
	defer cancel()
	t.attempt(short, d)
	t.must(l.Close())
	if t.attempt(t.ctx, d) == nil {
		t.Error("Dial succeeds where nobody listens")
	}
}

// attempt dials once and fails the test if that does not end.
func (t *test) attempt(ctx context.Context, d transport.Dialer) error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		link, err := d.Dial(ctx)
		if err == nil {
			link.Close()
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-t.ctx.Done():
		t.Fatal("Dial does not end: neither does it fail nor does the end of its context end it")
		return nil
	}
}

// side is one end of a connection that this test makes without a socket.
type side struct {
	protocol wire.Protocol
	refuse   error // what Admit says

	link     transport.Link
	admitted atomic.Int32
	err      error // of the handshake
}

func (s *side) shake(ctx context.Context, all *sync.WaitGroup, link transport.Link) {
	s.link = link
	s.err = link.Handshake(ctx, transport.Hello{
		Protocol: s.protocol,
		Admit:    func() error { s.admitted.Add(1); return s.refuse },
		Go:       func(f func()) { all.Go(f) },
	})
	if s.err != nil {
		link.Close() // as a socket does
	}
}

// meet connects two sides and takes them through the handshake.
func (t *test) meet(near, far *side) {
	t.Helper()
	l := t.open()
	d := t.dialer(l.Addr())
	var all sync.WaitGroup
	if m, ok := l.(transport.Meeter); ok {
		t.Cleanup(m.Meet(func(link transport.Link) { far.shake(t.ctx, &all, link) }))
		t.Cleanup(d.(transport.Meeter).Meet(func(link transport.Link) { near.shake(t.ctx, &all, link) }))
	} else {
		a, b := t.connect(l, d)
		all.Go(func() { far.shake(t.ctx, &all, b) })
		near.shake(t.ctx, &all, a)
	}
	all.Wait()
	for _, s := range []*side{near, far} {
		if s.link == nil {
			t.Fatal("the ends did not meet")
		}
		t.Cleanup(func() { s.link.Close() })
	}
}

// connect makes a connection without a handshake.
func (t *test) connect(l transport.Listener, d transport.Dialer) (near, far transport.Link) {
	t.Helper()
	accepted := make(chan transport.Link, 1)
	go func() {
		link, err := l.Accept()
		if err != nil {
			t.Errorf("Accept: %v", err)
		}
		accepted <- link
	}()
	near, err := d.Dial(t.ctx)
	t.must(err)
	t.Cleanup(func() { near.Close() })
	select {
	case far = <-accepted:
	case <-t.ctx.Done():
	}
	if far == nil {
		t.Fatal("a connection was made and not accepted")
	}
	t.Cleanup(func() { far.Close() })
	return near, far
}
