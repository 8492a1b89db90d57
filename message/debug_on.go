//go:build spdebug

package message

const debug = true

type life struct{ released bool }

func (l life) check() {
	if l.released {
		panic("sp: message used after Release")
	}
}

// poison makes every later use of m visible: its bytes are overwritten and
// never used again, and a second Release panics.
func poison(m *Message) {
	if m.life.released {
		panic("sp: message released twice")
	}
	m.life.released = true
	if !m.shared {
		for _, b := range append([][]byte{m.Header, m.Body}, m.More...) {
			for i := range b {
				b[i] = 0xdd
			}
		}
	}
	m.Header, m.Body, m.More, m.peer = nil, nil, nil, nil
}
