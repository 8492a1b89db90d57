package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Others decide how often they are refused, so they must not decide how long the
// log is. Of each kind of event the first is written at once; those that follow
// within this time are kept back, and one line at its end says how many they
// were and shows the last.
const noticePeriod = 10 * time.Second

// notices are what an endpoint has said within the last period.
type notices struct {
	mu     sync.Mutex
	byKind map[noticeKind]*notice
	closed bool
}

// noticeKind is what is said and why, so that no kind of attack hides another.
type noticeKind struct {
	level     slog.Level
	text, why string
}

type notice struct {
	kept int   // not written
	last []any // what the last of these has to say
	stop func() bool
}

// warn logs what others did wrong.
func (e *Endpoint) warn(text, why string, attrs ...any) {
	e.tell(noticeKind{slog.LevelWarn, text, why}, attrs)
}

// tell logs an event that others may cause as often as they like.
func (e *Endpoint) tell(k noticeKind, attrs []any) {
	if !e.sock.log.Enabled(context.Background(), k.level) {
		return
	}
	n := &e.notices
	n.mu.Lock()
	l := n.byKind[k]
	switch {
	case l != nil:
		l.kept, l.last = l.kept+1, attrs
	case n.closed:
	default:
		if n.byKind == nil {
			n.byKind = make(map[noticeKind]*notice)
		}
		n.byKind[k] = &notice{stop: e.period(k)}
	}
	n.mu.Unlock()
	if l == nil {
		e.write(k, attrs)
	}
}

func (e *Endpoint) write(k noticeKind, attrs []any) {
	e.sock.log.Log(context.Background(), k.level, k.text, append([]any{"endpoint", e.addr}, attrs...)...)
}

func (e *Endpoint) period(k noticeKind) (stop func() bool) {
	return e.sock.after(noticePeriod, func() { e.sum(k) })
}

// sum tells of what was kept back in a period. If that is nothing, the next of
// its kind is a first one again.
func (e *Endpoint) sum(k noticeKind) {
	n := &e.notices
	n.mu.Lock()
	l := n.byKind[k]
	if l == nil {
		n.mu.Unlock()
		return
	}
	attrs := l.summary()
	switch {
	case attrs == nil || n.closed:
		delete(n.byKind, k)
	default:
		l.stop = e.period(k)
	}
	n.mu.Unlock()
	if attrs != nil {
		e.write(k, attrs)
	}
}

// summary takes what was kept back.
func (l *notice) summary() []any {
	if l.kept == 0 {
		return nil
	}
	attrs := append(l.last, "times", l.kept)
	l.kept, l.last = 0, nil
	return attrs
}

// sumUp tells of all that was kept back, before its period is over.
func (e *Endpoint) sumUp() {
	n := &e.notices
	n.mu.Lock()
	n.closed = true
	var all []noticeKind
	for k, l := range n.byKind {
		l.stop()
		all = append(all, k)
	}
	n.mu.Unlock()
	for _, k := range all {
		e.sum(k)
	}
}
