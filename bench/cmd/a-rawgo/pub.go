package main

import (
	"github.com/sprocketmq/sp/bench/adapter"
)

// pub writes to every subscriber in turn and waits for the slowest.
type pub struct {
	subs []*sock
}

func (p *pub) Send(b []byte) error {
	for _, s := range p.subs {
		if err := s.Send(b); err != nil {
			return err
		}
	}
	return nil
}
func (p *pub) Flush() error {
	for _, s := range p.subs {
		s.Flush()
	}
	return nil
}
func (p *pub) Recv() (adapter.Msg, error) { select {} }
func (p *pub) Free(adapter.Msg)           {}
func (p *pub) Reply(adapter.Msg) error    { return nil }
