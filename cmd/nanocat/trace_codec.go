package main

import (
	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// tappedCodec is a codec that shows what passes. It has all the abilities that
// a codec may have; those that the one inside lacks do nothing.
type tappedCodec struct {
	wire.Codec
	tap  *tap
	peer string
}

// Framing is empty: every frame has to pass here, so none may be shared.
func (c *tappedCodec) Framing() string { return "" }

func (c *tappedCodec) Append(dst []byte, m *message.Message) []byte {
	c.tap.out(c.peer, m)
	return c.Codec.Append(dst, m)
}

func (c *tappedCodec) AppendHead(dst []byte, m *message.Message) ([]byte, bool) {
	dst, ok := c.Codec.AppendHead(dst, m)
	if ok {
		c.tap.out(c.peer, m)
	}
	return dst, ok
}

// Open implements wire.Transformer: it is called with each whole payload.
func (c *tappedCodec) Open(f wire.Frame, payload []byte) ([]byte, error) {
	if t, ok := c.Codec.(wire.Transformer); ok {
		var err error
		if payload, err = t.Open(f, payload); err != nil {
			return payload, err
		}
	}
	if f.Kind != wire.Control {
		c.tap.in(c.peer, payload)
	}
	return payload, nil
}

// Undo implements wire.Transformer.
func (c *tappedCodec) Undo(frame []byte) []byte {
	if t, ok := c.Codec.(wire.Transformer); ok {
		return t.Undo(frame)
	}
	f, err := c.Parse(frame)
	if err != nil {
		return nil
	}
	return frame[f.Head:]
}

// Control implements wire.Controller.
func (c *tappedCodec) Control(f wire.Frame, payload []byte) ([]byte, error) {
	if t, ok := c.Codec.(wire.Controller); ok {
		return t.Control(f, payload)
	}
	return nil, nil
}

// AppendFarewell implements wire.Farewell.
func (c *tappedCodec) AppendFarewell(dst []byte, err error) []byte {
	if t, ok := c.Codec.(wire.Farewell); ok {
		return t.AppendFarewell(dst, err)
	}
	return dst
}
