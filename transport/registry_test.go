package transport_test

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/sprocketmq/sp/transport"
)

func TestLookup(t *testing.T) {
	var mine transport.Transport = transport.Stream{Codec: nil}
	transport.Register("mine", mine)
	if got, err := transport.Lookup("mine://x"); err != nil || got == nil {
		t.Errorf("%v, %v", got, err)
	}
	for addr, says := range map[string][]string{
		"":               {"want", "://"},
		"x":              {"want", "://"},
		"://x":           {"want", "://"},
		"other://x":      {`"other"`, "mine"},
		"ws://x":         {"import", "transport/ws"},
		"wss://x":        {"import", "transport/ws"},
		"tls+tcp://x:1":  {"import", "transport/tlstcp"},
		"tls+tcp6://x:1": {"import", "transport/tlstcp"},
	} {
		_, err := transport.Lookup(addr)
		for _, s := range append(says, addr) {
			if err == nil || !strings.Contains(err.Error(), s) {
				t.Errorf("%q: %v; want an error with %q", addr, err, s)
			}
		}
	}
}

func TestRegisterAtAnyTime(t *testing.T) {
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				transport.Register("busy", transport.Stream{})
				if _, err := transport.Lookup("busy://x"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestHalfStream(t *testing.T) {
	if _, err := (transport.Stream{}).Dialer("half://x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Dialer without a function: %v", err)
	}
	if _, err := (transport.Stream{}).Listen("half://x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Listen without a function: %v", err)
	}
	no := errors.New("no")
	s := transport.Stream{ListenFunc: func(string) (net.Listener, error) { return nil, no }}
	if _, err := s.Listen("half://x"); !errors.Is(err, no) {
		t.Errorf("Listen: %v", err)
	}
}
