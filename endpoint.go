package sp

import (
	"context"

	"github.com/sprocketmq/sp/internal/engine"
)

// Endpoint is an address that a socket dials or listens on.
type Endpoint struct{ e *engine.Endpoint }

func endpoint(e *engine.Endpoint, err error) (*Endpoint, error) {
	if err != nil {
		return nil, err
	}
	return &Endpoint{e}, nil
}

// Addr is the endpoint's address. For a listener it is one to dial, with the
// port that was bound where it was asked for port 0.
func (e *Endpoint) Addr() string { return e.e.Addr() }

// Wait waits for the endpoint's first connection and returns its peer, which
// may have gone since. If ctx ends before, the error says also why there is no
// connection.
func (e *Endpoint) Wait(ctx context.Context) (*Peer, error) {
	p, err := e.e.Wait(ctx)
	if err != nil {
		return nil, err
	}
	return p.Face().(*Peer), nil
}

// Err is why the last attempt to make or keep a connection failed; nil if it
// did not.
func (e *Endpoint) Err() error { return e.e.Err() }

// Close ends the endpoint and closes its connections, without lingering.
func (e *Endpoint) Close() error { return e.e.Close() }

// Peer is a socket at the other end of a connection.
type Peer struct{ p *engine.Pipe }

// ID is unique among the peers of the process: 31 bits, never 0.
func (p *Peer) ID() uint32 { return p.p.ID() }

// Addr is the peer's address.
func (p *Peer) Addr() string { return p.p.Addr() }

// LocalAddr is the address of this side.
func (p *Peer) LocalAddr() string { return p.p.LocalAddr() }

// State is what the transport knows of the peer: *ipc.Credentials,
// *tls.ConnectionState, *http.Request, or nil.
func (p *Peer) State() any { return p.p.State() }

// Close ends the connection, without lingering. If this side dialled, it dials
// again; close the Endpoint to end that.
func (p *Peer) Close() error { return p.p.Close() }

func (p *Peer) String() string { return p.Addr() }

// PeerOf tells who sent a message; nil for one that was not received.
func PeerOf(m *Message) *Peer {
	p, _ := m.Peer().(*Peer)
	return p
}
