// Package transport is what a road between two sockets is. A road that is a
// byte stream needs two functions (see Stream); one that carries whole
// messages implements MessageLink.
package transport

import (
	"context"
	"fmt"
	"net"
	"syscall"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// Transport makes dialers and listeners for the addresses of a scheme. Its
// own settings are its fields; sockets clone nothing, so they must not change
// while in use. Both methods check the whole address and neither waits.
type Transport interface {
	Dialer(addr string) (Dialer, error)
	// Listen binds. The address in use is Listener.Addr.
	Listen(addr string) (Listener, error)
}

// Dialer makes connections to one address.
type Dialer interface {
	// Dial makes one connection, and returns when it has failed or ctx
	// ends. Names are resolved anew each time.
	Dial(ctx context.Context) (Link, error)
}

// Listener hands out connections that others made.
type Listener interface {
	// Accept waits for a connection. It returns an error that wraps
	// net.ErrClosed after Close; other errors are taken to be passing, such
	// as a lack of descriptors. It must not wait for a handshake.
	Accept() (Link, error)
	// Addr is the address to dial, with the port that was bound.
	Addr() string
	Close() error
}

// Link is one connection. It also is a *StreamLink or a MessageLink.
type Link interface {
	LocalAddr() string
	RemoteAddr() string
	// State is what is known of the other side: credentials, TLS state, the
	// HTTP request; nil if nothing is.
	State() any
	// Handshake agrees with the other side that both speak hello.Protocol's
	// two ends. It calls hello.Admit once, as soon as State says all it
	// will and while the other side can still be refused, and returns its
	// error. The engine closes the link when ctx ends, which has to make it
	// return.
	Handshake(ctx context.Context, hello Hello) error
	// Close ends the connection at once. It may be called at any time, more
	// than once, and makes the other methods return.
	Close() error
}

// Hello is what a socket brings into a handshake.
type Hello struct {
	Protocol wire.Protocol
	Admit    func() error
	// Go runs f on a goroutine that the socket waits for.
	Go func(f func())
	// MaxSize is the largest message the socket accepts, 0 for any.
	MaxSize int64
	// Queue and QueueBytes are what the socket lets wait to be sent to a peer.
	Queue, QueueBytes int
}

// Sink is where a MessageLink delivers, given to it by Attach.
type Sink interface {
	// Deliver hands over messages that came, and returns how many were
	// taken: all but those at the end for which there is no room. Room calls
	// the link's Resume. Messages lent (Borrowed) are copied by whoever
	// takes them. It may be called from several goroutines at once, holding
	// no lock that Offer, Resume or Close need.
	Deliver(batch []message.Message) int
	// DeliverBody is Deliver of one message that is only a body, and lent; it
	// is faster. It returns false if there is no room.
	DeliverBody(body []byte) bool
	// Bodies is what DeliverBody has taken: messages and their bytes.
	Bodies() (messages, bytes uint64)
	// Ready says that an Offer that was refused would now be taken.
	Ready()
	// Lost says that the connection is gone, and why. The link calls it
	// once, with what it had accepted and not passed on.
	Lost(err error, unsent []message.Message)
}

// MessageLink is a connection that carries whole messages by itself.
type MessageLink interface {
	Link
	// Attach starts delivering into sink. It is called once, after the
	// handshake.
	Attach(sink Sink)
	// Offer takes a message, or returns false if there is no room now; then
	// it calls Ready when there is. It never waits. What it takes it copies
	// if the message is Borrowed. The struct stays the caller's.
	Offer(m *message.Message) bool
	// A link may also have HasRoom() bool, which tells whether Offer would take
	// a message; if not, Ready follows. Sinks may have it too.

	// Resume says that a Deliver that took less than all may be repeated.
	Resume()
	// Flush ends when what was accepted has been passed on, or ctx ends.
	Flush(ctx context.Context) error
}

// BodyLink is a MessageLink that can be lent one message that is only a body, which
// is faster. False says that Offer has to be asked. Such a link counts itself what
// it has taken, by Offer and OfferBody.
type BodyLink interface {
	OfferBody(body []byte) bool
	Passed() (messages, bytes uint64)
}

// DirectLink is a MessageLink that keeps nothing of what it is offered. What the other
// end's socket lets wait to be sent, its Hello says how much, waits to be received then:
// FarQueue is that. It is asked after the handshake.
type DirectLink interface {
	FarQueue() (messages, bytes int)
}

// StreamLink is a connection that is a byte stream and a codec. The engine
// reads and writes it.
type StreamLink struct {
	Conn net.Conn
	// Codec frames the messages; set at the latest when Shake returns.
	Codec wire.Codec
	// Shake is the handshake; nil is that of sp-tcp-mapping-01.
	Shake func(ctx context.Context, l *StreamLink, hello Hello) error
	// Local and Remote are the addresses to show, if not Conn's own.
	Local, Remote string
	// Known is what State returns.
	Known any
}

// Meeter is what a Dialer and a Listener implement if their two ends are in
// this process, so that they meet without waiting. Meet says whom to tell of
// a connection: join is called at once for what is there, inside Dial or
// Listen, and later for what comes, on whichever goroutine made it happen,
// under no lock. It returns what ends that. For a dialer, join is called
// once at the most.
type Meeter interface {
	Meet(join func(Link)) (stop func())
}

// Awaiter is what a Dialer that is a Meeter may implement besides. Await is Meet
// with who begins to listen after it, and not with who does already; stop tells
// whether nobody had come yet.
type Awaiter interface {
	Await(join func(Link)) (stop func() bool)
}

// ErrNobody is why a dialer that is a Meeter has no connection yet.
var ErrNobody = fmt.Errorf("nobody listens there: %w", syscall.ECONNREFUSED)
