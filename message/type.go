package message

// Type is what a message is by its frames, which are WebSocket's; the numbers are
// theirs. Other transports have no such thing, and drop it.
type Type uint8

// The types of messages.
const (
	Untyped Type = iota // sent as the connection sends messages
	Text
	Binary
)

// Type tells the type of m. What came has one where the transport was asked for it
// (ws.Transport.Types).
func (m *Message) Type() Type { return m.kind }

// SetType chooses the type that m is sent with.
func (m *Message) SetType(t Type) { m.kind = t }
