//go:build linux

package capi

import (
	"syscall"
	"time"

	"github.com/sprocketmq/sp/pattern"
)

// options are those that this half needs to know.
type options struct {
	linger           time.Duration
	sndbuf, rcvbuf   int // sndset, rcvset: the program has said so
	sndset, rcvset   bool
	ivl, ivlMax      time.Duration
	sndprio, rcvprio int
	ipv4only         bool
	maxSize          int
	delay, text      bool
}

// The levels and options, by nanomsg's numbers.
const (
	levelSocket = 0
	levelTCP    = -3
	levelWS     = -4

	optLinger       = 1
	optSndBuf       = 2
	optRcvBuf       = 3
	optReconnect    = 6
	optReconnectMax = 7
	optSndPrio      = 8
	optRcvPrio      = 9
	optIPv4Only     = 14
	optRcvMaxSize   = 16
	optMaxTTL       = 17

	optTCPNoDelay = 1
	optWSMsgType  = 1
	optOwn        = 1 // NN_REQ_RESEND_IVL, NN_SURVEYOR_DEADLINE
)

func defaults() options {
	return options{
		linger: time.Second, sndbuf: 128 << 10, rcvbuf: 128 << 10, ivl: 100 * time.Millisecond,
		sndprio: 8, rcvprio: 8, ipv4only: true, maxSize: 1 << 20,
	}
}

// lingerForEver is what a negative NN_LINGER means.
const lingerForEver = 1 << 62

// Set sets an option, whose value has been checked.
func (s *Socket) Set(level, option, value int) error {
	ms := time.Duration(value) * time.Millisecond
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &s.options
	switch [2]int{level, option} {
	case [2]int{levelSocket, optLinger}:
		if o.linger = ms; ms < 0 {
			o.linger = lingerForEver
		}
	case [2]int{levelSocket, optSndBuf}:
		o.sndbuf, o.sndset = value, true
	case [2]int{levelSocket, optRcvBuf}:
		o.rcvbuf, o.rcvset = value, true
		s.setQueue()
	case [2]int{levelSocket, optReconnect}:
		o.ivl = ms
	case [2]int{levelSocket, optReconnectMax}:
		o.ivlMax = ms
	case [2]int{levelSocket, optSndPrio}:
		o.sndprio = value
	case [2]int{levelSocket, optRcvPrio}:
		o.rcvprio = value
	case [2]int{levelSocket, optIPv4Only}:
		o.ipv4only = value != 0
	case [2]int{levelSocket, optRcvMaxSize}:
		o.maxSize = value
		for _, e := range s.ends {
			if limited(e.Addr()) {
				e.SetMaxSize(maxSize(value))
			}
		}
	case [2]int{levelSocket, optMaxTTL}:
		s.e.SetLimits(func(l *pattern.Limits) { l.TTL = value })
	case [2]int{levelTCP, optTCPNoDelay}:
		o.delay = value == 0
	case [2]int{levelWS, optWSMsgType}:
		o.text = value == 1
	case [2]int{int(pattern.Req.Self), optOwn}:
		s.e.SetLimits(func(l *pattern.Limits) { l.Resend = ms })
	case [2]int{int(pattern.Surveyor.Self), optOwn}:
		s.e.SetLimits(func(l *pattern.Limits) { l.SurveyTime = ms })
	default:
		return syscall.ENOPROTOOPT
	}
	return nil
}

// A queue for what comes from other processes is longer than NN_RCVBUF, which is
// the kernel's there.
const streamQueue = 1 << 20

// setQueue limits the queues of what was received. Once there is an inproc
// endpoint they are nanomsg's to the byte.
func (s *Socket) setQueue() {
	s.e.SetLimits(func(l *pattern.Limits) {
		l.Last, l.RecvBytes = s.inproc.Load(), s.options.rcvbuf
		if !s.inproc.Load() {
			l.RecvBytes = max(l.RecvBytes, streamQueue)
		}
	})
}

// maxSize is the engine's form of NN_RCVMAXSIZE: there 0 is any, and negative none
// but empty messages.
func maxSize(n int) int {
	switch {
	case n < 0:
		return 0
	case n == 0:
		return -1
	}
	return n
}
