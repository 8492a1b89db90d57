package sp

import (
	"errors"

	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Errors that sockets return, alone or wrapped. A closed socket's match
// net.ErrClosed, and those of a context that ended match the context's.
var (
	// ErrWouldBlock is what TrySend and TryRecv return instead of waiting.
	ErrWouldBlock = engine.ErrWouldBlock
	// ErrNoPeer says that nobody is connected.
	ErrNoPeer = engine.ErrNoPeer
	// ErrPeerGone says that the peer that a reply was for, or that had a
	// request that must not be repeated, is not connected any more.
	ErrPeerGone = pattern.ErrPeerGone
	// ErrAnswered says that a request has been answered before.
	ErrAnswered = errors.New("request has been answered already")
	// ErrNotSubscribed says that a topic to unsubscribe is not subscribed.
	ErrNotSubscribed = errors.New("not subscribed")
)

// DroppedError is what Close returns if it could not send all that had been
// accepted.
type DroppedError = engine.DroppedError

// WaitError is what a call returns whose context ended. It matches the
// context's error, its cause, and what was known of why nothing happened.
type WaitError = engine.WaitError

// TooBigError says that a peer sent a message over MaxSize.
type TooBigError = wire.TooBigError
