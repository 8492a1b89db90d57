package sp

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/transport"
	_ "github.com/sprocketmq/sp/transport/inproc" // built in
	_ "github.com/sprocketmq/sp/transport/ipc"
	_ "github.com/sprocketmq/sp/transport/tcp"
)

// Options are what a socket may be told when it is made; they are read once.
// Nil is the default of each. In all fields, 0 means the default, and negative
// means none: no linger, never, unlimited, a queue of length zero. A bad value
// makes every Dial and Listen fail with an error that names it.
type Options struct {
	// Name is what logs call the socket. The default is its protocol.
	Name string
	// Log gets what a person who debugs a connection wants to know: who came
	// and went, who was refused and why, what was too big. Others decide how
	// often that happens, so of each kind but coming and going an endpoint
	// writes the first at once, and then a line every 10 s that says how many
	// more there were. Nil discards it.
	Log *slog.Logger
	// Admit, if not nil, is asked about each new peer, before any message
	// moves and within the HandshakeTimeout, when ctx ends. An error refuses
	// the peer. It may call anything, Close too.
	Admit func(ctx context.Context, p *Peer) error
	// Linger is how long Close may take to send what was accepted, and to wait
	// until peers that have to read it first have closed their side: 1 s.
	Linger time.Duration
	// SendQueue and SendQueueBytes limit what waits to be sent to a peer:
	// 1,000 messages and 256 KiB. One message always fits an empty queue.
	SendQueue, SendQueueBytes int
	// RecvQueue and RecvQueueBytes limit what of a peer waits to be received,
	// likewise. When they are reached, the peer is not read any more. Over inproc
	// what its SendQueue allows waits here, too: nothing does at its side.
	RecvQueue, RecvQueueBytes int
	// TTL is how many hops a message may have come over, 1 to 255: 8. It is
	// looked at by Replier, Respondent, Pair version 1, and their raw forms.
	TTL int
	// Resend is after what time without a reply a Requester sends a request
	// again: 60 s. Negative is never, also when its peer is lost.
	Resend time.Duration
	// SurveyTime is how long a Surveyor waits for answers: 1 s. Negative is
	// until the survey is closed.
	SurveyTime time.Duration
	// FullQueue is what a Subscriber loses when its queue is full.
	FullQueue FullQueue
	// FailNoPeer makes a Pusher and a Requester fail with ErrNoPeer where they
	// would wait for a first peer.
	FailNoPeer bool
	// PairVersion is 0, or 1 for PAIR version 1, which counts hops. They are
	// different protocols.
	PairVersion int
	// MaxHandlers is how many handlers Serve runs at once: 1,024.
	MaxHandlers int

	// EndpointOptions are the defaults of the socket's endpoints.
	EndpointOptions
}

// EndpointOptions are what an endpoint may be told. In DialWith, ListenWith and
// ListenOn, fields that are 0 have the socket's values.
type EndpointOptions struct {
	// Transport is used instead of the one registered for the scheme; that is
	// where a transport's own settings are, for instance
	// tcp.Transport{KeepAlive: time.Minute}.
	Transport transport.Transport
	// SendPriority and RecvPriority are 1 (best) to 16: 8. A Pusher and a
	// Requester send to the best peers that have room; all sockets receive
	// first from the best peers that have sent.
	SendPriority, RecvPriority int
	// MaxSize is the largest message accepted, header included, in bytes:
	// 1 MiB. A peer that sends a larger one is disconnected; over inproc only
	// the message is dropped. Negative is any.
	MaxSize int
	// MaxPeers is how many connections a listener has at once, those in their
	// handshake included: 16,384. One more is closed.
	MaxPeers int
	// MaxHandshakes is how many connections of a listener may be in their
	// handshake at once: 1,024. One more ends the oldest.
	MaxHandshakes int
	// RedialMin and RedialMax bound the time before a dialer tries again,
	// which is random up to a bound that doubles: 100 ms and 10 s.
	RedialMin, RedialMax time.Duration
	// HandshakeTimeout is how long a handshake may take: 5 s.
	HandshakeTimeout time.Duration
}

// FullQueue says what to lose when a Subscriber's queue for a peer is full.
type FullQueue uint8

const (
	// DropOldest makes room by dropping the message that waits longest.
	DropOldest FullQueue = iota
	// DropNewest drops the message that comes.
	DropNewest
	// WaitForRoom loses nothing here: the peer is not read, and its own queue
	// for us fills.
	WaitForRoom
)

var fullQueue = map[FullQueue]pattern.Full{
	DropOldest: pattern.DropOldest, DropNewest: pattern.DropNewest, WaitForRoom: pattern.Wait,
}

// orDefault makes 0 the default and negative 0.
func orDefault[T int | time.Duration](v, def T) T {
	switch {
	case v == 0:
		return def
	case v < 0:
		return 0
	}
	return v
}

const unlimited = 1<<63 - 1

// newSocket makes the engine's socket from a pattern and options.
func newSocket(p pattern.Pattern, o *Options) *engine.Socket {
	if o == nil {
		o = &Options{}
	}
	invalid := o.check()
	end, err := o.EndpointOptions.resolve(defaultEndpoint)
	if invalid == nil {
		invalid = err
	}
	full := pattern.Wait
	if p.Protocol == pattern.Sub.Protocol {
		full = fullQueue[o.FullQueue]
	}
	cfg := engine.Config{
		Name:       o.Name,
		Log:        o.Log,
		Linger:     orDefault(o.Linger, time.Second),
		SendQueue:  orDefault(o.SendQueue, 1000),
		SendBytes:  orDefault(o.SendQueueBytes, 256<<10),
		FailNoPeer: o.FailNoPeer,
		Limits: pattern.Limits{
			TTL:        orDefault(o.TTL, 8),
			RecvQueue:  orDefault(o.RecvQueue, 1000),
			RecvBytes:  orDefault(o.RecvQueueBytes, 256<<10),
			Full:       full,
			Resend:     orDefault(o.Resend, time.Minute),
			SurveyTime: orDefault(o.SurveyTime, time.Second),
			RedialMin:  end.RedialMin,
			RedialMax:  end.RedialMax,
		},
		Endpoint: end,
		Face:     func(p *engine.Pipe) message.Peer { return &Peer{p} },
		Invalid:  invalid,
	}
	if o.Admit != nil {
		admit := o.Admit
		cfg.Admit = func(ctx context.Context, p *engine.Pipe) error { return admit(ctx, p.Face().(*Peer)) }
	}
	return engine.New(p, cfg)
}

func (o *Options) check() error {
	switch {
	case o.TTL < 0 || o.TTL > 255:
		return badOption("TTL", o.TTL, "1 to 255")
	case o.FullQueue > WaitForRoom:
		return badOption("FullQueue", o.FullQueue, "DropOldest, DropNewest or WaitForRoom")
	case o.PairVersion < 0 || o.PairVersion > 1:
		return badOption("PairVersion", o.PairVersion, "0 or 1")
	case o.MaxHandlers < 0:
		return badOption("MaxHandlers", o.MaxHandlers, "1 or more")
	}
	return nil
}

func badOption(name string, value any, want string) error {
	return fmt.Errorf("option %s is %v, want %s", name, value, want)
}

var defaultEndpoint = engine.EndpointConfig{
	SendPriority: 8, RecvPriority: 8,
	MaxSize:       1 << 20,
	MaxPeers:      16384,
	MaxHandshakes: 1024,
	RedialMin:     100 * time.Millisecond, RedialMax: 10 * time.Second,
	HandshakeTimeout: 5 * time.Second,
}

// resolve fills in what o leaves open from def.
func (o *EndpointOptions) resolve(def engine.EndpointConfig) (engine.EndpointConfig, error) {
	if o == nil {
		return def, nil
	}
	c := engine.EndpointConfig{
		Transport:        o.Transport,
		SendPriority:     orDefault(o.SendPriority, def.SendPriority),
		RecvPriority:     orDefault(o.RecvPriority, def.RecvPriority),
		MaxSize:          orDefault(o.MaxSize, def.MaxSize),
		MaxPeers:         orDefault(o.MaxPeers, def.MaxPeers),
		MaxHandshakes:    orDefault(o.MaxHandshakes, def.MaxHandshakes),
		RedialMin:        orDefault(o.RedialMin, def.RedialMin),
		RedialMax:        max(orDefault(o.RedialMax, def.RedialMax), 0),
		HandshakeTimeout: orDefault(o.HandshakeTimeout, def.HandshakeTimeout),
	}
	if c.Transport == nil {
		c.Transport = def.Transport
	}
	if o.RedialMin > 0 && o.RedialMax == 0 {
		c.RedialMax = max(c.RedialMax, c.RedialMin)
	}
	if o.RedialMax > 0 && o.RedialMin == 0 {
		c.RedialMin = min(c.RedialMin, c.RedialMax)
	}
	if c.HandshakeTimeout == 0 {
		c.HandshakeTimeout = unlimited
	}
	switch {
	case c.SendPriority < 1 || c.SendPriority > 16:
		return def, badOption("SendPriority", o.SendPriority, "1 to 16")
	case c.RecvPriority < 1 || c.RecvPriority > 16:
		return def, badOption("RecvPriority", o.RecvPriority, "1 to 16")
	case c.RedialMax < c.RedialMin:
		return def, badOption("RedialMax", o.RedialMax, "at least RedialMin, "+c.RedialMin.String())
	}
	return c, nil
}
