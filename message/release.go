package message

import "sync"

var structs = sync.Pool{New: func() any { return new(Message) }}

// Get returns an empty message whose struct may have been used before.
func Get() *Message { return structs.Get().(*Message) }

// Put takes back the struct of a message whose content has been moved
// elsewhere. The content is left alone.
func Put(m *Message) {
	*m = Message{}
	structs.Put(m)
}

// Release says that the message and its bytes are not needed any more, so
// that the memory can be used for the next ones. It is never necessary: a
// message that is not released is garbage like any other. After Release the
// message must not be touched; a program built with the tag "spdebug" panics
// when it is.
func (m *Message) Release() {
	if debug {
		poison(m)
		return
	}
	if m.chunk != nil {
		m.chunk.Release(1)
	}
	Put(m)
}

// Use panics if m has been released, in programs built with the tag "spdebug".
func (m *Message) Use() { m.life.check() }

// Drop gives up the content of a message whose struct lies in somebody's
// queue, and empties the struct.
func (m *Message) Drop() {
	if m.chunk != nil {
		m.chunk.Release(1)
	}
	*m = Message{}
}
