package ws

import (
	"errors"
	"io"

	"github.com/gobwas/ws"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// Parse implements wire.Codec.
func (c *Codec) Parse(src []byte) (wire.Frame, error) {
	c.in.b = src
	h, err := ws.ReadHeaderBuffer(&c.in, c.buf[:])
	left := len(c.in.b)
	c.in.b = nil
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return wire.Frame{}, nil
	case err != nil:
		return wire.Frame{}, protocolError(err.Error())
	}
	if err := ws.CheckHeader(h, c.state); err != nil {
		return wire.Frame{}, protocolError(err.Error())
	}
	head := len(src) - left
	if head != ws.HeaderSize(h) {
		// RFC 6455 5.2: a length has one form only, the shortest.
		return wire.Frame{}, protocolError("length not in its shortest form")
	}
	c.head = h
	f := wire.Frame{Head: head, Size: uint64(h.Length)}
	switch {
	case h.OpCode.IsControl():
		f.Kind = wire.Control
	case !h.Fin:
		f.Kind = wire.Part
	case c.Types:
		f.Type = c.typeOf(h.OpCode)
	}
	return f, nil
}

// typeOf is the type of a message whose last frame has that code.
func (c *Codec) typeOf(op ws.OpCode) message.Type {
	if op == ws.OpText || op == ws.OpContinuation && c.inText {
		return message.Text
	}
	return message.Binary
}

// Open implements wire.Transformer.
func (c *Codec) Open(_ wire.Frame, payload []byte) ([]byte, error) {
	h := &c.head
	if h.Masked {
		ws.Cipher(payload, h.Mask, 0)
		h.Masked = false // so that a second call does no harm
	}
	switch h.OpCode {
	case ws.OpText:
		c.inText = true
		c.utf8 = utf8Check{}
	case ws.OpBinary:
		c.inText = false
	case ws.OpContinuation:
	default:
		return payload, nil
	}
	if h.Fin {
		c.state = c.state.Clear(ws.StateFragmented)
	} else {
		c.state = c.state.Set(ws.StateFragmented)
	}
	if c.inText && (!c.utf8.add(payload) || h.Fin && !c.utf8.whole()) {
		return nil, &CloseError{Code: CodeNotUTF8, Text: "text that is not UTF-8"}
	}
	return payload, nil
}

// Undo implements wire.Transformer. The frames are those of one message, or
// what AppendHead made.
func (c *Codec) Undo(frame []byte) []byte {
	var all []byte
	in := source{b: frame}
	for len(in.b) > 0 {
		h, err := ws.ReadHeader(&in)
		if err != nil {
			break // not a frame of ours
		}
		n := min(h.Length, int64(len(in.b)))
		payload := in.b[:n:n]
		in.b = in.b[n:]
		if h.Masked {
			// Masked frames belong to this connection alone, so they may
			// be changed.
			ws.Cipher(payload, h.Mask, 0)
		}
		if all == nil && len(in.b) == 0 {
			return payload
		}
		all = append(all, payload...)
	}
	return all
}

// source is an io.Reader from a slice.
type source struct{ b []byte }

func (s *source) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.b)
	s.b = s.b[n:]
	return n, nil
}
