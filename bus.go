package sp

import "github.com/sprocketmq/sp/pattern"

// Bus sends each message to every peer, but not on to the peers of those: all
// members of a bus have to be connected with each other. It never waits: who
// has no room misses the message, which is counted.
type Bus struct {
	Socket
	Sender
	Receiver
}

// NewBus makes a Bus. Nil options are the defaults.
func NewBus(o *Options) *Bus {
	p := pattern.Bus
	p.New = func(h pattern.Host) pattern.Router {
		return bare{&pattern.Joined{Out: pattern.NewBroadcast(h), In: pattern.NewMerge(h)}}
	}
	e := newSocket(p, o)
	return &Bus{makeSocket(e), Sender{e}, Receiver{e}}
}
