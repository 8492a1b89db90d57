package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// source is where the messages to send come from.
type source interface {
	// next returns a message, or io.EOF if there are no more.
	next(context.Context) ([]byte, error)
}

// same is a source of one message, again and again.
type same []byte

func (s same) next(context.Context) ([]byte, error) { return s, nil }

// source finds out what there is to send; nil is nothing.
func (s *settings) source(stdin *os.File) (source, error) {
	switch {
	case s.framing != nil && s.file != nil:
		return newStream(s.file, s.framing), nil
	case s.framing != nil && !s.hasData && s.kind.can&writes != 0:
		return newStream(stdin, s.framing), nil
	case s.file != nil:
		b, err := io.ReadAll(s.file)
		if err != nil {
			name := s.file.Name()
			if s.file == os.Stdin {
				name = "-"
			}
			return nil, cli.ReadFailure(name, err)
		}
		return same(b), nil
	case s.hasData:
		return same(s.data), nil
	}
	return nil, nil
}

// stream is a source that reads as the messages are asked for, but on a
// goroutine of its own: a read of a terminal or pipe cannot be ended.
type stream struct {
	in    io.Reader
	read  framing
	began bool
	items chan streamItem
}

type streamItem struct {
	body []byte
	err  error
}

func newStream(in io.Reader, read framing) *stream {
	return &stream{in: in, read: read, items: make(chan streamItem)}
}

// run reads one message ahead at the most.
func (s *stream) run() {
	r := bufio.NewReader(s.in)
	for n := 1; ; n++ {
		b, err := s.read(r)
		if err != nil && !errors.Is(err, io.EOF) {
			err = fmt.Errorf("message %d of the input: %w", n, err)
		}
		s.items <- streamItem{b, err}
		if err != nil {
			return
		}
	}
}

func (s *stream) next(ctx context.Context) ([]byte, error) {
	if !s.began {
		s.began = true
		go s.run()
	}
	select {
	case it := <-s.items:
		return it.body, it.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
