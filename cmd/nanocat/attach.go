package main

import (
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/cmd/internal/secure"
	"github.com/sprocketmq/sp/transport"
)

// attach binds all addresses, then connects to the others.
func (s *settings) attach(sock *socket, w *watch) error {
	for _, a := range s.binds {
		if err := s.attachOne(sock.ListenWith, a, true, w); err != nil {
			return a.failed("bind", "listen on", err)
		}
	}
	for _, a := range s.dials {
		if err := s.attachOne(sock.DialWith, a, false, w); err != nil {
			return a.failed("connect", "connect to", err)
		}
	}
	return nil
}

// unknownTransport is nanomsg's EPROTONOSUPPORT, with package sp's own text.
type unknownTransport struct{ error }

func (u *unknownTransport) Unwrap() error { return syscall.EPROTONOSUPPORT }

// zeros is what nanomsg makes of a path without a name: an abstract one, of zeros.
var zeros = "abstract://" + strings.Repeat("%00", 107)

type attacher func(string, *sp.EndpointOptions) (*sp.Endpoint, error)

func (s *settings) attachOne(attach attacher, a address, bind bool, w *watch) error {
	if err := a.check(bind); err != nil {
		return err
	}
	url := a.url
	if a.strict && url == "ipc://" {
		url = zeros
	}
	o, err := s.endpointOptions(url, w)
	if err != nil {
		return err
	}
	e := w.add(url, !bind)
	ep, err := attach(url, o)
	if err != nil {
		return err
	}
	w.rename(e, ep.Addr())
	if bind {
		w.say(1, "listening on %s", ep.Addr())
	}
	return nil
}

// endpointOptions chooses the transport where the registered one will not do.
func (s *settings) endpointOptions(addr string, w *watch) (*sp.EndpointOptions, error) {
	t, err := transport.Lookup(addr)
	if err != nil {
		return nil, &unknownTransport{err}
	}
	if s.cert != "" || s.key != "" || s.cacert != "" || s.insecure {
		files := secure.Files{Cert: s.cert, Key: s.key, CA: s.cacert, Insecure: s.insecure}
		if t, err = files.Transport(addr, t); err != nil {
			return nil, err
		}
	}
	if w.level >= 2 || s.format == "json" && s.kind.asks {
		if w.tap == nil {
			w.tap = &tap{say: w.describe, kind: s.kind, last: new(atomic.Pointer[[]byte])}
		}
		tapped := *w.tap
		tapped.Transport = t
		t = &tapped
	}
	return &sp.EndpointOptions{Transport: t}, nil
}

// failed words the error of an address. Of those that nanomsg's command takes
// it says what that says; others it names.
func (a address) failed(strict, free string, err error) error {
	if a.strict {
		return failed("Can't "+strict, err)
	}
	return &cli.Failure{
		Text:   fmt.Sprintf("Can't %s %s: %v\n", free, a.url, plain(err, a.url)),
		Status: statusSocket,
	}
}

// plain takes off err's text what the line says already.
func plain(err error, addr string) string {
	text := err.Error()
	for _, prefix := range []string{"listen " + addr + ": ", "dial " + addr + ": ", addr + ": "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}

// peers words to whom messages were on their way.
func (w *watch) peers(sock *socket) string {
	var all []string
	for _, p := range sock.Peers() {
		all = append(all, p.Addr())
	}
	if len(all) > 0 {
		return " to " + strings.Join(all, ", ")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return ": no peer: " + w.list(false)
}
