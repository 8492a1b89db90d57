// Package pattern is who gets a message. It sees peers and messages, never
// bytes or connections.
//
// A router is a way out and a way in. There are three ways out (Balance,
// Broadcast, Return) and one way in (Merge); the raw patterns are
// combinations of them, see raw.go. A pattern of one's own is a Pattern whose
// New returns a Router, composed of these parts or not.
package pattern

import (
	"errors"
	"time"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// Pattern makes routers, one for each socket.
type Pattern struct {
	wire.Protocol
	// Sends and Receives say what the application may do.
	Sends, Receives bool
	New             func(Host) Router
}

// Router stands between the application and the peers of one socket. Its
// methods are called by many goroutines at once. It never waits, never holds
// a lock of its own while it calls a Peer or the Host, and starts nothing.
type Router interface {
	// Attach takes in a new peer and returns its seat, or an error if the
	// peer is not wanted: the connection is closed then.
	Attach(p Peer) (Seat, error)
	// Send tries to send m. It returns false if that has to wait, and an
	// error if it never will be possible. When it returns true, the content
	// of m has been taken, or copied if it is Borrowed.
	Send(m *message.Message) (bool, error)
	// Recv tries to move the next message into m.
	Recv(m *message.Message) bool
	// CanSend and CanRecv tell whether Send and Recv would succeed.
	CanSend() bool
	CanRecv() bool
	// Depth is what the router itself holds: accepted messages that no peer
	// has, and received ones that nobody took.
	Depth() (out, in int)
	// Close gives up what the router holds and returns how many accepted
	// messages that were. It is called again when all peers have been
	// detached, for what came meanwhile.
	Close() int
}

// Seat is a peer's place in a router.
type Seat interface {
	// Deliver hands over messages of the peer, in order, and returns how many
	// were taken: all but those at the end for which there is no room. The
	// router calls the peer's Resume when there is. A Borrowed message that
	// is kept has to be made its owner's (message.Own, message.Detach). The
	// slice is the caller's, the content of what was taken the router's.
	Deliver(batch []message.Message) int
	// Ready says that the peer has room: at first, and again after an Offer it
	// refused. It may say so more often, and once more after Detach.
	Ready()
	// Detach says that the peer is gone. unsent is what was accepted for it
	// and not begun.
	Detach(unsent []message.Message)
}

// BulkSeat is a seat that can be handed the messages of one read where they lie,
// which is faster. The bytes are valid during the call, and for as long as the
// chunk is retained.
type BulkSeat interface {
	DeliverBulk(*message.Bulk) int
}

// BodySeat is a seat that can be handed one message that is only a body, and lent,
// which is faster. DeliverBody returns false if there is no room. Bodies tells
// whether it may be called at all, Passed what it has taken: messages and their
// bytes.
type BodySeat interface {
	Bodies() bool
	DeliverBody(body []byte) bool
	Passed() (messages, bytes uint64)
}

// BodySender is a router that can be lent one message that is only a body, which
// is faster. False says that Send has to be asked.
type BodySender interface {
	SendBody(body []byte) bool
}

// BodyPeer is a peer that can be lent one message that is only a body, which is
// faster. False says that Offer has to be asked.
type BodyPeer interface {
	OfferBody(body []byte) bool
}

// BodyReceiver is a router that can hand over a body alone, the caller's for
// ever, which is faster.
type BodyReceiver interface {
	RecvBody() ([]byte, bool)
}

// Counter is a router that counts what Recv and RecvBody gave: messages and
// bytes of their bodies. For others the engine does.
type Counter interface {
	Taken() (messages, bytes uint64)
}

// Peer is a connection as routers see it.
type Peer interface {
	message.Peer
	// Offer puts m into the peer's outbox, or returns false if it is full;
	// then the seat's Ready is called when there is room. It never waits. It
	// copies what is Borrowed, else takes the content, and leaves the struct.
	Offer(m *message.Message) bool
	// Resume says that there is room for what Deliver did not take.
	Resume()
	// SendPriority and RecvPriority are 1 (best) to 16.
	SendPriority() int
	RecvPriority() int
	// Count adds n to what was dropped for a reason, here and for the socket.
	Count(why Drop, n int)
}

// Roomy is a peer, or a seat, that tells whether Offer or Deliver would take a
// message now. If it says no, Ready or Resume follows as after a refusal. A socket
// then knows that it can't send before it has tried.
type Roomy interface{ HasRoom() bool }

// Direct is a peer that may keep nothing of what it sends. FarQueue is what it would
// let wait to be sent, and what waits to be received instead: so much more of it does,
// where a full queue waits.
type Direct interface {
	FarQueue() (messages, bytes int)
}

// Numbered is a peer that tells the number of its connection: of two, the one with the
// smaller was there first. Their handshakes may end the other way round.
type Numbered interface{ Number() uint64 }

// Host is the socket as its router sees it.
type Host interface {
	// Readable says that Recv may succeed now, Writable that Send may.
	Readable()
	Writable()
	// Count counts drops that are no peer's.
	Count(why Drop, n int)
	// Limits returns the settings in force; they may change at any time.
	Limits() *Limits
	// After calls f in d, on a goroutine that the socket waits for when it
	// closes. The result stops that, as time.Timer's Stop does.
	After(d time.Duration, f func()) (stop func() bool)
}

// Spreader is a host that NewBroadcast tells that each message goes to all peers.
type Spreader interface{ Spreads() }

// Limits are the settings that routers look at.
type Limits struct {
	TTL                  int // hops, 1 to 255
	RecvQueue, RecvBytes int // a peer's incoming queue: messages and bytes
	// Last lets the message that reaches RecvBytes into the queue, whatever its
	// size: so there is room for any message or for none.
	Last                 bool
	Full                 Full          // what a full incoming queue does
	Resend               time.Duration // of a request; negative: never
	SurveyTime           time.Duration // how long a survey runs; negative: until it is closed
	RedialMin, RedialMax time.Duration // how a request that loses peer after peer is delayed
}

// Full is what an incoming queue does when it is full.
type Full uint8

const (
	Wait       Full = iota // the peer's connection is not read: back-pressure
	DropOldest             // the queue's oldest message makes room
	DropNewest             // what comes is dropped
)

// Drop is a reason for which a message was dropped.
type Drop uint8

// The reasons.
const (
	None      Drop = iota
	QueueFull      // a queue was full
	NoPeer         // there was no peer to send it to
	Late           // a reply or answer nobody waits for any more, or never asked for
	Foreign        // a reply from a peer that was not asked
	TTL            // it had come over too many hops
	Malformed      // its header could not be read
	TooBig         // it was over the largest size
	Unwanted       // this side never receives, or did not subscribe
	Closed         // the socket closed before it could be sent or received
	Drops          // the number of reasons
)

var dropNames = [Drops]string{"none", "queue full", "no peer", "late", "foreign", "TTL", "malformed", "too big", "unwanted", "closed"}

func (d Drop) String() string { return dropNames[d] }

// Errors of routers.
var (
	ErrBusy       = errors.New("pair already has a peer")
	ErrOlder      = errors.New("pair has had a peer whose connection is newer")
	ErrCannotSend = errors.New("this kind of socket does not send")
	ErrCannotRecv = errors.New("this kind of socket does not receive")
	ErrPeerGone   = errors.New("the peer has gone")
	ErrHeader     = errors.New("message header does not fit the pattern")
)
