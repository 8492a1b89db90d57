package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// trips measures round trips, one after the other.
func (m *measuring) trips(ctx context.Context, n *near) (*result, error) {
	body, took := m.body(), make([]time.Duration, 0, m.count)
	for range m.count {
		start := time.Now()
		if err := m.check(n.trip(ctx, body)); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start)/2)
	}
	return m.latencies(took), nil
}

// manyTrips measures how many round trips fit in.
func (m *measuring) manyTrips(ctx context.Context, n *near) (*result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var left atomic.Int64
	left.Store(int64(m.count))
	var all sync.WaitGroup
	start := time.Now()
	for range min(m.parallel, m.count) {
		all.Go(func() {
			body := m.body()
			for left.Add(-1) >= 0 {
				if err := m.check(n.trip(ctx, body)); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return m.throughput(m.count, time.Since(start)), nil
}

const stampSize = 8

// pace is the time between messages with a stamp: they are not to wait for
// each other.
const pace = time.Millisecond

// stamped sends messages that say when they were sent.
func (m *measuring) stamped(ctx context.Context, n *near) error {
	if m.size < stampSize {
		return errStamp(m.size)
	}
	body := m.body()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for range m.count {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		binary.BigEndian.PutUint64(body, uint64(time.Now().UnixNano()))
		if err := n.send(ctx, body); err != nil {
			return err
		}
	}
	return nil
}

// arrivals compares the stamps with the clock.
func (m *measuring) arrivals(ctx context.Context, f *far) (*result, error) {
	if m.size < stampSize {
		return nil, errStamp(m.size)
	}
	took := make([]time.Duration, 0, m.count)
	for range m.count {
		msg, err := f.recv(ctx)
		if err != nil {
			return nil, err
		}
		if err := m.check(len(msg.Body), nil); err != nil {
			return nil, err
		}
		sent := int64(binary.BigEndian.Uint64(msg.Body))
		took = append(took, time.Duration(time.Now().UnixNano()-sent))
		msg.Release()
	}
	if took[0] > time.Hour || took[0] < -time.Hour {
		return nil, errors.New("the clocks of the two ends differ by more than an hour")
	}
	return m.latencies(took), nil
}

func errStamp(size int) error {
	return fmt.Errorf("messages of %d bytes have no room for the time: --size has to be %d at least", size, stampSize)
}
