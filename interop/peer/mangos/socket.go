package main

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/sprocketmq/sp/interop/body"
	"go.nanomsg.org/mangos/v3"
	"go.nanomsg.org/mangos/v3/protocol/bus"
	"go.nanomsg.org/mangos/v3/protocol/pair"
	"go.nanomsg.org/mangos/v3/protocol/pair1"
	"go.nanomsg.org/mangos/v3/protocol/pub"
	"go.nanomsg.org/mangos/v3/protocol/pull"
	"go.nanomsg.org/mangos/v3/protocol/push"
	"go.nanomsg.org/mangos/v3/protocol/rep"
	"go.nanomsg.org/mangos/v3/protocol/req"
	"go.nanomsg.org/mangos/v3/protocol/respondent"
	"go.nanomsg.org/mangos/v3/protocol/star"
	"go.nanomsg.org/mangos/v3/protocol/sub"
	"go.nanomsg.org/mangos/v3/protocol/surveyor"
	"go.nanomsg.org/mangos/v3/protocol/xbus"
	"go.nanomsg.org/mangos/v3/protocol/xpair"
	"go.nanomsg.org/mangos/v3/protocol/xpair1"
	"go.nanomsg.org/mangos/v3/protocol/xpub"
	"go.nanomsg.org/mangos/v3/protocol/xpull"
	"go.nanomsg.org/mangos/v3/protocol/xpush"
	"go.nanomsg.org/mangos/v3/protocol/xrep"
	"go.nanomsg.org/mangos/v3/protocol/xreq"
	"go.nanomsg.org/mangos/v3/protocol/xrespondent"
	"go.nanomsg.org/mangos/v3/protocol/xstar"
	"go.nanomsg.org/mangos/v3/protocol/xsub"
	"go.nanomsg.org/mangos/v3/protocol/xsurveyor"
	_ "go.nanomsg.org/mangos/v3/transport/ipc"
	_ "go.nanomsg.org/mangos/v3/transport/tcp"
)

const surveyTime = time.Minute

type maker func() (mangos.Socket, error)

var roles = map[string]struct{ cooked, raw maker }{
	"pair":       {pair.NewSocket, xpair.NewSocket},
	"pair1":      {pair1.NewSocket, xpair1.NewSocket},
	"pub":        {pub.NewSocket, xpub.NewSocket},
	"sub":        {sub.NewSocket, xsub.NewSocket},
	"req":        {req.NewSocket, xreq.NewSocket},
	"rep":        {rep.NewSocket, xrep.NewSocket},
	"push":       {push.NewSocket, xpush.NewSocket},
	"pull":       {pull.NewSocket, xpull.NewSocket},
	"surveyor":   {surveyor.NewSocket, xsurveyor.NewSocket},
	"respondent": {respondent.NewSocket, xrespondent.NewSocket},
	"bus":        {bus.NewSocket, xbus.NewSocket},
	"star":       {star.NewSocket, xstar.NewSocket},
}

type socket struct {
	mangos.Socket
	role string
	raw  bool
}

// open makes a socket that listens or dials.
func open(role string, raw bool, how []string) mangos.Socket {
	makers, ok := roles[role]
	if !ok {
		fail("no such role: " + role)
	}
	make := makers.cooked
	if raw {
		make = makers.raw
	}
	s, err := make()
	must(err)
	switch {
	case raw:
	case role == "sub":
		must(s.SetOption(mangos.OptionSubscribe, ""))
	case role == "surveyor":
		must(s.SetOption(mangos.OptionSurveyTime, surveyTime))
	}
	if how[0] == "listen" {
		must(s.Listen(how[1]))
	} else {
		must(s.Dial(how[1]))
	}
	return s
}

// sendBody sends the body with the size and seed given. A raw socket's header
// is a stack as if the message had come through words-1 devices, or for pair1
// the number of hops it has made.
func (s *socket) sendBody(line string) {
	var size, words int
	var seed uint64
	_, err := fmt.Sscan(line, &size, &seed, &words)
	must(err)
	m := mangos.NewMessage(size)
	m.Body = append(m.Body, body.Make(size, seed)...)
	switch {
	case !s.raw:
	case s.role == "pair1":
		m.Header = binary.BigEndian.AppendUint32(m.Header, uint32(words-1))
	default:
		for i := range words - 1 {
			m.Header = binary.BigEndian.AppendUint32(m.Header, 0x01020300+uint32(i))
		}
		m.Header = binary.BigEndian.AppendUint32(m.Header, 0x80000001)
	}
	must(s.SendMsg(m))
}
