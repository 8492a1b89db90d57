package wire

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/sprocketmq/sp/message"
)

// TCP frames messages as sp-tcp-mapping-01 says: a 64-bit big-endian length
// of header and body, then both. It serves any byte stream but ipc's.
var TCP Codec = streamCodec{name: "sp/tcp"}

// IPC frames messages as sp-ipc-mapping-01 says: a byte 1, then as TCP.
var IPC Codec = streamCodec{name: "sp/ipc", mark: 1}

// ErrMalformed is what bytes that can't be a frame or a header give.
var ErrMalformed = errors.New("malformed")

type streamCodec struct {
	name string
	mark int // how many bytes of value 1 precede the length
}

func (c streamCodec) Framing() string { return c.name }

func (c streamCodec) Append(dst []byte, m *message.Message) []byte {
	dst, _ = c.AppendHead(dst, m)
	return append(dst, m.Body...)
}

// AppendBody implements BodyAppender.
func (c streamCodec) AppendBody(dst, body []byte) []byte {
	if c.mark > 0 {
		dst = append(dst, 1)
	}
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(body)))
	return append(dst, body...)
}

func (c streamCodec) AppendHead(dst []byte, m *message.Message) ([]byte, bool) {
	if c.mark > 0 {
		dst = append(dst, 1)
	}
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(m.Header)+len(m.Body)))
	return append(dst, m.Header...), true
}

func (c streamCodec) Parse(src []byte) (Frame, error) {
	if c.mark > 0 && len(src) > 0 && src[0] != 1 {
		return Frame{}, fmt.Errorf("%w: ipc frame of type %d, want 1", ErrMalformed, src[0])
	}
	if len(src) < c.mark+8 {
		return Frame{}, nil
	}
	return Frame{Head: c.mark + 8, Size: binary.BigEndian.Uint64(src[c.mark:])}, nil
}

// Scan implements Scanner.
func (c streamCodec) Scan(src []byte, most uint64, spans []message.Span) (found, used int) {
	head := c.mark + 8
	if most == 0 {
		most = 1<<64 - 1
	}
	for found < len(spans) {
		rest := src[used:]
		if len(rest) < head || c.mark > 0 && rest[0] != 1 {
			break
		}
		size := binary.BigEndian.Uint64(rest[c.mark:])
		if size > uint64(len(rest)-head) || size > most {
			break
		}
		start := used + head
		used = start + int(size)
		spans[found] = message.Span{Start: int32(start), End: int32(used)}
		found++
	}
	return found, used
}
