package wire

import (
	"encoding/binary"
	"errors"
)

// ErrTTL says that a message came over more hops than its receiver allows.
var ErrTTL = errors.New("too many hops")

// RequestBit marks the last word of a backtrace: the request's or survey's
// id. Words without it are ids of peers that a device added.
const RequestBit = 1 << 31

// WordSize is the length of a word of a header.
const WordSize = 4

// Backtrace finds the header at the start of a request or survey: words up to
// and with the first that has the RequestBit. It returns its length in bytes.
// The header may have ttl words (sp-request-reply-01; the receiver checks).
func Backtrace(payload []byte, ttl int) (int, error) {
	for n := 0; ; n += WordSize {
		if len(payload) < n+WordSize {
			return 0, ErrMalformed
		}
		if n/WordSize == ttl {
			return 0, ErrTTL
		}
		if payload[n]&0x80 != 0 {
			return n + WordSize, nil
		}
	}
}

// Word reads the word at the start of b.
func Word(b []byte) (uint32, bool) {
	if len(b) < WordSize {
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}

// AppendWord appends a word.
func AppendWord(dst []byte, w uint32) []byte { return binary.BigEndian.AppendUint32(dst, w) }

// Hops reads the hop count at the start of a PAIR1 or STAR message: 00 00 00
// and the count.
func Hops(payload []byte) (int, error) {
	if len(payload) < WordSize || payload[0]|payload[1]|payload[2] != 0 {
		return 0, ErrMalformed
	}
	return int(payload[3]), nil
}

// AppendHops appends a hop count.
func AppendHops(dst []byte, hops int) []byte { return append(dst, 0, 0, 0, byte(hops)) }
