package sp

import (
	"context"
	"iter"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Requester sends requests to Repliers, any number at once, each to one of
// them: those with room take turns, better SendPriority first. A request is sent
// again when its peer is lost (at once the first time, then with the delays of
// redialling), and when no reply has come for Options.Resend. So it may be
// worked on more than once; AskOptions.NoResend prevents that.
type Requester struct {
	Socket
	calls *requests
}

// NewRequester makes a Requester. Nil options are the defaults.
func NewRequester(o *Options) *Requester {
	p := pattern.Pattern{Protocol: wire.Req, Sends: true, Receives: true, New: newRequests}
	e := newSocket(p, o)
	r := &Requester{makeSocket(e), e.Router().(*requests)}
	r.calls.e = e
	r.calls.noResend = o != nil && o.Resend < 0
	r.calls.failNoPeer = o != nil && o.FailNoPeer
	return r
}

// Do sends a request and waits for its reply. When ctx ends, the request is
// forgotten; a reply that comes later is dropped and counted.
func (r *Requester) Do(ctx context.Context, body []byte) ([]byte, error) {
	c := r.calls.own.Get().(*Call)
	if err := r.start(ctx, c, body, nil); err != nil {
		return nil, err
	}
	answer, err := c.body(ctx)
	if err != nil {
		c.Cancel()
		return nil, err
	}
	c.settle() // the body is ours until this returns
	c.recycle()
	return answer, nil
}

// AskOptions are what a request may be told.
type AskOptions struct {
	// NoResend sends the request once at most. If its peer is lost then, the
	// call fails with ErrPeerGone.
	NoResend bool
}

// Ask sends a request and does not wait: not for the reply, nor for a peer. It
// takes m over if and only if it returns nil. The call has to be ended by Reply
// or Cancel. Nil options are the defaults.
func (r *Requester) Ask(m *Message, o *AskOptions) (*Call, error) {
	body := m.Used().Move()
	c := r.calls.newCall()
	if err := r.start(context.Background(), c, body.Body, o); err != nil {
		m.Unmove(&body)
		return nil, err
	}
	m.Taken()
	return c, nil
}

func (r *Requester) start(ctx context.Context, c *Call, body []byte, o *AskOptions) error {
	e := r.Socket.e
	if err := e.Start(ctx, "request"); err != nil {
		return err
	}
	if r.calls.failNoPeer && e.PeerCount() == 0 {
		return e.NoPeer()
	}
	c.question, c.noResend = body, o != nil && o.NoResend || r.calls.noResend
	e.CountSent(len(body))
	r.calls.transmit(c)
	return nil
}

// Reply waits for the reply. It is given once: a second call fails. When ctx
// ends, the request goes on, and Reply may be called again.
func (c *Call) Reply(ctx context.Context) (*Message, error) {
	if err := c.wait(ctx); err != nil {
		return nil, err
	}
	return c.take()
}

// TryReply is Reply that never waits: it fails with ErrWouldBlock.
func (c *Call) TryReply() (*Message, error) {
	if !c.finished() {
		return nil, ErrWouldBlock
	}
	return c.take()
}

// Cancel forgets the request. It may be called at any time.
func (c *Call) Cancel() { c.r.forget(c) }

// Replier answers Requesters. It receives requests of all its peers, those that
// have sent taking turns, and may answer them in any order.
type Replier struct{ answerer }

// NewReplier makes a Replier. Nil options are the defaults.
func NewReplier(o *Options) *Replier { return &Replier{newAnswerer(wire.Rep, o)} }

// answerer is what Replier and Respondent have in common: everything.
type answerer struct {
	Socket
	out         *pattern.Return
	maxHandlers int
}

func newAnswerer(p wire.Protocol, o *Options) answerer {
	var out *pattern.Return
	e := newSocket(pattern.Pattern{Protocol: p, Sends: true, Receives: true, New: func(h pattern.Host) pattern.Router {
		in := pattern.NewMerge(h)
		in.Keeps = true
		in.Open = func(_ pattern.Peer, m *Message) pattern.Drop { return pattern.OpenBacktrace(m, h.Limits().TTL) }
		out = pattern.NewReturn(h)
		return &pattern.Joined{Out: out, In: in}
	}}, o)
	most := 1024
	if o != nil && o.MaxHandlers > 0 {
		most = o.MaxHandlers
	}
	return answerer{makeSocket(e), out, most}
}

// Recv waits for a request.
func (a *answerer) Recv(ctx context.Context) (*Request, error) {
	m := message.Get()
	defer message.Put(m)
	if err := a.e.Recv(ctx, m); err != nil {
		return nil, err
	}
	return a.request(m), nil
}

// TryRecv is Recv that never waits: it fails with ErrWouldBlock.
func (a *answerer) TryRecv() (*Request, error) {
	m := message.Get()
	defer message.Put(m)
	if err := a.e.TryRecv(m); err != nil {
		return nil, err
	}
	return a.request(m), nil
}

func (a *answerer) request(m *Message) *Request {
	m.Detach(nil)
	return &Request{Body: m.Body, header: m.Header, pipe: m.Peer().(*engine.Pipe), e: a.e, out: a.out}
}

// All yields requests as they come. It ends with the one error it yields: that
// of the context, or net.ErrClosed.
func (a *answerer) All(ctx context.Context) iter.Seq2[*Request, error] { return all(ctx, a.Recv) }

// Handler answers a request. Its context ends with that of Serve and when the
// socket closes.
type Handler func(ctx context.Context, q *Request)

// Serve runs h for each request, at most Options.MaxHandlers at once; further
// requests wait. Replies to requests that came together leave together, unless that
// takes longer than some milliseconds. It returns, when all handlers have, the
// context's error or net.ErrClosed. A panic in a handler is the program's.
func (a *answerer) Serve(ctx context.Context, h Handler) error {
	return engine.Serve(ctx, a.e, a.maxHandlers, a.Recv, h)
}
