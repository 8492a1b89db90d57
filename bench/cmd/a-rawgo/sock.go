package main

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/sprocketmq/sp/bench/adapter"
)

// sock is one connection. out holds header and payload side by side, so a
// message of any size is a single write.
type sock struct {
	mode string
	ok   chan struct{} // closed once connected
	c    io.ReadWriter
	r    *bufio.Reader
	w    *bufio.Writer
	out  []byte
	src  *byte
	in   []byte

	whole []byte // the frame last received, header and all
}

func (s *sock) attach(c io.ReadWriter) {
	s.c, s.r, s.w = c, bufio.NewReaderSize(c, 64<<10), bufio.NewWriterSize(c, 64<<10)
	close(s.ok)
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

func (s *sock) Send(b []byte) error {
	<-s.ok
	if s.mode == "batch" {
		if s.w.Available() < hdr {
			if err := s.w.Flush(); err != nil {
				return err
			}
		}
		s.w.Write(binary.BigEndian.AppendUint64(s.w.AvailableBuffer(), uint64(len(b))))
		_, err := s.w.Write(b)
		return err
	}
	if len(s.out) != hdr+len(b) || s.src != &b[0] { // the frame is built once a buffer
		s.out = grow(s.out, hdr+len(b))
		binary.BigEndian.PutUint64(s.out, uint64(len(b)))
		copy(s.out[hdr:], b)
		s.src = &b[0]
	}
	_, err := s.c.Write(s.out)
	return err
}

func (s *sock) Recv() (adapter.Msg, error) {
	<-s.ok
	if s.w.Buffered() > 0 && s.r.Buffered() == 0 {
		if err := s.w.Flush(); err != nil {
			return adapter.Msg{}, err
		}
	}
	s.whole = nil
	h, err := s.r.Peek(hdr)
	if err != nil {
		return adapter.Msg{}, err
	}
	n := int(binary.BigEndian.Uint64(h))
	if hdr+n <= s.r.Buffered() { // in place, until the next Recv
		s.whole, _ = s.r.Peek(hdr + n)
		s.r.Discard(hdr + n)
		return adapter.Msg{B: s.whole[hdr:]}, nil
	}
	if s.mode == "own" {
		s.in = nil
	}
	s.in = grow(s.in, hdr+n)
	s.whole = s.in
	_, err = io.ReadFull(s.r, s.in)
	return adapter.Msg{B: s.in[hdr:]}, err
}

func (s *sock) Free(adapter.Msg) {}

func (s *sock) Reply(m adapter.Msg) error {
	if s.mode == "batch" {
		_, err := s.w.Write(s.whole)
		return err
	}
	_, err := s.c.Write(s.whole)
	return err
}

func (s *sock) Flush() error {
	if s.w == nil {
		return nil
	}
	return s.w.Flush()
}
