package ws

import (
	"fmt"
	"strings"

	"github.com/sprocketmq/sp/wire"
)

// suffix makes the name of a protocol one of WebSocket's subprotocols. Both
// sides name the server's.
const suffix = ".sp.nanomsg.org"

// checkProtocol compares the subprotocol that the other side named with the
// server's name, which is want; number is the one it belongs to, of what the
// other side is.
func checkProtocol(got, want string, peer uint16, peerOf func(wire.Protocol) uint16) error {
	if got == want+suffix {
		return nil
	}
	if name, ok := strings.CutSuffix(got, suffix); ok {
		for _, p := range protocols {
			if p.Name == name {
				return &wire.WrongProtocolError{Want: peer, Got: peerOf(p)}
			}
		}
	}
	return fmt.Errorf("websocket: %w: subprotocol %q, want %q", wire.ErrNotSP, got, want+suffix)
}

var protocols = []wire.Protocol{
	wire.Pair, wire.Pair1, wire.Pub, wire.Sub, wire.Req, wire.Rep,
	wire.Push, wire.Pull, wire.Surveyor, wire.Respondent, wire.Bus,
}

// checkClient checks what a client asked for: our own name. That tells what
// the client is.
func checkClient(asked string, ours wire.Protocol) error {
	return checkProtocol(asked, ours.Name, ours.Peer, func(p wire.Protocol) uint16 { return p.Peer })
}

// checkServer checks what a server answered: its own name.
func checkServer(answered string, ours wire.Protocol) error {
	return checkProtocol(answered, ours.PeerName, ours.Peer, func(p wire.Protocol) uint16 { return p.Self })
}
