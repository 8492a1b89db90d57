package main

import (
	"encoding/binary"
	"encoding/hex"
)

// encode appends a message in one of the formats; see formats and
// streamFormats.
type encode func(dst []byte, it *item) []byte

var encoders = map[string]encode{
	"no":              nil,
	"raw":             func(dst []byte, it *item) []byte { return append(dst, it.body...) },
	"ascii":           ascii,
	"quoted":          quoted,
	"msgpack":         msgpack,
	"hex":             hexadecimal,
	"lines":           func(dst []byte, it *item) []byte { return append(append(dst, it.body...), '\n') },
	"null":            func(dst []byte, it *item) []byte { return append(append(dst, it.body...), 0) },
	"length-prefixed": lengthPrefixed,
	"json":            object,
}

// printable is isprint in the "C" locale.
func printable(c byte) bool { return c >= 0x20 && c <= 0x7e }

func ascii(dst []byte, it *item) []byte {
	for _, c := range it.body {
		if !printable(c) {
			c = '.'
		}
		dst = append(dst, c)
	}
	return append(dst, '\n')
}

func quoted(dst []byte, it *item) []byte {
	dst = append(dst, '"')
	for _, c := range it.body {
		switch {
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\\' || c == '"':
			dst = append(dst, '\\', c)
		case printable(c):
			dst = append(dst, c)
		default:
			dst = escape(dst, c)
		}
	}
	return append(dst, '"', '\n')
}

func hexadecimal(dst []byte, it *item) []byte {
	dst = append(dst, '"')
	for _, c := range it.body {
		dst = escape(dst, c)
	}
	return append(dst, '"', '\n')
}

func escape(dst []byte, c byte) []byte {
	return hex.AppendEncode(append(dst, `\x`...), []byte{c})
}

// msgpack appends the shortest of bin 8, bin 16 and bin 32.
func msgpack(dst []byte, it *item) []byte {
	switch n := len(it.body); {
	case n < 1<<8:
		dst = append(dst, 0xc4, byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, 0xc5), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint32(append(dst, 0xc6), uint32(n))
	}
	return append(dst, it.body...)
}

func lengthPrefixed(dst []byte, it *item) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(it.body)))
	return append(dst, it.body...)
}
