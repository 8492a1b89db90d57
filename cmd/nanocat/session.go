package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/sprocketmq/sp/cmd/internal/cerror"
	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// session is one run of the command: a socket, what to send on it, and where
// to write what comes.
type session struct {
	*settings
	ctx    context.Context
	sock   *socket
	src    source // nil: nothing to send
	stdout io.Writer
	watch  *watch
	buf    []byte
}

const statusSocket = 3

// failed is the error that ends the program because of err.
func failed(doing string, err error) error {
	return &cli.Failure{Text: doing + ": " + cerror.Text(err) + "\n", Status: statusSocket}
}

// send sends body, as long as --send-timeout says.
func (c *session) send(body []byte) error {
	ctx, cancel := within(c.ctx, c.sendTimeout)
	defer cancel()
	return c.sent(c.sock.send(ctx, body), len(body))
}

// answer sends body to where it came from.
func (c *session) answer(it *item, body []byte) error {
	ctx, cancel := within(c.ctx, c.sendTimeout)
	defer cancel()
	return c.sent(it.answer(ctx, body), len(body))
}

func (c *session) sent(err error, size int) error {
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if err != nil {
		return failed("Can't send", err)
	}
	c.watch.sent(size)
	return nil
}

// receive waits for a message and writes it. An error that satisfies over says
// that there is none.
func (c *session) receive(timeout cli.Seconds) (*item, error) {
	it, err := c.sock.receive(c.ctx, timeout)
	switch {
	case err == nil:
		c.watch.received(len(it.body))
		return it, c.print(it)
	case c.ctx.Err() != nil:
		return nil, c.ctx.Err()
	case over(err):
		return nil, err
	}
	return nil, failed("Can't recv", err)
}

// print writes a message in one piece, so that a reader at the other end of a
// pipe has it at once.
func (c *session) print(it *item) error {
	enc := encoders[c.format]
	if enc == nil {
		return nil
	}
	if len(it.header) == 0 {
		it.header = c.watch.header()
	}
	c.buf = enc(c.buf[:0], it)
	c.watch.aside()
	if _, err := c.stdout.Write(c.buf); err != nil {
		return failed("Can't write to stdout", err)
	}
	return nil
}

// next returns the next message to send, or io.EOF.
func (c *session) next() ([]byte, error) {
	b, err := c.src.next(c.ctx)
	if err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || c.ctx.Err() != nil {
		return b, err
	}
	var at *os.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return nil, &cli.Failure{Text: "Can't read the input: " + err.Error() + "\n", Status: 2}
}

// once reports whether there is only one message to send, and only one time.
func (c *session) once() bool {
	_, one := c.src.(same)
	return one && !c.interval.Given && c.count == 0
}

// enough reports whether n messages are what --count asks for.
func (c *session) enough(n int) bool { return c.count > 0 && n >= c.count }
