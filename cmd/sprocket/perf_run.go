package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sprocketmq/sp"
)

// run plays the part that the command line gives to this process. The result
// is nil where the other end has it.
func (m *measuring) run(ctx context.Context) (*result, error) {
	// Any size is to be measured, and nothing is to be lost at the end.
	o := &sp.Options{Name: "perf", Linger: 10 * time.Second}
	o.MaxSize = -1
	switch {
	case m.listen != "":
		f := m.flow.far(o)
		if _, err := attach(f, m.listen, true, m.files); err != nil {
			f.Close()
			return nil, err
		}
		return m.closing(f, func() (*result, error) { return m.receive(ctx, f) })
	case m.dial != "":
		n := m.flow.near(o)
		if _, err := attach(n, m.dial, false, m.files); err != nil {
			n.Close()
			return nil, err
		}
		return m.closing(n, func() (*result, error) { return m.send(ctx, n) })
	}
	return m.alone(ctx, o)
}

// alone is both ends.
func (m *measuring) alone(ctx context.Context, o *sp.Options) (*result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f, n := m.flow.far(o), m.flow.near(o)
	addr := m.own
	if addr == "" {
		addr = "inproc://perf"
	}
	addr, err := attach(f, addr, true, m.files)
	if err == nil {
		_, err = attach(n, addr, false, m.files)
	}
	if err != nil {
		f.Close()
		n.Close()
		return nil, err
	}
	type outcome struct {
		r   *result
		err error
	}
	there := make(chan outcome, 1)
	go func() {
		r, err := m.closing(f, func() (*result, error) { return m.receive(ctx, f) })
		if err != nil {
			cancel(err)
		}
		there <- outcome{r, err}
	}()
	here, err := m.closing(n, func() (*result, error) { return m.send(ctx, n) })
	if err != nil && context.Cause(ctx) == nil {
		cancel(err)
	}
	far := <-there
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if here != nil {
		return here, nil
	}
	return far.r, nil
}

// closing closes the socket when do is done.
func (m *measuring) closing(s base, do func() (*result, error)) (*result, error) {
	r, err := do()
	if closed := s.Close(); err == nil && closed != nil {
		err = closed
	}
	return r, err
}

// check refuses a message of another size: the ends were told differently.
func (m *measuring) check(size int, err error) error {
	if err == nil && size != m.size {
		err = fmt.Errorf("a message of %d bytes came, not of %d: both ends need the same --size", size, m.size)
	}
	return err
}

// body is what is sent; its bytes are those of nanomsg's programs.
func (m *measuring) body() []byte {
	b := make([]byte, m.size)
	for i := range b {
		b[i] = 111
	}
	return b
}

// send is the near end.
func (m *measuring) send(ctx context.Context, n *near) (*result, error) {
	if err := n.wait(ctx, 1); err != nil {
		return nil, err
	}
	switch {
	case m.latency && m.flow.oneWay:
		return nil, m.stamped(ctx, n)
	case m.latency:
		return m.trips(ctx, n)
	case m.flow.asks:
		return m.manyTrips(ctx, n)
	}
	body := m.body()
	if err := n.send(ctx, nil); err != nil { // starts the other end's clock
		return nil, err
	}
	for range m.count {
		if err := n.send(ctx, body); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// receive is the far end.
func (m *measuring) receive(ctx context.Context, f *far) (*result, error) {
	switch {
	case m.latency && m.flow.oneWay:
		return m.arrivals(ctx, f)
	case m.latency || m.flow.asks:
		for range m.count {
			if err := m.check(f.answer(ctx)); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	return m.stream(ctx, f)
}

// silence is when a lossy flow is over.
const silence = 2 * time.Second

// stream receives as many messages as there are.
func (m *measuring) stream(ctx context.Context, f *far) (*result, error) {
	if n, err := taken(f.recv(ctx)); err != nil || n != 0 {
		if err == nil {
			err = fmt.Errorf("the first message has %d bytes, not 0", n)
		}
		return nil, err
	}
	start, last, got := time.Now(), time.Now(), 0
	if m.flow.lossy {
		// Not a deadline for each message: that would be measured as well.
		watched, cancel := context.WithCancel(ctx)
		defer cancel()
		stop := m.watchSilence(f, cancel)
		defer stop()
		ctx = watched
	}
	for got < m.count {
		if err := m.check(taken(f.recv(ctx))); err != nil {
			if m.flow.lossy && errors.Is(err, context.Canceled) {
				break
			}
			return nil, err
		}
		got++
		if m.flow.lossy || got == m.count { // any message may be the last one
			last = time.Now()
		}
	}
	return m.throughput(got, last.Sub(start)), nil
}

// watchSilence calls cancel when f has received nothing for a while.
func (m *measuring) watchSilence(f *far, cancel func()) (stop func()) {
	quit := make(chan struct{})
	go func() {
		var before uint64
		for {
			select {
			case <-quit:
				return
			case <-time.After(silence):
			}
			now := f.Stats().Received
			if now == before {
				cancel()
				return
			}
			before = now
		}
	}()
	return func() { close(quit) }
}
