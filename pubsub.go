package sp

import (
	"fmt"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/pattern"
)

// Publisher sends each message to every Subscriber. It never waits: who has no
// room misses the message, which is counted.
type Publisher struct {
	Socket
	Sender
}

// NewPublisher makes a Publisher. Nil options are the defaults.
func NewPublisher(o *Options) *Publisher {
	e := newSocket(headerless(pattern.Pub), o)
	return &Publisher{makeSocket(e), Sender{e}}
}

// Subscriber receives the messages of Publishers that begin with a topic it has
// subscribed to; without a subscription, none. Others are dropped as they come.
// Options.FullQueue says what to lose when messages come faster than they are
// received.
type Subscriber struct {
	Socket
	Receiver
	topics topics
}

// NewSubscriber makes a Subscriber without subscriptions. Nil options are the
// defaults.
func NewSubscriber(o *Options) *Subscriber {
	p := pattern.Sub
	p.New = func(h pattern.Host) pattern.Router {
		in := pattern.NewMerge(h)
		in.FilterAll()
		return &pattern.Joined{In: in}
	}
	e := newSocket(p, o)
	return &Subscriber{makeSocket(e), Receiver{e}, topicsOf(e)}
}

// Subscribe asks for messages that begin with topic; "" is all. Subscriptions
// are counted: n of a topic need n calls of Unsubscribe.
func (s *Subscriber) Subscribe(topic string) error { return s.topics.subscribe(topic) }

// Unsubscribe takes back one Subscribe. Messages that waited to be received and
// match no topic any more are dropped. It fails with ErrNotSubscribed if there
// was no such subscription.
func (s *Subscriber) Unsubscribe(topic string) error { return s.topics.unsubscribe(topic) }

type topics struct {
	e  *engine.Socket
	in *pattern.Merge
}

func topicsOf(e *engine.Socket) topics { return topics{e, e.Router().(*pattern.Joined).In} }

func (t topics) subscribe(topic string) error {
	if err := t.e.Open(); err != nil {
		return err
	}
	t.in.Subscribe([]byte(topic))
	return nil
}

func (t topics) unsubscribe(topic string) error {
	if err := t.e.Open(); err != nil {
		return err
	}
	if !t.in.Unsubscribe([]byte(topic)) {
		return fmt.Errorf("topic %q: %w", topic, ErrNotSubscribed)
	}
	return nil
}
