package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// HelloSize is the length of the greeting that both sides of a stream
// connection send at once: 00 'S' 'P' 00, the sender's protocol number in
// big endian, 00 00 (sp-tcp-mapping-01).
const HelloSize = 8

// ErrNotSP says that the other side does not speak the Scalability Protocols.
var ErrNotSP = errors.New("not the greeting of a scalability protocol")

// A WrongProtocolError says that the other side is a socket of a type that
// this one can't talk to.
type WrongProtocolError struct {
	Want, Got uint16
}

func (e *WrongProtocolError) Error() string {
	return fmt.Sprintf("wrong protocol: peer is %s, want %s", NameOf(e.Got), NameOf(e.Want))
}

// AppendHello appends the greeting of p.
func AppendHello(dst []byte, p Protocol) []byte {
	return append(dst, 0, 'S', 'P', 0, byte(p.Self>>8), byte(p.Self), 0, 0)
}

// CheckHello checks the greeting that a peer of p sent.
func CheckHello(b []byte, p Protocol) error {
	if len(b) != HelloSize || b[0] != 0 || b[1] != 'S' || b[2] != 'P' || b[3] != 0 || b[6] != 0 || b[7] != 0 {
		return fmt.Errorf("%w: % x", ErrNotSP, b)
	}
	if got := binary.BigEndian.Uint16(b[4:]); got != p.Peer {
		return &WrongProtocolError{Want: p.Peer, Got: got}
	}
	return nil
}
