//go:build spdebug

package message

const debug = true

// poison makes every later use of m visible: its bytes are overwritten and
// never used again, and a second Release panics.
func poison(m *Message) {
	if m.released {
		panic("sp: message released twice")
	}
	m.released = true
	if !m.shared {
		for _, b := range append([][]byte{m.Header, m.Body}, m.More...) {
			for i := range b {
				b[i] = 0xdd
			}
		}
	}
	m.Header, m.Body, m.More, m.peer = nil, nil, nil, nil
}

// Use panics if m has been released.
func (m *Message) Use() {
	if m.released {
		panic("sp: message used after Release")
	}
}
