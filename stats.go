package sp

import (
	"github.com/sprocketmq/sp/internal/engine"
	"github.com/sprocketmq/sp/pattern"
)

// Stats is a snapshot of a socket's counters, from its beginning.
type Stats struct {
	// Sent and Received count what the application sent and received, in
	// messages and in bytes of their bodies. What a Publisher sends to nobody
	// counts as sent.
	Sent, SentBytes, Received, ReceivedBytes uint64
	// Traffic is the sum over all peers, those that have gone included.
	Traffic Traffic
	// Dropped is what was lost on this side, by reason.
	Dropped Drops
	// Connections is the sum over all endpoints.
	Connections Connections
	// Peers is how many there are now; Waiting how many messages wait to be
	// received.
	Peers, Waiting int
	// SendPriority is the class of peers that a Pusher or Requester sends to
	// now: 0 before the first, -1 after the last has gone.
	SendPriority int
}

// Traffic is what moved over connections, in messages and in bytes of headers
// and bodies, framing excluded.
type Traffic struct {
	MessagesIn, BytesIn   uint64
	MessagesOut, BytesOut uint64 // handed to the kernel, or over inproc to the peer
	Queued                int    // accepted and not handed over yet
	Unknown               uint64 // handed over in part when the connection ended
}

// Drops counts messages that were lost on this side, by reason.
type Drops struct {
	QueueFull uint64 // a queue had no room and the pattern does not wait
	NoPeer    uint64 // there was nobody to send to, or they had gone
	Late      uint64 // a reply or answer that nobody waits for any more
	Foreign   uint64 // a reply of a peer that was not asked
	TTL       uint64 // came over too many hops
	Malformed uint64 // frame or header that can't be read
	TooBig    uint64 // over MaxSize
	Unwanted  uint64 // matches no subscription, or was sent to a socket that does not receive
	Closed    uint64 // not sent or delivered when the socket closed
}

// Total is the sum of all reasons.
func (d Drops) Total() uint64 {
	return d.QueueFull + d.NoPeer + d.Late + d.Foreign + d.TTL + d.Malformed + d.TooBig + d.Unwanted + d.Closed
}

// Connections counts what happened to connections.
type Connections struct {
	Connects, Accepts uint64 // made by this side, made by others; before the handshake
	ConnectFailures   uint64
	AcceptFailures    uint64
	BindFailures      uint64
	Broken            uint64 // ended by the other side or by an error
	Closed            uint64 // ended by this side
	WrongProtocol     uint64 // refused: the peer is a socket of another kind
	NotSP             uint64 // refused: it does not speak the protocol
	TimedOut          uint64 // refused: the handshake took too long
	Refused           uint64 // by Admit
	Busy              uint64 // refused: a Pair has a peer or had a newer one, or there are MaxPeers
	Security          uint64 // refused: TLS failed
	OtherFailures     uint64 // of handshakes

	Connecting, Handshaking int // now
	Failing                 int // endpoints whose last attempt failed
}

// EndpointStats is a snapshot of an endpoint's counters.
type EndpointStats struct {
	Connections Connections
	Traffic     Traffic // of its peers, those that have gone included
	Dropped     Drops   // likewise
	Peers       int     // now
}

// PeerStats is a snapshot of a peer's counters.
type PeerStats struct {
	Traffic Traffic
	Dropped Drops
}

// Stats takes a snapshot.
func (s *Socket) Stats() Stats {
	st := s.e.Stats()
	return Stats{
		Sent: st.Sent, SentBytes: st.SentBytes, Received: st.Received, ReceivedBytes: st.ReceivedBytes,
		Traffic:      traffic(st.Traffic),
		Dropped:      drops(st.Drops),
		Connections:  connections(st.Endpoint),
		Peers:        st.Peers,
		Waiting:      st.Waiting,
		SendPriority: st.SendPriority,
	}
}

// Stats takes a snapshot.
func (e *Endpoint) Stats() EndpointStats {
	c, sum, peers := e.e.Stats()
	return EndpointStats{Connections: connections(c), Traffic: traffic(sum), Dropped: drops(sum.Drops), Peers: peers}
}

// Stats takes a snapshot.
func (p *Peer) Stats() PeerStats {
	st := p.p.Stats()
	return PeerStats{Traffic: traffic(st), Dropped: drops(st.Drops)}
}

func traffic(s engine.PeerStats) Traffic {
	return Traffic{
		MessagesIn: s.MessagesIn, BytesIn: s.BytesIn,
		MessagesOut: s.MessagesOut, BytesOut: s.BytesOut,
		Queued: s.QueuedOut, Unknown: s.Unknown,
	}
}

func drops(d [pattern.Drops]uint64) Drops {
	return Drops{
		QueueFull: d[pattern.QueueFull], NoPeer: d[pattern.NoPeer],
		Late: d[pattern.Late], Foreign: d[pattern.Foreign],
		TTL: d[pattern.TTL], Malformed: d[pattern.Malformed], TooBig: d[pattern.TooBig],
		Unwanted: d[pattern.Unwanted], Closed: d[pattern.Closed],
	}
}

func connections(c *engine.EndpointCounters) Connections {
	return Connections{
		Connects: c.Connects.Load(), Accepts: c.Accepts.Load(),
		ConnectFailures: c.ConnectFailures.Load(), AcceptFailures: c.AcceptFailures.Load(), BindFailures: c.BindFailures.Load(),
		Broken: c.Broken.Load(), Closed: c.Closed.Load(),
		WrongProtocol: c.WrongProtocol.Load(), NotSP: c.NotSP.Load(), TimedOut: c.TimedOut.Load(),
		Refused: c.Refused.Load(), Busy: c.Busy.Load(), Security: c.Security.Load(), OtherFailures: c.OtherFailures.Load(),
		Connecting: int(c.Connecting.Load()), Handshaking: int(c.Handshaking.Load()), Failing: int(c.Failing.Load()),
	}
}
