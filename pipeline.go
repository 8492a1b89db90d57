package sp

import "github.com/sprocketmq/sp/pattern"

// Pusher gives each message to one Puller: those with room take turns, better
// SendPriority first. It waits for one with room. What a lost peer had not begun
// to receive goes to another one, before newer messages.
type Pusher struct {
	Socket
	Sender
}

// NewPusher makes a Pusher. Nil options are the defaults.
func NewPusher(o *Options) *Pusher {
	e := newSocket(headerless(pattern.Push), o)
	return &Pusher{makeSocket(e), Sender{e}}
}

// Puller receives from Pushers. Those that have sent take turns, better
// RecvPriority first.
type Puller struct {
	Socket
	Receiver
}

// NewPuller makes a Puller. Nil options are the defaults.
func NewPuller(o *Options) *Puller {
	e := newSocket(pattern.Pull, o)
	return &Puller{makeSocket(e), Receiver{e}}
}

// headerless makes the typed socket of a pattern that has no header.
func headerless(p pattern.Pattern) pattern.Pattern {
	raw := p.New
	p.New = func(h pattern.Host) pattern.Router { return bare{raw(h).(*pattern.Joined)} }
	return p
}
