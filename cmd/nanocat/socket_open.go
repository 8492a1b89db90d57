package main

import (
	"fmt"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/examples/star"
	"github.com/sprocketmq/sp/pattern"
)

// opening is what a socket is made with.
type opening struct {
	options *sp.Options
	topics  []string
}

func openPush(o *opening) *socket {
	s := sp.NewPusher(o.options)
	return (&socket{base: s}).sendTo(s)
}

func openPull(o *opening) *socket {
	s := sp.NewPuller(o.options)
	return (&socket{base: s}).receiveFrom(s)
}

func openPub(o *opening) *socket {
	s := sp.NewPublisher(o.options)
	return (&socket{base: s, lossy: true}).sendTo(s)
}

func openSub(o *opening) *socket {
	s := sp.NewSubscriber(o.options)
	topics := o.topics
	if len(topics) == 0 {
		topics = []string{""}
	}
	for _, t := range topics {
		if err := s.Subscribe(t); err != nil {
			panic(fmt.Sprintf("subscribe %q: %v", t, err)) // it is new and open
		}
	}
	return (&socket{base: s}).receiveFrom(s)
}

func openPair(version int) func(*opening) *socket {
	return func(o *opening) *socket {
		if version == 1 {
			// Raw, because it shows the hops.
			s := sp.NewRaw(pattern.Pair1, o.options)
			return (&socket{base: s}).sendTo(s).receiveFrom(s)
		}
		s := sp.NewPair(o.options)
		return (&socket{base: s}).sendTo(s).receiveFrom(s)
	}
}

func openBus(o *opening) *socket {
	s := sp.NewBus(o.options)
	return (&socket{base: s, lossy: true}).sendTo(s).receiveFrom(s)
}

func openStar(o *opening) *socket {
	s := star.New(o.options)
	return (&socket{base: s, lossy: true}).sendTo(s).receiveFrom(s)
}
