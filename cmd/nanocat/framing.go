package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// framing reads the next message of a stream. It returns io.EOF at the end,
// and io.ErrUnexpectedEOF in the middle of a message.
type framing func(*bufio.Reader) ([]byte, error)

var framings = map[string]framing{
	"lines":           delimited('\n'),
	"null":            delimited(0),
	"length-prefixed": prefixed,
	"json":            objects,
}

// delimited reads to the next end byte, which the last message may lack.
func delimited(end byte) framing {
	return func(r *bufio.Reader) ([]byte, error) {
		b, err := r.ReadBytes(end)
		if err == nil {
			return b[:len(b)-1], nil
		}
		if errors.Is(err, io.EOF) && len(b) > 0 {
			return b, nil
		}
		return nil, err
	}
}

func prefixed(r *bufio.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(head[:]))
	// Not allocated at once: the length is only what the input claims.
	var b bytes.Buffer
	got, err := io.CopyN(&b, r, n)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("a message of %d bytes ends after %d: %w", n, got, io.ErrUnexpectedEOF)
	}
	return b.Bytes(), err
}

func objects(r *bufio.Reader) ([]byte, error) {
	line := delimited('\n')
	for {
		b, err := line(r)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(b)) > 0 {
			return bodyOf(b)
		}
	}
}
