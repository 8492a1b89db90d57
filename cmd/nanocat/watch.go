package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// watch sees what happens on the socket, through its log, and what the loops
// send and receive. It tells the user as much of it as -v asks for.
type watch struct {
	program string
	level   int
	term    bool // stderr is a terminal
	stderr  io.Writer
	tap     *tap

	mu       sync.Mutex
	ends     []*end
	progress *progress
	moved    bool // a message went or came
	news     chan struct{}
}

// end is an address of the command line and what became of it.
type end struct {
	addr   string
	dialed bool
	tried  bool   // connected, or failed to
	peers  int    // connected now
	why    string // the last attempt failed because of this
}

func newWatch(program string, level int, stderr io.Writer, term bool) *watch {
	return &watch{program: program, level: level, stderr: stderr, term: term, news: make(chan struct{})}
}

// add begins to watch an address. It has to be called before the socket can
// say anything about it.
func (w *watch) add(addr string, dialed bool) *end {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &end{addr: addr, dialed: dialed}
	w.ends = append(w.ends, e)
	return e
}

// rename records the address that an endpoint has in the log.
func (w *watch) rename(e *end, addr string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.addr = addr
}

// say writes a line about the program's own doings, if the level is reached.
func (w *watch) say(level int, format string, args ...any) {
	if w.level < level {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress.clear()
	fmt.Fprintf(w.stderr, "%s: %s\n", w.program, fmt.Sprintf(format, args...))
}

func (w *watch) sent(size int)     { w.count(size, true) }
func (w *watch) received(size int) { w.count(size, false) }

func (w *watch) count(size int, out bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// A request that nobody has got yet is nothing that happened.
	if !out || w.connected() > 0 {
		w.moved = true
	}
	w.progress.add(size)
}

// aside makes room on the terminal for what goes to stdout.
func (w *watch) aside() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress.clear()
}

// header is the header of the protocol that typed sockets keep to themselves.
func (w *watch) header() []byte { return w.tap.lastSent() }

func (w *watch) connected() int {
	n := 0
	for _, e := range w.ends {
		n += e.peers
	}
	return n
}

// settle waits until every address that is dialled has been tried once.
func (w *watch) settle(ctx context.Context) {
	for {
		w.mu.Lock()
		news, done := w.news, true
		for _, e := range w.ends {
			done = done && (e.tried || !e.dialed)
		}
		w.mu.Unlock()
		if done {
			return
		}
		select {
		case <-news:
		case <-ctx.Done():
			return
		}
	}
}

// logger is the log for the socket.
func (w *watch) logger() *slog.Logger { return slog.New(events{w}) }
