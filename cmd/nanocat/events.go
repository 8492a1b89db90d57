package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// events is a slog.Handler that understands what package sp's sockets log.
type events struct{ *watch }

// Enabled implements slog.Handler.
func (events) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs implements slog.Handler: there is one socket, so who logs is known.
func (h events) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements slog.Handler.
func (h events) WithGroup(string) slog.Handler { return h }

// Handle implements slog.Handler.
func (h events) Handle(_ context.Context, r slog.Record) error {
	var addr, peer, reason string
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "endpoint":
			addr = a.Value.String()
		case "peer":
			peer = a.Value.String()
		case "err", "reason":
			reason = fmt.Sprint(a.Value.Any())
		}
		return true
	})
	h.note(r.Message, addr, reason)
	h.say(1, "%s", sentence(r.Message, addr, peer, reason))
	return nil
}

// note keeps what is known of an address up to date.
func (w *watch) note(what, addr, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.ends {
		if e.addr != addr {
			continue
		}
		switch what {
		case "connected":
			e.tried, e.why = true, ""
			e.peers++
		case "disconnected":
			e.peers--
			e.why = reason
		case "dropped": // the connection goes on
		default:
			e.tried, e.why = true, reason
		}
		break // the same address twice is the same case
	}
	close(w.news)
	w.news = make(chan struct{})
}

// sentence words an event: what, whom it is about, and why.
func sentence(what, addr, peer, reason string) string {
	var b strings.Builder
	b.WriteString(what)
	if peer != "" && peer != addr {
		b.WriteString(" " + peer)
	}
	if addr != "" {
		b.WriteString(" (" + addr + ")")
	}
	if reason != "" && reason != "<nil>" {
		b.WriteString(": " + reason)
	}
	return b.String()
}
