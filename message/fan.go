package message

import "sync"

// fan remembers the frame that was made of a message for one peer, for the
// others whose frames look the same.
type fan struct {
	framing string
	frame   []byte
}

var fans = sync.Pool{New: func() any { return new(fan) }}

// A body of this size or more that is only lent is copied once for all
// receivers, a smaller one by each as it needs it.
const fanCopy = 16 << 10

// Fan prepares m for being offered to several peers: each may keep the
// content, none may change it. Unfan has to follow.
func (m *Message) Fan() {
	if !m.borrowed || len(m.Body) >= fanCopy {
		m.Own()
		m.shared = true
		// The receivers do not know of each other, so the memory can't go
		// round.
		m.chunk = nil
	}
	m.fan = fans.Get().(*fan)
	m.fan.framing = ""
}

// Unfan ends what Fan began.
func (m *Message) Unfan() {
	if f := m.fan; f != nil {
		m.fan = nil
		if cap(f.frame) <= 2*fanCopy {
			fans.Put(f)
		}
	}
}

// AppendFrame appends the frame that encode makes of m. While m goes to
// several peers, encode is called once for each framing.
func (m *Message) AppendFrame(dst []byte, framing string, encode func(dst []byte, m *Message) []byte) []byte {
	f := m.fan
	if f == nil || framing == "" {
		return encode(dst, m)
	}
	if f.framing != framing {
		f.framing = framing
		f.frame = encode(f.frame[:0], m)
	}
	return append(dst, f.frame...)
}
