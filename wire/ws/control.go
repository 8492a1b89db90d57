package ws

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/sprocketmq/sp/wire"
)

// Codes of Close frames (RFC 6455 7.4.1) that this package makes.
const (
	CodeNormal   = 1000
	CodeAway     = 1001
	CodeProtocol = 1002
	CodeNotUTF8  = 1007
	CodePolicy   = 1008 // for what has no code of its own
	CodeTooBig   = 1009
)

// A CloseError says why a connection ends, by a code of RFC 6455.
type CloseError struct {
	Code uint16
	Text string
	// Remote says that the other side found the fault and said so in its
	// Close frame. Text is then what it wrote.
	Remote bool
}

func (e *CloseError) Error() string {
	who := "websocket"
	if e.Remote {
		who = "websocket closed by peer"
	}
	if e.Text == "" {
		return fmt.Sprintf("%s: %d", who, e.Code)
	}
	return fmt.Sprintf("%s: %d: %s", who, e.Code, e.Text)
}

// Reason names the kind of fault for a counter: "ws-" and the code.
func (e *CloseError) Reason() string { return fmt.Sprintf("ws-%d", e.Code) }

func protocolError(text string) error { return &CloseError{Code: CodeProtocol, Text: text} }

// Control implements wire.Controller: a ping is answered by a pong, a Close
// by a Close. It wants the payload as Open returned it.
func (c *Codec) Control(_ wire.Frame, payload []byte) (answer []byte, err error) {
	switch c.head.OpCode {
	case ws.OpPing:
		if c.closed.Load() {
			return nil, nil // nothing may follow a Close frame
		}
		return c.appendFrame(nil, ws.OpPong, payload), nil
	case ws.OpClose:
		return c.closing(payload)
	}
	return nil, nil
}

// closing answers a Close frame and says how the connection ended: io.EOF if
// in good order.
func (c *Codec) closing(payload []byte) (answer []byte, err error) {
	code := uint16(CodeNormal)
	switch {
	case len(payload) == 1:
		err = protocolError("close frame of one byte")
	case len(payload) >= 2:
		code = binary.BigEndian.Uint16(payload)
		text := payload[2:]
		switch {
		case !validCode(code):
			err = protocolError(fmt.Sprintf("close code %d", code))
		case !utf8.Valid(text):
			err = &CloseError{Code: CodeNotUTF8, Text: "close reason that is not UTF-8"}
		case code != CodeNormal && code != CodeAway:
			err = &CloseError{Code: code, Text: string(text), Remote: true}
		}
	}
	if err == nil {
		err = io.EOF
	}
	if e, ok := err.(*CloseError); ok {
		code = e.Code
	}
	return c.appendClose(nil, code), err
}

// validCode reports whether code may stand in a Close frame: those of the
// RFC and of the registry that is kept for it, and those for libraries and
// applications.
func validCode(code uint16) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014:
		return true
	}
	return code >= 3000 && code <= 4999
}

// AppendFarewell implements wire.Farewell: a Close frame, unless one was sent
// already.
func (c *Codec) AppendFarewell(dst []byte, err error) []byte {
	code := uint16(CodeNormal)
	var e *CloseError
	switch {
	case err == nil, errors.Is(err, io.EOF):
	case errors.As(err, &e):
		code = e.Code
	case tooBig(err):
		code = CodeTooBig
	case errors.Is(err, wire.ErrMalformed):
		code = CodeProtocol
	default:
		code = CodePolicy
	}
	return c.appendClose(dst, code)
}

// tooBig reports whether err says that a message was over the limit.
func tooBig(err error) bool {
	var e interface{ TooBig() bool }
	return errors.As(err, &e) && e.TooBig()
}

func (c *Codec) appendClose(dst []byte, code uint16) []byte {
	if c.closed.Swap(true) {
		return dst
	}
	return c.appendFrame(dst, ws.OpClose, binary.BigEndian.AppendUint16(nil, code))
}
