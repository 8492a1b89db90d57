//go:build linux

// The Go half of libnanomsg as a shared library: what the C half calls, by the
// number of the socket. See ../shim/engine.h, which says what each call means.
package main

/*
#include <stdint.h>
#include <stdlib.h>
#include "../shim/engine.h"

static void *make_room (struct sp_message *m, size_t size) { return m->alloc (size); }
*/
import "C"

import (
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/sprocketmq/sp/capi"
	"github.com/sprocketmq/sp/message"
)

// sockets are found by their numbers; the C half sees to it that a number is
// not used while its socket is made or closed.
var sockets [C.MOST_SOCKETS]atomic.Pointer[capi.Socket]

func socket(s C.int) *capi.Socket { return sockets[s].Load() }

// code is an error as the C half wants it.
func code(err error) C.int {
	if err == nil {
		return 0
	}
	var number syscall.Errno
	if !errors.As(err, &number) {
		number = syscall.EIO
	}
	return -C.int(number)
}

//export sp_open
func sp_open(s, domain, protocol, rcvfd, sndfd, complain C.int) C.int {
	k, err := capi.Open(int(s), int(domain), int(protocol), int(rcvfd), int(sndfd), complain != 0)
	if err == nil {
		sockets[s].Store(k)
	}
	return code(err)
}

//export sp_close
func sp_close(s C.int) C.int {
	k := socket(s)
	sockets[s].Store(nil)
	k.Close()
	return 0
}

//export sp_wake
func sp_wake(s C.int) { socket(s).Wake() }

//export sp_bind
func sp_bind(s C.int, addr *C.char) C.int { return number(socket(s).Bind(C.GoString(addr))) }

//export sp_connect
func sp_connect(s C.int, addr *C.char) C.int { return number(socket(s).Connect(C.GoString(addr))) }

func number(n int, err error) C.int {
	if err != nil {
		return code(err)
	}
	return C.int(n)
}

//export sp_shutdown
func sp_shutdown(s, endpoint C.int) C.int { return code(socket(s).Shutdown(int(endpoint))) }

//export sp_set
func sp_set(s, level, option, value C.int) C.int {
	return code(socket(s).Set(int(level), int(option), int(value)))
}

//export sp_name
func sp_name(s C.int, name *C.char) { socket(s).Name(C.GoString(name)) }

//export sp_subscribe
func sp_subscribe(s C.int, topic unsafe.Pointer, size C.size_t) C.int {
	socket(s).Subscribe(bytes(topic, size))
	return 0
}

//export sp_unsubscribe
func sp_unsubscribe(s C.int, topic unsafe.Pointer, size C.size_t) C.int {
	return code(socket(s).Unsubscribe(bytes(topic, size)))
}

func bytes(p unsafe.Pointer, size C.size_t) []byte { return unsafe.Slice((*byte)(p), int(size)) }

//export sp_watch
func sp_watch(s, receives C.int) C.int { return C.int(socket(s).Watch(receives != 0)) }

//export sp_unwatch
func sp_unwatch(s, led C.int) { socket(s).Unwatch(led != 0) }

//export sp_show
func sp_show(s C.int) { socket(s).Show() }

// sp_ready of no socket does nothing: it only shows that the runtime runs.
//
//export sp_ready
func sp_ready(s C.int) (ready C.int) {
	if s < 0 {
		return 0
	}
	recv, send := socket(s).Ready()
	if recv {
		ready |= C.SP_IN
	}
	if send {
		ready |= C.SP_OUT
	}
	return ready
}

//export sp_statistic
func sp_statistic(s, which C.int) C.uint64_t {
	n, _ := socket(s).Statistic(int(which))
	return C.uint64_t(n)
}

//export sp_send
func sp_send(s C.int, m *C.struct_sp_message, wait C.int) C.int {
	k := socket(s)
	out := message.Get()
	defer message.Put(out)
	k.Fill(out, bytes(m.body, m.size), bytes(unsafe.Pointer(m.header), m.header_size), message.Type(m.kind))
	err := k.Send(out)
	switch armed := m.state != 0; {
	case err == syscall.EAGAIN && wait != 0 && !armed:
		k.Arm()
		if err = k.Send(out); err == syscall.EAGAIN { // room may have come in between
			m.state = C.int(capi.Armed)
			break
		}
		k.Disarm()
	case err != syscall.EAGAIN && armed:
		k.Disarm()
		m.state = 0
	}
	if err != nil {
		out.Drop()
	}
	return code(err)
}

//export sp_recv
func sp_recv(s C.int, m *C.struct_sp_message, wait C.int) C.int64_t {
	in := message.Get()
	defer in.Release()
	w, fd, err := socket(s).TryRecv(in, capi.Wait(m.state), wait != 0)
	m.state, m.fd = C.int(w), C.int(fd)
	if err != nil {
		return C.int64_t(code(err))
	}
	if m.alloc != nil {
		m.body = C.make_room(m, C.size_t(len(in.Body)))
		m.size = C.size_t(len(in.Body))
		if m.body == nil {
			return C.int64_t(code(syscall.ENOMEM))
		}
	}
	copy(bytes(m.body, m.size), in.Body)
	m.header_size = C.size_t(copy(bytes(unsafe.Pointer(m.header), m.header_size), in.Header))
	m.kind = C.int(in.Type())
	return C.int64_t(len(in.Body))
}

//export sp_leave
func sp_leave(s C.int, m *C.struct_sp_message) { socket(s).Leave(capi.Wait(m.state)) }

// A C thread that has been in Go keeps a processor of the scheduler's for a while,
// so there have to be more of them than of the machine's.
func init() {
	n := max(2*runtime.NumCPU(), 8)
	runtime.GOMAXPROCS(n)
	startThreads(n)
}

// startThreads lets the runtime have as many threads as it may come to need: one for
// each processor, and for those that are in a system call. It keeps them, and else it
// would start them now and then in the middle of the program's work, for hours.
func startThreads(n int) {
	var all, up sync.WaitGroup
	up.Add(n)
	for range n {
		all.Go(func() {
			runtime.LockOSThread() // nobody else has this thread while this one waits
			defer runtime.UnlockOSThread()
			up.Done()
			up.Wait()
		})
	}
	all.Wait()
}

// The runtime's poller needs descriptors, and starts with the first timer. Later
// there may be none left, and that would be the program's end.
func init() { time.AfterFunc(time.Hour, func() {}).Stop() }

// A small heap is collected too often for large messages.
func init() { debug.SetGCPercent(400) }

func main() {}
