package sp

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/pattern"
)

// Raw is a socket of any pattern that shows the protocol's headers in
// Message.Header and follows no rules of its own about them: it is what devices
// are made of. What the header of a pattern is, package pattern says.
//
// A raw SUB receives everything until it subscribes to something.
type Raw struct {
	Socket
	Sender
	Receiver
}

// NewRaw makes a raw socket of one of package pattern's patterns, or of one of
// your own. Nil options are the defaults.
func NewRaw(p pattern.Pattern, o *Options) *Raw {
	e := newSocket(p, o)
	return &Raw{makeSocket(e), Sender{e}, Receiver{e}}
}

// Subscribe is Subscriber's, for a raw SUB; others fail.
func (r *Raw) Subscribe(topic string) error {
	t, err := r.topics()
	if err != nil {
		return err
	}
	return t.subscribe(topic)
}

// Unsubscribe is Subscriber's, for a raw SUB; others fail.
func (r *Raw) Unsubscribe(topic string) error {
	t, err := r.topics()
	if err != nil {
		return err
	}
	return t.unsubscribe(topic)
}

func (r *Raw) topics() (topics, error) {
	p := r.Socket.e.Pattern()
	if p.Self != pattern.Sub.Self {
		return topics{}, fmt.Errorf("a raw %s socket has no subscriptions", p.Name)
	}
	return topicsOf(r.Socket.e), nil
}

// Forward is a device: it moves messages from a to b and from b to a, in the
// directions that both have, until ctx or one of the sockets ends, and returns
// why. It owns neither socket. The two have to be each other's counterparts,
// such as a raw REP and a raw REQ; with a == b, or one nil, messages go back where
// they can be answered from. What does not fit fails at once, saying why.
//
// Rings of devices are ended by the TTL of REQ/REP, SURVEYOR/RESPONDENT and
// PAIR1; those of other protocols turn for ever.
func Forward(ctx context.Context, a, b *Raw) error {
	a, b = cmp.Or(a, b), cmp.Or(b, a)
	if a == nil {
		return errors.New("forward: no socket is given")
	}
	return engine.Forward(ctx, a.Socket.e, b.Socket.e)
}
