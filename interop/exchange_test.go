package interop

import (
	"errors"
	"fmt"
)

// A conversation is two roles that belong together.
type conversation struct {
	name   string
	a, b   string // a speaks first
	twoWay bool   // b answers
}

var conversations = []conversation{
	{"pair", "pair", "pair", true},
	{"pair1", "pair1", "pair1", true},
	{"pubsub", "pub", "sub", false},
	{"reqrep", "req", "rep", true},
	{"pipeline", "push", "pull", false},
	{"survey", "surveyor", "respondent", true},
	{"bus", "bus", "bus", true},
}

// has tells whether a foreign implementation knows this conversation.
func (c conversation) has(maker string) bool {
	return c.name != "pair1" || maker != "nanomsg" && maker != "nanocat"
}

// The sizes that every conversation uses, all over one connection.
var sizes = []int{0, 1, 27, 28, 29, 255, 65535, 65536, 1048000}

// exchange sends a body of each size from a to b, and another one back, once
// they have found each other.
func (c conversation) exchange(a, b party, sizes []int) error {
	if err := begin(a, b); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	return c.bodies(a, b, sizes)
}

func (c conversation) bodies(a, b party, sizes []int) error {
	for i, size := range sizes {
		seed := uint64(2*i + 1)
		if err := pass(a, b, letter{size: size, seed: seed}); err != nil {
			return fmt.Errorf("%s to %s: %w", c.a, c.b, err)
		}
		if !c.twoWay {
			continue
		}
		if err := pass(b, a, letter{size: size, seed: seed + 1}); err != nil {
			return fmt.Errorf("%s to %s: %w", c.b, c.a, err)
		}
	}
	return nil
}

// begin waits until what a sends reaches b. Some sockets do not wait for peers,
// and on a busy machine nanomsg gives up a handshake that the other side has
// finished, and begins anew.
func begin(a party, all ...party) error {
	stop, err := a.repeat(probe)
	if err != nil {
		return err
	}
	for _, b := range all {
		if err = expect(b, probe); err != nil {
			break
		}
	}
	return errors.Join(err, stop())
}

func pass(from, to party, l letter) error {
	if err := from.send(l); err != nil {
		return fmt.Errorf("sending a body of %d bytes: %w", l.size, err)
	}
	return expect(to, l)
}
