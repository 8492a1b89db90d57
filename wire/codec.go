package wire

import "github.com/sprocketmq/sp/message"

// Codec frames the messages of one connection. It may keep state; the engine
// calls the appending half under the connection's writing lock and the
// parsing half from its one reader, so the two halves must not share any
// that is not safe for that.
type Codec interface {
	// Framing names what Append makes: two codecs with the same name that
	// is not empty make the same bytes of a message, so a fan-out encodes
	// it once for both.
	Framing() string
	// Append appends the whole frame of m.
	Append(dst []byte, m *message.Message) []byte
	// AppendHead appends all of m's frame but the body, which is then sent
	// from where it lies. It returns false, and dst as it was, if this
	// codec cannot do so.
	AppendHead(dst []byte, m *message.Message) ([]byte, bool)
	// Parse looks for a frame at the start of src. A Frame with Head 0 says
	// that src holds too little to tell. It never keeps src.
	Parse(src []byte) (Frame, error)
}

// Frame is what Parse found.
type Frame struct {
	Head int    // bytes before the payload
	Size uint64 // bytes of payload; not to be believed before they are here
	Kind Kind
	Type message.Type // of the message that it ends, if it says so
}

// Kind says what a frame is for.
type Kind uint8

const (
	Whole   Kind = iota // ends a message
	Part                // a piece of a frame: the next one goes on where it ends
	More                // a frame of a message that has further ones
	Control             // not for the application
)

// A Transformer is a codec whose payloads are not sent as they are.
type Transformer interface {
	// Open makes the payload of a complete incoming frame readable, in
	// place. The slice it returns lies in payload.
	Open(f Frame, payload []byte) ([]byte, error)
	// Undo returns header and body of a frame that Append made and that
	// was never sent, so that it can go to another peer.
	Undo(frame []byte) []byte
}

// A Controller is a codec with frames of its own. Control gets the payload of
// one and returns the bytes to send in answer, if any: they pass a full
// outbox, and are sent while the application does not read. An error ends the
// connection, io.EOF in good order, after the answer is sent.
type Controller interface {
	Control(f Frame, payload []byte) (answer []byte, err error)
}

// A Farewell is a codec that says goodbye: AppendFarewell appends what to send
// last, because of err (nil: the socket closes).
type Farewell interface {
	AppendFarewell(dst []byte, err error) []byte
}

// A BodyAppender is a codec that can append the frame of a message that is only a
// body without seeing the message, which is faster.
type BodyAppender interface {
	AppendBody(dst, body []byte) []byte
}

// A Scanner is a codec whose messages lie in the stream as they are. Scan finds
// complete ones of at most most bytes (0 for any) at the start of src, until
// spans is full, and returns how many they are and how many bytes of src they
// and their frames take. It stops before what only Parse can judge: a frame that
// is not complete, or too long, or malformed.
type Scanner interface {
	Scan(src []byte, most uint64, spans []message.Span) (found, used int)
}
