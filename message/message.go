// Package message is the thing itself: a message, and who owns its memory.
package message

// Message is a header and a body. The header is what a raw pattern shows of
// the protocol; typed sockets keep it to themselves.
//
// Whoever holds a *Message owns it. SendMessage takes it over if and only if
// it returns nil; RecvMessage gives it. A message with Shared set has a body
// that others read as well: it must not be changed.
type Message struct {
	// Header is the protocol's header as raw sockets see it; nil elsewhere.
	Header []byte
	// Body is the application's part.
	Body []byte
	// More holds the frames after the first one, in protocols that have
	// them. The Scalability Protocols have none and refuse to send any.
	More [][]byte

	peer     Peer
	chunk    *Chunk // memory of Header and Body that goes round; nil: the garbage collector's
	fan      *fan   // set while the message goes out to several peers
	borrowed bool   // Body belongs to a caller of Send: valid only until that returns
	shared   bool
	kind     Type
	life     life // whether it was released; known in debug builds
}

// Peer is who sent a message. Package sp's *Peer implements it.
type Peer interface {
	// ID is unique among the peers of the process, 1 to 0x7fffffff.
	ID() uint32
	// Addr is the address of the other side, LocalAddr of this one.
	Addr() string
	LocalAddr() string
	// State is what the transport knows of the other side: credentials,
	// the TLS state, the HTTP request. It may be nil.
	State() any
	// Close ends the connection, without lingering. A dialer dials again.
	Close() error
}

// New returns a message with a body of size zero bytes, to be filled.
func New(size int) *Message { return &Message{Body: make([]byte, size)} }

// Peer tells who sent a received message; nil for one that was made here.
func (m *Message) Peer() Peer { return m.peer }

// SetPeer records who sent m. Transports and patterns of third parties need
// it only where they make messages of their own.
func (m *Message) SetPeer(p Peer) { m.peer = p }

// Len is the length of the message on the wire, without framing: header,
// body and further frames.
func (m *Message) Len() int {
	n := len(m.Header) + len(m.Body)
	for _, f := range m.More {
		n += len(f)
	}
	return n
}

// Shared reports whether others read the body as well, because one send went
// to several inproc peers. A shared body must not be changed.
func (m *Message) Shared() bool { return m.shared }

// Borrow makes m a view of b, which stays its owner's: who keeps m longer
// than the call it was given to has to call Own first.
func (m *Message) Borrow(b []byte) { *m = Message{Body: b, borrowed: true} }

// Borrowed reports whether the body is only lent.
func (m *Message) Borrowed() bool { return m.borrowed }

// Own makes what is lent m's own, by copying it.
func (m *Message) Own() {
	if m.borrowed {
		m.Header = append([]byte(nil), m.Header...)
		m.Body = Clone(m.Body)
		m.borrowed = false
		m.shared = m.fan != nil // the next peer is offered this copy
	}
}

// Hold is Own of a large body, in memory that goes round.
func (m *Message) Hold() {
	if m.borrowed {
		m.Header = append([]byte(nil), m.Header...)
		c := NewChunk(len(m.Body))
		m.Body = c.Bytes[:copy(c.Bytes, m.Body):len(m.Body)]
		m.chunk, m.borrowed = c, false
	}
}

// Join puts the header back in front of the body, in memory of its own.
func (m *Message) Join() {
	b := make([]byte, 0, len(m.Header)+len(m.Body))
	b = append(append(b, m.Header...), m.Body...)
	if m.chunk != nil {
		m.chunk.Release(1)
	}
	*m = Message{Body: b, More: m.More, peer: m.peer, kind: m.kind}
}

// Move returns the content of m, to be kept elsewhere. While m goes to several
// peers they all get it.
func (m *Message) Move() Message {
	c := *m
	c.fan = nil
	m.chunk = nil
	return c
}

// Unmove takes back what Move gave, from somebody who did not want it.
func (m *Message) Unmove(c *Message) {
	fan, kind := m.fan, m.kind
	*m = *c
	m.fan, m.kind = fan, kind
}

// Used is m; it panics if m has been released, in programs built with the tag
// spdebug.
func (m *Message) Used() *Message {
	m.Use()
	return m
}

// Taken empties the struct of a message that was given away, so that whoever
// still looks at it sees nothing of what is somebody else's now.
func (m *Message) Taken() { *m = Message{} }

// Spend says that the bytes of m have been copied. Their memory goes round
// now, unless m goes to several peers, so the bytes must not be read again.
func (m *Message) Spend() {
	if m.chunk != nil {
		m.chunk.Release(1)
		m.chunk = nil
	}
}

// Chunk is the memory that the bytes of m lie in, if it goes round.
func (m *Message) Chunk() *Chunk { return m.chunk }

// SetChunk says that the bytes of m lie in c, of which m holds one reference.
func (m *Message) SetChunk(c *Chunk) { m.chunk = c }

// Detach makes the bytes of m the garbage collector's: nobody will reuse
// them. Small bodies are copied into a, larger ones get memory of their own.
func (m *Message) Detach(a *Arena) {
	if m.chunk == nil && !m.borrowed && !m.shared {
		return
	}
	if c := m.chunk; c != nil && !m.shared && m.More == nil && c.Keep(m.Body) {
		m.chunk, m.Body = nil, m.Body[:len(m.Body):len(m.Body)]
		return
	}
	if len(m.Header) > 0 {
		m.Header = a.Copy(m.Header)
	}
	m.Body = a.Copy(m.Body)
	for i, f := range m.More {
		m.More[i] = a.Copy(f)
	}
	if m.chunk != nil {
		m.chunk.Release(1)
		m.chunk = nil
	}
	m.borrowed, m.shared = false, false
}
