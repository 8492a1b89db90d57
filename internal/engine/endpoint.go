package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"github.com/sprocketmq/sp/transport"
)

// Endpoint is an address that a socket dials or listens on.
type Endpoint struct {
	sock     *Socket
	cfg      EndpointConfig
	addr     string
	dialer   transport.Dialer   // nil if it listens
	listener transport.Listener // nil if it dials
	maxSize  atomic.Int64

	ctx    context.Context // ends when the endpoint is closed
	cancel context.CancelFunc
	count  EndpointCounters

	mu      sync.Mutex
	err     error // of the last attempt; nil after success
	failing bool  // err counts
	pipes   map[*Pipe]struct{}
	shakes  []*shake // handshakes in progress, oldest first
	first   chan struct{}
	one     *Pipe // a peer it has or had; first is closed when it is set
	past    PeerStats
	stop    func() // of a Meeter
	again   redial // of a Meeter that dials

	notices notices

	// Face is what the package above made of the endpoint.
	Face any
}

// Dial starts to connect to addr, for as long as the endpoint lives.
func (s *Socket) Dial(addr string, cfg EndpointConfig) (*Endpoint, error) {
	t, err := s.transport(addr, cfg)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	d, err := t.Dialer(addr)
	if err != nil {
		return nil, &EndpointError{addr, fmt.Errorf("dial: %w", err)}
	}
	e := s.endpoint(addr, cfg)
	e.dialer = d
	if err := s.add(e); err != nil {
		return nil, err
	}
	if m, ok := d.(transport.Meeter); ok {
		e.meet(m)
	} else {
		s.spawn(e.dial)
	}
	return e, nil
}

// Listen accepts connections on addr, for as long as the endpoint lives.
func (s *Socket) Listen(addr string, cfg EndpointConfig) (*Endpoint, error) {
	t, err := s.transport(addr, cfg)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	l, err := t.Listen(addr)
	if err != nil {
		s.total.endpoint.BindFailures.Add(1)
		return nil, &EndpointError{addr, fmt.Errorf("listen: %w", err)}
	}
	return s.ListenOn(l, cfg)
}

// ListenOn accepts connections from l, which belongs to the socket then.
func (s *Socket) ListenOn(l transport.Listener, cfg EndpointConfig) (*Endpoint, error) {
	if s.cfg.Invalid != nil {
		l.Close()
		return nil, s.cfg.Invalid
	}
	e := s.endpoint(l.Addr(), cfg)
	e.listener = l
	if err := s.add(e); err != nil {
		l.Close()
		return nil, err
	}
	if m, ok := l.(transport.Meeter); ok {
		e.meet(m)
	} else {
		s.spawn(e.accept)
	}
	return e, nil
}

func (s *Socket) transport(addr string, cfg EndpointConfig) (transport.Transport, error) {
	if s.cfg.Invalid != nil {
		return nil, s.cfg.Invalid
	}
	if err := s.Open(); err != nil {
		return nil, err
	}
	if cfg.Transport != nil {
		_, err := transport.Scheme(addr)
		return cfg.Transport, err
	}
	return transport.Lookup(addr)
}

func (s *Socket) endpoint(addr string, cfg EndpointConfig) *Endpoint {
	e := &Endpoint{sock: s, cfg: cfg, addr: addr, pipes: make(map[*Pipe]struct{}), first: make(chan struct{})}
	e.maxSize.Store(int64(cfg.MaxSize))
	e.ctx, e.cancel = context.WithCancel(s.ctx)
	return e
}

func (s *Socket) add(e *Endpoint) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase.Load() != open {
		e.cancel()
		return errClosed
	}
	s.endpoints[e] = struct{}{}
	return nil
}

// Addr is the address: of a listener the one that was bound.
func (e *Endpoint) Addr() string { return e.addr }

// SetMaxSize changes the largest size of messages to come; 0 is any, and negative
// that only empty ones come.
func (e *Endpoint) SetMaxSize(n int) { e.maxSize.Store(int64(n)) }

// most is the largest size of a message that comes now.
func (e *Endpoint) most() uint64 {
	switch n := e.maxSize.Load(); {
	case n == 0:
		return math.MaxUint64
	case n < 0:
		return 0
	default:
		return uint64(n)
	}
}

// Err is why the last attempt to connect or accept failed; nil if it did not.
func (e *Endpoint) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// Wait waits for the first connection and returns it.
func (e *Endpoint) Wait(ctx context.Context) (*Pipe, error) {
	select {
	case <-e.first:
	default:
		if err := ended(ctx, "wait"); err != nil {
			return nil, err
		}
		select {
		case <-e.first:
		case <-e.ctx.Done():
			return nil, &EndpointError{e.addr, errors.Join(errEndpointClosed, e.Err())}
		case <-ctx.Done():
			return nil, &WaitError{Op: "wait", Err: ctx.Err(), Cause: context.Cause(ctx), Why: e.Err()}
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.one, nil
}

// Close ends the endpoint and its connections, and waits for neither.
func (e *Endpoint) Close() error {
	s := e.sock
	s.mu.Lock()
	_, ok := s.endpoints[e]
	delete(s.endpoints, e)
	s.mu.Unlock()
	if !ok {
		return errEndpointClosed
	}
	e.shut()
	for _, p := range e.live() {
		p.lose(errEndpointClosed, true)
	}
	return nil
}

var errEndpointClosed = fmt.Errorf("endpoint is %w", errClosedHere)

// shut stops making connections.
func (e *Endpoint) shut() {
	e.cancel()
	e.sumUp()
	e.succeeded() // no attempt any more, so none that failed
	if e.listener != nil {
		e.listener.Close()
	}
	e.stopMeeting()
}

// live are the endpoint's pipes.
func (e *Endpoint) live() []*Pipe {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]*Pipe, 0, len(e.pipes))
	for p := range e.pipes {
		all = append(all, p)
	}
	return all
}

// joined and left keep the books of pipes. Joined may come more than once, and late.
func (e *Endpoint) joined(p *Pipe) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, there := e.pipes[p]; there || p.left.Load() {
		return
	}
	e.outcomeLocked(nil, false)
	e.unlistLocked(p.link)
	e.pipes[p] = struct{}{}
}

// announce tells who waits for the endpoint's first peer.
func (e *Endpoint) announce(p *Pipe) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.one == nil {
		close(e.first)
	}
	e.one = p
}

func (e *Endpoint) left(p *Pipe) {
	if p.ours {
		e.both(func(c *EndpointCounters) { c.Closed.Add(1) })
	} else {
		e.both(func(c *EndpointCounters) { c.Broken.Add(1) })
	}
	p.left.Store(true) // before the counters are read: what comes later is late
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.pipes, p)
	p.book(&e.past, &p.endBooked)
}

// failed and succeeded keep the outcome of the last attempt; alone says why there
// is none. A closed endpoint makes none any more, so it does not count as failing.
func (e *Endpoint) failed(err error) { e.outcome(&EndpointError{e.addr, err}, true) }
func (e *Endpoint) succeeded()       { e.outcome(nil, false) }
func (e *Endpoint) alone()           { e.outcome(&EndpointError{e.addr, transport.ErrNobody}, false) }

func (e *Endpoint) outcome(err error, failing bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.outcomeLocked(err, failing)
}

func (e *Endpoint) outcomeLocked(err error, failing bool) {
	was := e.failing
	closed := e.ctx.Err() != nil
	if !closed {
		e.err = err
	}
	e.failing = failing && !closed
	switch {
	case e.failing && !was:
		e.both(func(c *EndpointCounters) { c.Failing.Add(1) })
	case was && !e.failing:
		e.both(func(c *EndpointCounters) { c.Failing.Add(-1) })
	}
}

// Stats returns the endpoint's counters and the sum of its peers', those that
// have gone included.
func (e *Endpoint) Stats() (*EndpointCounters, PeerStats, int) {
	defer e.sock.settle()
	e.mu.Lock()
	defer e.mu.Unlock()
	sum := e.past
	for p := range e.pipes {
		sum.add(p.Stats())
	}
	return &e.count, sum, len(e.pipes)
}
