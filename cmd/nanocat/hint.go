package main

import (
	"strings"
	"time"
)

// hintAfter is when somebody at a terminal begins to wonder.
const hintAfter = 1500 * time.Millisecond

// hint says what the program waits for, if nothing has happened by then. It
// is for people only: scripts see nothing of it.
func (w *watch) hint(k *kind) (stop func()) {
	if !w.term || w.level < 0 {
		return func() {}
	}
	t := time.AfterFunc(hintAfter, func() {
		w.mu.Lock()
		text, quiet := w.waiting(k), !w.moved
		w.mu.Unlock()
		if quiet {
			w.say(0, "%s", text)
		}
	})
	return func() { t.Stop() }
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
