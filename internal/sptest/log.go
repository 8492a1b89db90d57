package sptest

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
)

// Log remembers what sockets log, and lets tests wait for it: what a socket
// does on its own, it logs when it has counted it.
type Log struct {
	// Least is what is remembered: nil is everything. Where very many come and go,
	// that would be most of what a test holds.
	Least slog.Leveler

	mu      sync.Mutex
	records []Record
	news    chan struct{}
}

// Record is a line of a Log.
type Record struct {
	Level   slog.Level
	Message string
	Attrs   map[string]any
}

// Logger returns what to give to a socket.
func (l *Log) Logger() *slog.Logger { return slog.New(handler{l, nil}) }

// All returns the lines so far with that message.
func (l *Log) All(message string) []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all(message)
}

func (l *Log) all(message string) (found []Record) {
	for _, r := range l.records {
		if r.Message == message {
			found = append(found, r)
		}
	}
	return found
}

// Wait waits for the n-th line with that message.
func (l *Log) Wait(t testing.TB, ctx context.Context, message string, n int) Record {
	t.Helper()
	for {
		l.mu.Lock()
		found := l.all(message)
		if l.news == nil {
			l.news = make(chan struct{})
		}
		news := l.news
		l.mu.Unlock()
		if len(found) >= n {
			return found[n-1]
		}
		select {
		case <-news:
		case <-ctx.Done():
			t.Fatalf("log has %d lines %q, want %d; all: %v", len(found), message, n, l.records)
		}
	}
}

type handler struct {
	log   *Log
	attrs []slog.Attr
}

func (h handler) Enabled(_ context.Context, level slog.Level) bool {
	return h.log.Least == nil || level >= h.log.Least.Level()
}

func (h handler) WithGroup(string) slog.Handler { return h }

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.log, slices.Concat(h.attrs, attrs)}
}

func (h handler) Handle(_ context.Context, r slog.Record) error {
	line := Record{Level: r.Level, Message: r.Message, Attrs: map[string]any{}}
	note := func(a slog.Attr) bool {
		line.Attrs[a.Key] = a.Value.Any()
		return true
	}
	for _, a := range h.attrs {
		note(a)
	}
	r.Attrs(note)
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	h.log.records = append(h.log.records, line)
	if h.log.news != nil {
		close(h.log.news)
		h.log.news = nil
	}
	return nil
}
