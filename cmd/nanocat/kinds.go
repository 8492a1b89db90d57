package main

import (
	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/examples/star"
	"github.com/sprocketmq/sp/wire"
)

// kind is a socket type.
type kind struct {
	name, text string
	extra      bool // not one of nanomsg's
	can        cli.Mask
	needsData  bool
	// manyAnswers: what is sent may have any number of answers.
	manyAnswers bool
	// asks: what is sent has an id that its answers bear.
	asks     bool
	protocol wire.Protocol
	open     func(*opening) *socket
	talk     func(*session) error
}

// kinds in nanomsg's order.
var kinds = []*kind{
	{name: "push", protocol: wire.Push, can: writes, needsData: true, open: openPush, talk: sending,
		text: "Push socket: each message goes to one of the --pull peers."},
	{name: "pull", protocol: wire.Pull, can: reads, open: openPull, talk: receiving,
		text: "Pull socket: receive what --push peers send."},
	{name: "pub", protocol: wire.Pub, can: writes, needsData: true, open: openPub, talk: sending,
		text: "Publisher: each message goes to all --sub peers."},
	{name: "sub", protocol: wire.Sub, can: reads | isSub, open: openSub, talk: receiving,
		text: "Subscriber: receive what --pub peers publish."},
	{name: "req", protocol: wire.Req, asks: true, can: writes | reads, needsData: true, open: openReq, talk: exchanging,
		text: "Requester: send a request to one of the --rep peers, and receive its reply."},
	{name: "rep", protocol: wire.Rep, can: writes | reads, open: openRep, talk: answering,
		text: "Replier: receive requests, and answer them if there is something to answer."},
	{name: "surveyor", protocol: wire.Surveyor, asks: true, can: writes | reads, needsData: true, manyAnswers: true, open: openSurveyor, talk: exchanging,
		text: "Surveyor: ask all --respondent peers, and receive their answers for a second."},
	{name: "respondent", protocol: wire.Respondent, can: writes | reads, open: openRespondent, talk: answering,
		text: "Respondent: receive surveys, and answer them if there is something to answer."},
	{name: "bus", protocol: wire.Bus, can: writes | reads, open: openBus, talk: conversing,
		text: "Bus: each message goes to all peers; receive theirs."},
	{name: "pair", protocol: wire.Pair, can: writes | reads, open: openPair(0), talk: conversing,
		text: "Pair: talk to one peer, both ways."},
	{name: "pair1", protocol: wire.Pair1, can: writes | reads, extra: true, open: openPair(1), talk: conversing,
		text: "Pair, version 1 of the protocol, which counts hops."},
	{name: "star", protocol: star.Protocol, can: writes | reads, extra: true, open: openStar, talk: conversing,
		text: "Star: as a bus, and each member passes the messages on to its other peers."},
}

// peer is the kind of socket to talk to.
func (k *kind) peer() string { return k.protocol.PeerName }

// headerSize is how many bytes of a payload on the wire are the protocol's.
func (k *kind) headerSize(payload []byte) int {
	switch k.name {
	case "req", "rep", "surveyor", "respondent":
		n, err := wire.Backtrace(payload, len(payload))
		if err == nil {
			return n
		}
	case "pair1", "star":
		return wire.WordSize
	}
	return 0
}
