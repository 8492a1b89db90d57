package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/wire"
)

// Forward moves messages from a to b and from b to a, in the directions that
// both patterns have, until ctx or one of the sockets ends.
func Forward(ctx context.Context, a, b *Socket) error {
	if err := forwardable(a, b); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, s := range []*Socket{a, b} {
		stop := context.AfterFunc(s.dying, func() {
			cancel(fmt.Errorf("forward: %s: %w", s.name(), errClosed))
		})
		defer stop()
	}
	var both sync.WaitGroup
	move := func(from, to *Socket) {
		if from.pattern.Receives && to.pattern.Sends {
			both.Go(func() { cancel(move(ctx, from, to)) })
		}
	}
	move(a, b)
	if a != b {
		move(b, a)
	}
	both.Wait()
	return context.Cause(ctx)
}

func move(ctx context.Context, from, to *Socket) error {
	for {
		var m Message
		if err := from.Recv(ctx, &m); err != nil {
			return fmt.Errorf("forward from %s: %w", from.name(), err)
		}
		err := to.Send(ctx, &m)
		switch {
		case errors.Is(err, pattern.ErrHeader):
			(*host)(to).Count(pattern.Malformed, 1)
		case err != nil:
			(*host)(to).Count(pattern.Closed, 1)
			return fmt.Errorf("forward to %s: %w", to.name(), err)
		}
	}
}

// forwardable says why a device can't be made of two sockets.
func forwardable(a, b *Socket) error {
	p, q := a.pattern, b.pattern
	if a == b {
		if p.Self == p.Peer || p.Self == wire.Rep.Self || p.Self == wire.Respondent.Self {
			return nil
		}
		if !p.Sends || !p.Receives {
			return fmt.Errorf("forward: a raw %s socket can't reflect: it only goes one way", p.Name)
		}
		return fmt.Errorf("forward: a raw %s socket can't reflect: what it sent back would be answered for ever", p.Name)
	}
	if p.Peer != q.Self || q.Peer != p.Self {
		return fmt.Errorf("forward: raw %s and raw %s don't fit: the other side of %s has to be %s", p.Name, q.Name, p.Name, p.PeerName)
	}
	return nil
}
