// Package engine moves messages between routers and connections. It alone
// knows both, and it alone starts goroutines; each belongs to a socket, whose
// Close waits for it.
package engine

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/transport"
)

// Config is what a socket is made of besides its pattern. All values are
// final: nothing is defaulted here.
type Config struct {
	Name                 string
	Log                  *slog.Logger
	Admit                func(ctx context.Context, p *Pipe) error // nil admits everybody
	Linger               time.Duration
	SendQueue, SendBytes int // a peer's outbox: messages and bytes
	FailNoPeer           bool
	Limits               pattern.Limits
	Endpoint             EndpointConfig // what endpoints have unless told otherwise
	// Face makes what the package above shows of a pipe.
	Face func(*Pipe) message.Peer
	// Invalid is an error in the options: every Dial and Listen fails with it.
	Invalid error
}

// EndpointConfig is what an endpoint is made of besides its address.
type EndpointConfig struct {
	Transport                  transport.Transport // nil: by the scheme
	SendPriority, RecvPriority int
	MaxSize                    int // of a message; 0 for any, negative for none but empty ones
	MaxPeers, MaxHandshakes    int // of a listener; 0 for any number
	RedialMin, RedialMax       time.Duration
	HandshakeTimeout           time.Duration
}

// Socket is a router with its peers.
type Socket struct {
	pattern pattern.Pattern
	router  pattern.Router
	bodies  pattern.BodyReceiver // the router, if it is one
	counter pattern.Counter      // likewise
	lends   pattern.BodySender   // likewise
	cfg     Config
	log     *slog.Logger
	limits  atomic.Pointer[pattern.Limits]

	dying  context.Context // ends when Close begins
	stop   context.CancelFunc
	ctx    context.Context // ends when Close has lingered
	cancel context.CancelFunc
	work   sync.WaitGroup // every goroutine of the socket
	phase  atomic.Int32
	poke   chan struct{} // while lingering: something has been flushed

	numbers atomic.Uint64 // connections so far

	mu        sync.Mutex
	pipes     map[uint32]*Pipe
	coming    map[*Pipe]struct{} // they can be sent to, and are about to be in pipes
	endpoints map[*Endpoint]struct{}
	news      chan struct{} // closed and replaced when pipes changes
	ended     chan struct{} // closed when Close has done its work

	recvq, sendq waitq
	awaitq       waitq                  // who waits for room at one peer: all are woken
	lone         atomic.Pointer[stream] // the connection that callers may read
	asked        atomic.Int32           // what somebody has waited for: nobody, forMessage...
	Parked       atomic.Int32           // callers outside recvq that do now
	ready        readiness
	quiet        quiet
	hold         hold
	rounds       rounds
	outside      outside
	total        counters
	past         PeerStats    // of peers that have gone; under mu
	dropped      atomic.Int64 // accepted and not sent when it closed
}

const (
	open int32 = iota
	lingering
	closed
)

// New makes a socket.
func New(p pattern.Pattern, cfg Config) *Socket {
	s := &Socket{
		pattern:   p,
		cfg:       cfg,
		log:       cfg.Log,
		poke:      make(chan struct{}, 1),
		pipes:     make(map[uint32]*Pipe),
		coming:    make(map[*Pipe]struct{}),
		endpoints: make(map[*Endpoint]struct{}),
		news:      make(chan struct{}),
		ended:     make(chan struct{}),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.log = s.log.With("socket", s.name())
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.dying, s.stop = context.WithCancel(context.Background())
	s.limits.Store(&cfg.Limits)
	s.rounds.least = manyConnections
	s.router = p.New((*host)(s))
	s.lends, _ = s.router.(pattern.BodySender)
	s.bodies, _ = s.router.(pattern.BodyReceiver)
	s.counter, _ = s.router.(pattern.Counter)
	return s
}

func (s *Socket) name() string {
	if s.cfg.Name != "" {
		return s.cfg.Name
	}
	return s.pattern.Name
}

// Pattern is what the socket was made of.
func (s *Socket) Pattern() pattern.Pattern { return s.pattern }

// EndpointDefaults is what endpoints have unless told otherwise.
func (s *Socket) EndpointDefaults() EndpointConfig { return s.cfg.Endpoint }

// Router is the socket's router.
func (s *Socket) Router() pattern.Router { return s.router }

// SetLimits changes the settings that routers look at, while the socket
// lives. What is under way may still use the old ones.
func (s *Socket) SetLimits(change func(*pattern.Limits)) {
	for {
		old := s.limits.Load()
		limits := *old
		change(&limits)
		if s.limits.CompareAndSwap(old, &limits) {
			return
		}
	}
}

// host is the socket as its router sees it.
type host Socket

func (h *host) Limits() *pattern.Limits { return h.limits.Load() }

func (h *host) Count(why pattern.Drop, n int) { h.total.drops[why].Add(uint64(n)) }

func (h *host) Readable() { (*Socket)(h).readable() }

func (h *host) Writable() { (*Socket)(h).writable() }

func (h *host) After(d time.Duration, f func()) func() bool { return (*Socket)(h).after(d, f) }

func (s *Socket) readable() {
	s.recvq.wake()
	s.ready.check(s)
}

func (s *Socket) writable() {
	s.sendq.wake()
	s.awaitq.wakeAll()
	s.ready.check(s)
	if s.phase.Load() == lingering {
		s.poked()
	}
}

func (s *Socket) poked() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// spawn runs f on a goroutine that Close waits for. It reports whether the
// socket was still open for that.
func (s *Socket) spawn(f func()) bool {
	if !s.enter() {
		return false
	}
	go func() {
		defer s.work.Done()
		f()
	}()
	return true
}

// enter makes Close wait until work.Done is called.
func (s *Socket) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase.Load() == closed {
		return false
	}
	s.work.Add(1)
	return true
}

func (s *Socket) after(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, func() {
		if s.enter() {
			defer s.work.Done()
			f()
		}
	}).Stop
}

var lastID atomic.Uint32

func init() { lastID.Store(rand.Uint32()) }

// newID returns an ID for a peer: 31 bits, not 0, from a random start.
func newID() uint32 {
	for {
		if id := lastID.Add(1) & 0x7fffffff; id != 0 {
			return id
		}
	}
}

var errClosed = &ClosedError{}

// ClosedError says that the socket is closed. It wraps net.ErrClosed.
type ClosedError struct{}

func (*ClosedError) Error() string { return "socket is closed" }
func (*ClosedError) Unwrap() error { return net.ErrClosed }
