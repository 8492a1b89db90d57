//go:build linux

package capi

import "syscall"

// Statistic returns one of nanomsg's counters.
func (s *Socket) Statistic(which int) (uint64, error) {
	st := s.e.Stats()
	e := st.Endpoint
	switch which {
	case 101:
		return e.Connects.Load(), nil
	case 102:
		return e.Accepts.Load(), nil
	case 103:
		return e.Closed.Load(), nil
	case 104:
		return e.Broken.Load() + e.WrongProtocol.Load() + e.NotSP.Load() + e.TimedOut.Load() + e.Busy.Load(), nil
	case 105:
		return e.ConnectFailures.Load(), nil
	case 106:
		return e.BindFailures.Load(), nil
	case 107:
		return e.AcceptFailures.Load(), nil
	case 201:
		return uint64(st.Peers), nil
	case 202:
		return uint64(e.Connecting.Load()) + s.lonely(), nil
	case 203:
		return uint64(e.Failing.Load()), nil
	case 301:
		return st.Sent, nil
	case 302:
		return st.Received, nil
	case 303:
		return st.SentBytes, nil
	case 304:
		return st.ReceivedBytes, nil
	case 401:
		return uint64(st.SendPriority), nil
	}
	return 0, syscall.EINVAL
}

// lonely counts connectors over inproc that nobody has bound the name of.
func (s *Socket) lonely() (n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e := range s.meeting {
		if _, _, peers := e.Stats(); peers == 0 {
			n++
		}
	}
	return n
}
