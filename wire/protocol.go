// Package wire is what messages look like in bytes. A codec parses and
// appends; nothing here knows a peer or does I/O.
package wire

import "fmt"

// Protocol is one side of a protocol: its number, the number it expects of
// the other side, and both names (which WebSocket uses). Numbers are
// major*16 + role, as registered for the Scalability Protocols; 0xf000 to
// 0xffff are for experiments.
type Protocol struct {
	Self, Peer     uint16
	Name, PeerName string
}

// The protocols that nanomsg, nng and mangos speak.
var (
	Pair       = Protocol{0x10, 0x10, "pair", "pair"}
	Pair1      = Protocol{0x11, 0x11, "pair1", "pair1"}
	Pub        = Protocol{0x20, 0x21, "pub", "sub"}
	Sub        = Protocol{0x21, 0x20, "sub", "pub"}
	Req        = Protocol{0x30, 0x31, "req", "rep"}
	Rep        = Protocol{0x31, 0x30, "rep", "req"}
	Push       = Protocol{0x50, 0x51, "push", "pull"}
	Pull       = Protocol{0x51, 0x50, "pull", "push"}
	Surveyor   = Protocol{0x62, 0x63, "surveyor", "respondent"}
	Respondent = Protocol{0x63, 0x62, "respondent", "surveyor"}
	Bus        = Protocol{0x70, 0x70, "bus", "bus"}
)

func (p Protocol) String() string { return p.Name }

// NameOf names a protocol number for a person who debugs.
func NameOf(number uint16) string {
	for _, p := range []Protocol{Pair, Pair1, Pub, Sub, Req, Rep, Push, Pull, Surveyor, Respondent, Bus} {
		if p.Self == number {
			return p.Name
		}
	}
	return fmt.Sprintf("protocol %#04x", number)
}
