package main

import (
	"context"
	"strings"
	"time"
)

// hintAfter is when somebody at a terminal begins to wonder.
const hintAfter = 1500 * time.Millisecond

// hint says what the program waits for, if nothing has happened by then, and
// again when that has changed. It is for people only: scripts see nothing of it.
func (w *watch) hint(k *kind) (stop func()) {
	if !w.term || w.level < 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.tell(ctx, k)
	}()
	return func() { cancel(); <-done }
}

// tell says what is waited for until a message has gone or come, each time
// when things have stood that way for a while.
func (w *watch) tell(ctx context.Context, k *kind) {
	for said := ""; pause(ctx, hintAfter) == nil; {
		w.mu.Lock()
		text, moved, news := w.waiting(k), w.moved, w.news
		w.mu.Unlock()
		if moved {
			return
		}
		if text != said {
			w.say(0, "%s", text)
			said = text
		}
		select {
		case <-news:
		case <-ctx.Done():
		}
	}
}

// waiting describes the state of all addresses.
func (w *watch) waiting(k *kind) string {
	if n := w.connected(); n > 0 {
		return "waiting: connected (" + w.list(true) + "), but no message has come yet"
	}
	return "waiting: no peer yet; a " + k.peer() + " is wanted: " + w.list(false)
}

func (w *watch) list(connected bool) string {
	var all []string
	for _, e := range w.ends {
		switch {
		case connected && e.peers > 0:
			all = append(all, e.addr)
		case connected:
		case e.why != "":
			all = append(all, e.addr+": "+e.why)
		case e.dialed:
			all = append(all, e.addr+" does not answer")
		default:
			all = append(all, "nobody has connected to "+e.addr)
		}
	}
	return strings.Join(all, "; ")
}
