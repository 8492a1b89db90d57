package engine

import (
	"sync/atomic"

	"github.com/sprocketmq/sp/pattern"
)

// counters are a socket's own, apart from those of its peers.
type counters struct {
	sent, sentBytes         atomic.Uint64 // by calls of the application
	received, receivedBytes atomic.Uint64
	drops                   [pattern.Drops]atomic.Uint64
	endpoint                EndpointCounters // of all endpoints together
}

// EndpointCounters count what happens to an endpoint's connections.
type EndpointCounters struct {
	Connects, Accepts            atomic.Uint64
	ConnectFailures              atomic.Uint64
	AcceptFailures, BindFailures atomic.Uint64
	Broken, Closed               atomic.Uint64 // live connections that ended: by the other side or an error; by this side
	WrongProtocol, NotSP         atomic.Uint64 // handshakes that failed
	TimedOut, Refused, Busy      atomic.Uint64
	Security, OtherFailures      atomic.Uint64
	Connecting, Handshaking      atomic.Int64 // now
	Failing                      atomic.Int64 // endpoints whose last attempt failed
}

// both counts for an endpoint and for its socket.
func (e *Endpoint) both(count func(*EndpointCounters)) {
	count(&e.count)
	count(&e.sock.total.endpoint)
}

// PeerStats are a peer's, or the sum of several.
type PeerStats struct {
	MessagesIn, BytesIn   uint64
	MessagesOut, BytesOut uint64 // handed to the kernel or to the peer
	QueuedOut             int    // accepted and not begun
	Unknown               uint64 // begun when the connection ended
	Drops                 [pattern.Drops]uint64
}

func (s *PeerStats) add(o PeerStats) {
	s.MessagesIn += o.MessagesIn
	s.BytesIn += o.BytesIn
	s.MessagesOut += o.MessagesOut
	s.BytesOut += o.BytesOut
	s.QueuedOut += o.QueuedOut
	s.Unknown += o.Unknown
	for i, n := range o.Drops {
		s.Drops[i] += n
	}
}

func (s *PeerStats) sub(o PeerStats) {
	s.MessagesIn -= o.MessagesIn
	s.BytesIn -= o.BytesIn
	s.MessagesOut -= o.MessagesOut
	s.BytesOut -= o.BytesOut
	s.QueuedOut -= o.QueuedOut
	s.Unknown -= o.Unknown
	for i, n := range o.Drops {
		s.Drops[i] -= n
	}
}

// SocketStats is a snapshot.
type SocketStats struct {
	Sent, SentBytes         uint64
	Received, ReceivedBytes uint64
	Traffic                 PeerStats // of all peers, those that have gone included
	Drops                   [pattern.Drops]uint64
	Peers                   int
	Waiting                 int // received messages nobody took yet
	SendPriority            int
	Endpoint                *EndpointCounters
}

// Stats takes a snapshot.
func (s *Socket) Stats() SocketStats {
	st := SocketStats{
		Sent: s.total.sent.Load(), SentBytes: s.total.sentBytes.Load(),
		Received: s.total.received.Load(), ReceivedBytes: s.total.receivedBytes.Load(),
		Endpoint: &s.total.endpoint,
	}
	if s.counter != nil {
		st.Received, st.ReceivedBytes = s.counter.Taken()
	}
	s.mu.Lock()
	st.Traffic = s.past
	for p := range s.peers() {
		st.Peers++
		st.Traffic.add(p.Stats())
	}
	s.mu.Unlock()
	s.settle()
	out, in := s.router.Depth()
	st.Traffic.QueuedOut += out
	st.Waiting = in
	for i := range st.Drops {
		st.Drops[i] = s.total.drops[i].Load() + st.Traffic.Drops[i]
	}
	if b, ok := s.router.(interface{ Class() int }); ok {
		st.SendPriority = b.Class()
	}
	return st
}
