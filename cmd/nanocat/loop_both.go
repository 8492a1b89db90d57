package main

import (
	"context"
)

// both sends a stream and receives at the same time, until one of them fails
// or the receiving is over. The end of the stream is not the end: the other
// side may go on.
func (c *session) both() error {
	ctx, stop := context.WithCancel(c.ctx)
	defer stop()
	out := *c // the sending half: it shares no buffer with the receiving one
	out.ctx, out.count = ctx, 0
	sent := make(chan error, 1)
	go func() {
		err := sending(&out)
		if err != nil {
			stop() // ends the receiving
		}
		sent <- err
	}()
	in := *c
	in.ctx = ctx
	err := receiving(&in)
	if c.ctx.Err() == nil && ctx.Err() != nil {
		return <-sent
	}
	stop()
	<-sent
	return err
}
