//go:build linux

package capi

import (
	"bytes"
	"sync"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// replier is the router of a cooked REP and RESPONDENT: what is sent answers
// what was received last, once.
type replier struct {
	*pattern.Joined
	mu   sync.Mutex
	back []byte // the way back; none: there is nothing to answer
}

func newReplier(h pattern.Host) pattern.Router {
	raw := pattern.Rep.New(h).(*pattern.Joined)
	return &replier{Joined: raw}
}

// Send implements pattern.Router. An answer that nobody can take is dropped.
func (r *replier) Send(m *message.Message) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.back) == 0 {
		return false, EFSM
	}
	m.Header = r.back
	if !m.Borrowed() { // who takes it keeps the header too
		m.Header = bytes.Clone(r.back)
	}
	ok, err := r.Joined.Send(m)
	m.Header = nil
	r.back = r.back[:0]
	return ok, err
}

// Recv implements pattern.Router. The request before is forgotten.
func (r *replier) Recv(m *message.Message) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.Joined.Recv(m) {
		return false
	}
	r.back = append(r.back[:0], m.Header...)
	m.Header = nil
	return true
}

// CanSend implements pattern.Router.
func (r *replier) CanSend() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.back) > 0
}
