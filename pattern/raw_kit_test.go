package pattern_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
	"github.com/sprocketmq/sp/wire"
)

const id = "\x80\x00\x00\x01" // of a request or survey

func with(header string) func(string) string {
	return func(body string) string { return header + body }
}

func sending(header string) func(string, pattern.Peer) *message.Message {
	return func(body string, _ pattern.Peer) *message.Message {
		return &message.Message{Header: []byte(header), Body: []byte(body)}
	}
}

func replying(body string, to pattern.Peer) *message.Message {
	header := append(wire.AppendWord(nil, to.ID()), id...)
	return &message.Message{Header: header, Body: []byte(body)}
}

// The patterns of this package pass the test that those of others do.
func TestRawPatterns(t *testing.T) {
	for _, c := range []patterntest.Config{
		{Pattern: pattern.Pair, MaxPeers: 1},
		{Pattern: pattern.Pair1, MaxPeers: 1, Incoming: with("\x00\x00\x00\x01")},
		{Pattern: pattern.Push},
		{Pattern: pattern.Pull},
		{Pattern: pattern.Pub},
		{Pattern: pattern.Sub},
		{Pattern: pattern.Req, Incoming: with(id), Outgoing: sending(id)},
		{Pattern: pattern.Rep, Incoming: with("\x00\x00\x00\x07" + id), Outgoing: replying},
		{Pattern: pattern.Surveyor, Incoming: with(id), Outgoing: sending(id)},
		{Pattern: pattern.Respondent, Incoming: with(id), Outgoing: replying},
		{Pattern: pattern.Bus},
	} {
		t.Run(c.Pattern.Name, func(t *testing.T) { patterntest.Run(t, c) })
	}
}
