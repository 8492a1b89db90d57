package main

import (
	"os"
	"time"

	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// settings are what the command line says.
type settings struct {
	level   int // verbosity: -v counts up, -q down
	kind    *kind
	compat  bool
	ignored bool // options that need nothing done

	binds, dials             []address
	recvTimeout, sendTimeout cli.Seconds
	name                     string
	subscriptions            []string
	maxSize, count           int
	linger                   cli.Seconds
	insecure                 bool
	cert, key, cacert        string

	interval, delay cli.Seconds
	data            []byte
	hasData         bool
	file            *os.File

	format  string  // how received messages are written
	framing framing // how messages are read from a stream; nil: as one message
}

// address is one --bind or --connect.
type address struct {
	url string
	// strict makes the address mean what nanomsg takes it for, including
	// what it refuses; others may be all that package sp understands.
	strict bool
}

// lingerDefault is long, because whoever does not want to wait for a slow
// peer can always interrupt.
const lingerDefault = 10 * time.Second

func newSettings(compat bool) *settings {
	return &settings{format: "no", compat: compat}
}

// lingers is how long to wait in the end for messages to get away.
func (s *settings) lingers() time.Duration {
	switch {
	case s.linger.Given && s.linger.D == 0:
		return -1 // none, to package sp
	case s.linger.Given:
		return s.linger.D
	}
	return lingerDefault
}

func strictly(prefix string) func(string) address {
	return func(arg string) address { return address{prefix + arg, true} }
}

// freely takes any address that package sp has.
func freely(arg string) address { return address{arg, false} }

// setData keeps the data to send, which may be empty.
func (s *settings) setData(arg string) error {
	s.data, s.hasData = []byte(arg), true
	return nil
}
