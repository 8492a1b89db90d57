// Package inproc connects sockets of the same process by name. A message that
// was given away is handed over, not copied; no goroutine is involved. Who
// dials a name before anybody listens on it is connected when somebody does,
// inside that call of Listen.
package inproc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"

	"github.com/sprocketmq/sp/transport"
)

func init() { transport.Register("inproc", Transport{}) }

// Transport is the transport of inproc:// addresses. Names are any strings
// and are the process's; they are case-sensitive.
type Transport struct{}

var names = struct {
	sync.Mutex
	listeners map[string]*listener
	waiting   map[string][]*dialer // in the order in which they came
}{listeners: map[string]*listener{}, waiting: map[string][]*dialer{}}

type listener struct {
	name string
	join func(transport.Link)
}

type dialer struct {
	name string
	join func(transport.Link)
}

func name(addr string) (string, error) {
	name, ok := strings.CutPrefix(addr, "inproc://")
	if !ok {
		return "", fmt.Errorf("address %q: want inproc://NAME", addr)
	}
	return name, nil
}

// Dialer implements transport.Transport.
func (Transport) Dialer(addr string) (transport.Dialer, error) {
	n, err := name(addr)
	return &dialer{name: n}, err
}

// Listen implements transport.Transport.
func (Transport) Listen(addr string) (transport.Listener, error) {
	n, err := name(addr)
	if err != nil {
		return nil, err
	}
	names.Lock()
	defer names.Unlock()
	if names.listeners[n] != nil {
		return nil, syscall.EADDRINUSE
	}
	l := &listener{name: n}
	names.listeners[n] = l
	return l, nil
}

// Meet implements transport.Meeter.
func (l *listener) Meet(join func(transport.Link)) func() {
	names.Lock()
	l.join = join
	waiting := names.waiting[l.name]
	delete(names.waiting, l.name)
	names.Unlock()
	for _, d := range waiting {
		connect(l, d.join)
	}
	return func() { l.Close() }
}

// Meet implements transport.Meeter.
func (d *dialer) Meet(join func(transport.Link)) func() {
	names.Lock()
	l := names.listeners[d.name]
	if l == nil || l.join == nil {
		defer names.Unlock()
		forget := d.await(join)
		return func() { forget() }
	}
	names.Unlock()
	connect(l, join)
	return func() {}
}

// Await implements transport.Awaiter.
func (d *dialer) Await(join func(transport.Link)) func() bool {
	names.Lock()
	defer names.Unlock()
	return d.await(join)
}

// await begins a wait for a listener, with the lock.
func (d *dialer) await(join func(transport.Link)) (forget func() bool) {
	w := &dialer{name: d.name, join: join}
	names.waiting[d.name] = append(names.waiting[d.name], w)
	return w.forget
}

// forget ends a wait for a listener, and tells whether it was one.
func (d *dialer) forget() (waited bool) {
	names.Lock()
	defer names.Unlock()
	waiting := names.waiting[d.name]
	for i, w := range waiting {
		if waited = w == d; waited {
			waiting = append(waiting[:i:i], waiting[i+1:]...)
			break
		}
	}
	if len(waiting) == 0 {
		delete(names.waiting, d.name)
	} else {
		names.waiting[d.name] = waiting
	}
	return waited
}

// connect makes a connection and gives the listener its end; the handshake
// there gives the dialer the other one.
func connect(l *listener, join func(transport.Link)) {
	near, far := newPair("inproc://" + l.name)
	far.callIn = func() { join(near) }
	l.join(far)
	if !far.met {
		// The listener did not want to know us; the dialer has to hear of it.
		near.Close()
		join(near)
	}
}

var errUseMeet = errors.New("inproc: ends meet")

// Dial implements transport.Dialer. Sockets use Meet instead.
func (d *dialer) Dial(context.Context) (transport.Link, error) { return nil, errUseMeet }

// Accept implements transport.Listener. Sockets use Meet instead.
func (l *listener) Accept() (transport.Link, error) { return nil, errUseMeet }

// Addr implements transport.Listener.
func (l *listener) Addr() string { return "inproc://" + l.name }

// Close implements transport.Listener.
func (l *listener) Close() error {
	names.Lock()
	defer names.Unlock()
	if names.listeners[l.name] == l {
		delete(names.listeners, l.name)
	}
	return nil
}
