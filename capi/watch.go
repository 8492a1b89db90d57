//go:build linux

package capi

import (
	"os"
	"sync"
	"syscall"
	"time"
)

// watch waits for the events that goroutines want to know of, on all conns of the
// process. Each is told once, and has to be wanted again. The Go runtime's poller
// knows of one descriptor for all of them.
type watch struct {
	file  *os.File
	fd    int // file's
	mu    sync.Mutex
	conns map[int32]*conn
}

// watching is the process's; nil where there can't be one: then connections stay with
// the runtime's poller.
var watching *watch

func init() { watching = newWatch() }

func newWatch() *watch {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil
	}
	syscall.SetNonblock(fd, true) // so that the runtime waits for it
	w := &watch{file: os.NewFile(uintptr(fd), "epoll"), fd: fd, conns: make(map[int32]*conn)}
	raw, err := w.file.SyscallConn()
	if err != nil || w.file.SetReadDeadline(time.Time{}) != nil {
		w.file.Close()
		return nil
	}
	go raw.Read(w.look)
	return w
}

// look passes on what has happened. It returns false: it is to be called again.
func (w *watch) look(fd uintptr) bool {
	var events [64]syscall.EpollEvent
	for {
		n, _ := syscall.EpollWait(int(fd), events[:], 0)
		for _, e := range events[:max(n, 0)] {
			w.mu.Lock()
			c := w.conns[e.Fd]
			w.mu.Unlock()
			if c != nil {
				c.happened(e.Events)
			}
		}
		if n < len(events) {
			return false
		}
	}
}

func (w *watch) add(c *conn) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.set(syscall.EPOLL_CTL_ADD, c.fd, 0); err != nil {
		return err
	}
	w.conns[int32(c.fd)] = c
	return nil
}

func (w *watch) remove(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, int32(c.fd))
	w.set(syscall.EPOLL_CTL_DEL, c.fd, 0) // closing alone does not, if a child has it too
}

func (w *watch) set(operation, fd int, events uint32) error {
	e := syscall.EpollEvent{Events: events | syscall.EPOLLONESHOT, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(w.fd, operation, fd, &e))
}
