package main

import (
	"errors"
	"io"
	"time"

	"github.com/sprocketmq/sp/cmd/internal/cli"
)

// The loops are nanomsg's: scripts depend on when they end and with what
// status. They return nil when all is done.

// sending is what PUB and PUSH do.
func sending(c *session) error {
	for n := 1; ; n++ {
		body, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		start := time.Now()
		if err := c.send(body); err != nil {
			return err
		}
		if c.once() || c.enough(n) {
			return nil
		}
		if err := pause(c.ctx, c.interval.D-time.Since(start)); err != nil {
			return err
		}
	}
}

// receiving is what SUB and PULL do, and others with nothing to send.
func receiving(c *session) error {
	for n := 1; ; n++ {
		if _, err := c.receive(c.recvTimeout); err != nil {
			return quiet(err)
		}
		if c.enough(n) {
			return nil
		}
	}
}

// quiet makes nil of an error that says that no more messages are expected.
func quiet(err error) error {
	if over(err) {
		return nil
	}
	return err
}

// exchanging is what REQ and SURVEYOR do: send, then receive what comes of it.
func exchanging(c *session) error {
	for n := 1; ; n++ {
		body, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		start := time.Now()
		if err := c.send(body); err != nil {
			return err
		}
		switch {
		case c.interval.Given:
			err = c.receiveUntil(start.Add(c.interval.D))
		case c.once():
			return receiving(c)
		default:
			err = c.receiveRound()
		}
		if err != nil || c.enough(n) {
			return err
		}
	}
}

// receiveUntil receives until a point in time. Once nothing has come for
// --recv-timeout, it only waits.
func (c *session) receiveUntil(end time.Time) error {
	for {
		rest := time.Until(end)
		if rest <= 0 {
			return nil
		}
		if c.recvTimeout.Given {
			rest = min(rest, c.recvTimeout.D)
		}
		_, err := c.receive(cli.Seconds{D: rest, Given: true})
		if over(err) {
			return pause(c.ctx, time.Until(end))
		}
		if err != nil {
			return err
		}
	}
}

// receiveRound receives all answers to a survey, or the one message that
// answers anything else.
func (c *session) receiveRound() error {
	for {
		_, err := c.receive(c.recvTimeout)
		if err != nil || !c.kind.manyAnswers {
			return quiet(err)
		}
	}
}

// conversing is what PAIR and BUS do: both directions, if there is something
// to send.
func conversing(c *session) error {
	switch c.src.(type) {
	case nil:
		return receiving(c)
	case same:
		return exchanging(c)
	}
	return c.both()
}

// answering is what REP and RESPONDENT do. A timeout is an error if there is
// something to answer.
func answering(c *session) error {
	if c.src == nil {
		return receiving(c)
	}
	for n := 1; ; n++ {
		it, err := c.receive(c.recvTimeout)
		if over(err) {
			return failed("Can't recv", err)
		}
		if err != nil {
			return err
		}
		body, err := c.next()
		if errors.Is(err, io.EOF) {
			return receiving(c)
		}
		if err == nil {
			err = c.answer(it, body)
		}
		if err != nil || c.enough(n) {
			return err
		}
	}
}
