package sp

import (
	"context"
	"iter"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/transport"
)

// Message is a message that is sent or received whole, without copying.
type Message = message.Message

// NewMessage returns a message with that body, which is the message's then.
func NewMessage(body []byte) *Message { return &Message{Body: body} }

// Socket is what all sockets have in common. It is part of each of them.
type Socket struct {
	e   *engine.Socket
	end engine.EndpointConfig
}

func makeSocket(e *engine.Socket) Socket { return Socket{e: e, end: e.EndpointDefaults()} }

// Dial connects to an address, in the background, and again each time the
// connection is lost, until the endpoint or the socket is closed. It fails only
// if the address is bad, the transport is not there, an option is bad, or the
// socket is closed.
func (s *Socket) Dial(addr string) (*Endpoint, error) { return s.DialWith(addr, nil) }

// DialWith is Dial with options of its own.
func (s *Socket) DialWith(addr string, o *EndpointOptions) (*Endpoint, error) {
	cfg, err := o.resolve(s.end)
	if err != nil {
		return nil, err
	}
	return endpoint(s.e.Dial(addr, cfg))
}

// Listen accepts connections on an address. It has bound it when it returns, or
// fails with the system's error.
func (s *Socket) Listen(addr string) (*Endpoint, error) { return s.ListenWith(addr, nil) }

// ListenWith is Listen with options of its own.
func (s *Socket) ListenWith(addr string, o *EndpointOptions) (*Endpoint, error) {
	cfg, err := o.resolve(s.end)
	if err != nil {
		return nil, err
	}
	return endpoint(s.e.Listen(addr, cfg))
}

// ListenOn accepts connections from l: a listener inherited from the parent
// process or from systemd (transport.ConnListener), a handler mounted in an HTTP
// server, a pipe in a test. The endpoint closes it.
func (s *Socket) ListenOn(l transport.Listener, o *EndpointOptions) (*Endpoint, error) {
	cfg, err := o.resolve(s.end)
	if err != nil {
		return nil, err
	}
	return endpoint(s.e.ListenOn(l, cfg))
}

// WaitPeers waits until the socket has at least n peers.
func (s *Socket) WaitPeers(ctx context.Context, n int) error { return s.e.WaitPeers(ctx, n) }

// Peers are the peers that the socket has now.
func (s *Socket) Peers() []*Peer {
	pipes := s.e.Pipes()
	peers := make([]*Peer, len(pipes))
	for i, p := range pipes {
		peers[i] = p.Face().(*Peer)
	}
	return peers
}

// Close sends what was accepted, for as long as Linger, closes all endpoints
// and connections, and makes every other call fail. When it returns, no
// goroutine of the socket is left but those inside a hook or handler of the
// caller's. It returns a *DroppedError if something could not be sent, and
// net.ErrClosed if the socket is closed already.
func (s *Socket) Close() error { return s.e.Close() }

// Sender is the sending half of sockets that send.
type Sender struct{ e *engine.Socket }

// Send sends a message with that body, which it copies. It waits, where the
// pattern does, until a peer has room. An error means that the message was not
// sent and will not be.
func (s *Sender) Send(ctx context.Context, body []byte) error { return s.e.SendBody(ctx, body) }

// SendMessage sends m and takes it over if and only if it returns nil: then
// neither m nor its body may be touched any more. It waits as Send does. Typed
// sockets ignore m's header and send their own.
func (s *Sender) SendMessage(ctx context.Context, m *Message) error {
	return s.give(m, s.e.Send(ctx, m.Used()))
}

// TrySend is SendMessage that never waits: it fails with ErrWouldBlock.
func (s *Sender) TrySend(m *Message) error { return s.give(m, s.e.TrySend(m.Used())) }

func (s *Sender) give(m *Message, err error) error {
	if err == nil {
		m.Taken()
	}
	return err
}

// Receiver is the receiving half of sockets that receive.
type Receiver struct{ e *engine.Socket }

// Recv waits for a message and returns its body, which is the caller's.
func (r *Receiver) Recv(ctx context.Context) ([]byte, error) { return r.e.RecvBody(ctx) }

// RecvMessage waits for a message. Its Release, which is never necessary, lets
// its memory be used for the next ones; that makes receiving faster.
func (r *Receiver) RecvMessage(ctx context.Context) (*Message, error) {
	m := message.Get()
	if err := r.e.Recv(ctx, m); err != nil {
		message.Put(m)
		return nil, err
	}
	showPeer(m)
	return m, nil
}

// TryRecv is RecvMessage that never waits: it fails with ErrWouldBlock.
func (r *Receiver) TryRecv() (*Message, error) {
	m := message.Get()
	if err := r.e.TryRecv(m); err != nil {
		message.Put(m)
		return nil, err
	}
	showPeer(m)
	return m, nil
}

// All yields messages as they come. It ends with the one error it yields: that
// of the context, or net.ErrClosed.
func (r *Receiver) All(ctx context.Context) iter.Seq2[*Message, error] {
	return all(ctx, r.RecvMessage)
}

// all makes a range of a receiving function.
func all[T any](ctx context.Context, recv func(context.Context) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			m, err := recv(ctx)
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// showPeer makes a message's Peer the one that this package shows.
func showPeer(m *Message) {
	if p, ok := m.Peer().(*engine.Pipe); ok {
		m.SetPeer(p.Face())
	}
}
