package inproc

import (
	"context"
	"errors"
	"syscall"
	"testing"

	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/wire"
)

// party shakes hands with whom it meets.
type party struct {
	p      wire.Protocol
	refuse error
	links  []transport.Link
	errs   []error
}

func (p *party) join(l transport.Link) {
	err := l.Handshake(context.Background(), transport.Hello{Protocol: p.p, Admit: func() error { return p.refuse }})
	if err != nil {
		l.Close()
	}
	p.links, p.errs = append(p.links, l), append(p.errs, err)
}

func listens(t *testing.T, addr string, p *party) transport.Listener {
	t.Helper()
	l, err := Transport{}.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	l.(transport.Meeter).Meet(p.join)
	return l
}

func dials(t *testing.T, addr string, p *party) (stop func()) {
	t.Helper()
	d, err := Transport{}.Dialer(addr)
	if err != nil {
		t.Fatal(err)
	}
	return d.(transport.Meeter).Meet(p.join)
}

func met(t *testing.T, p *party, n int) {
	t.Helper()
	if len(p.links) != n {
		t.Errorf("%s met %d, want %d", p.p, len(p.links), n)
	}
	for _, err := range p.errs {
		if err != nil {
			t.Errorf("%s: %v", p.p, err)
		}
	}
}

// Whoever comes second finds the first, before its call returns.
func TestMeet(t *testing.T) {
	push, early, pull := &party{p: wire.Push}, &party{p: wire.Push}, &party{p: wire.Pull}
	dials(t, "inproc://meet", early)
	met(t, early, 0)
	listens(t, "inproc://meet", pull)
	met(t, early, 1)
	dials(t, "inproc://meet", push)
	met(t, push, 1)
	met(t, pull, 2)
	if addr := push.links[0].RemoteAddr(); addr != "inproc://meet" {
		t.Errorf("address %q", addr)
	}
}

func TestNames(t *testing.T) {
	one, other := &party{p: wire.Pull}, &party{p: wire.Push}
	l := listens(t, "inproc://Name", one)
	dials(t, "inproc://name", other)() // stopped at once
	met(t, one, 0)
	if _, err := (Transport{}).Listen("inproc://Name"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second listener: %v", err)
	}
	l.Close()
	listens(t, "inproc://Name", one)
	listens(t, "inproc://name", one)
	met(t, other, 0) // it has been stopped
	names.Lock()
	defer names.Unlock()
	if len(names.waiting) != 0 {
		t.Errorf("waiting: %v", names.waiting)
	}
}

func TestWrongProtocol(t *testing.T) {
	push, rep := &party{p: wire.Push}, &party{p: wire.Rep}
	listens(t, "inproc://wrong", rep)
	dials(t, "inproc://wrong", push)
	var wrong *wire.WrongProtocolError
	for _, p := range []*party{push, rep} {
		if len(p.errs) != 1 || p.errs[0] == nil {
			t.Errorf("%s: %v, want one refusal", p.p, p.errs)
		}
	}
	if !errors.As(push.errs[0], &wrong) && !errors.As(rep.errs[0], &wrong) {
		t.Errorf("nobody says what is wrong: %v, %v", push.errs, rep.errs)
	}
}

// Whoever of the two refuses, the other hears of it.
func TestRefused(t *testing.T) {
	no := errors.New("no")
	for _, dialer := range []bool{false, true} {
		push, pull := &party{p: wire.Push}, &party{p: wire.Pull}
		refuser := pull
		if dialer {
			refuser = push
		}
		refuser.refuse = no
		l := listens(t, "inproc://refused", pull)
		dials(t, "inproc://refused", push)
		var wrong *wire.WrongProtocolError
		for _, p := range []*party{push, pull} {
			if len(p.errs) != 1 || p.errs[0] == nil || errors.As(p.errs[0], &wrong) {
				t.Errorf("the dialer refuses: %v; %s hears %v", dialer, p.p, p.errs)
			}
		}
		l.Close()
	}
}

func TestAwait(t *testing.T) {
	var first, next, dialer, late = party{p: wire.Push}, party{p: wire.Push}, party{p: wire.Pull}, party{p: wire.Pull}
	l := listens(t, "inproc://awaited", &first)
	d, err := Transport{}.Dialer("inproc://awaited")
	if err != nil {
		t.Fatal(err)
	}
	stop := d.(transport.Awaiter).Await(dialer.join)
	gone := d.(transport.Awaiter).Await(late.join)
	met(t, &dialer, 0) // not with who listens already
	if !gone() {
		t.Error("a wait that was ended before anybody came says that somebody had")
	}
	l.Close()
	listens(t, "inproc://awaited", &next)
	met(t, &first, 0)
	met(t, &next, 1)
	met(t, &dialer, 1)
	met(t, &late, 0)
	if stop() {
		t.Error("a wait that somebody ended says that nobody had come")
	}
}
