package wire_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

// The bytes in this file are those of the Scalability Protocols' documents and
// of what other implementations were seen to send. They are written out, and
// never made by the code they test.

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHelloBytes(t *testing.T) {
	star := wire.Protocol{Self: 1600, Peer: 1600, Name: "star", PeerName: "star"}
	for _, c := range []struct {
		p     wire.Protocol
		name  string
		bytes string
		peer  string // what the other side sends
	}{
		{wire.Pair, "pair", "00 53 50 00 00 10 00 00", "00 53 50 00 00 10 00 00"},
		{wire.Pair1, "pair1", "00 53 50 00 00 11 00 00", "00 53 50 00 00 11 00 00"},
		{wire.Pub, "pub", "00 53 50 00 00 20 00 00", "00 53 50 00 00 21 00 00"},
		{wire.Sub, "sub", "00 53 50 00 00 21 00 00", "00 53 50 00 00 20 00 00"},
		{wire.Req, "req", "00 53 50 00 00 30 00 00", "00 53 50 00 00 31 00 00"},
		{wire.Rep, "rep", "00 53 50 00 00 31 00 00", "00 53 50 00 00 30 00 00"},
		{wire.Push, "push", "00 53 50 00 00 50 00 00", "00 53 50 00 00 51 00 00"},
		{wire.Pull, "pull", "00 53 50 00 00 51 00 00", "00 53 50 00 00 50 00 00"},
		{wire.Surveyor, "surveyor", "00 53 50 00 00 62 00 00", "00 53 50 00 00 63 00 00"},
		{wire.Respondent, "respondent", "00 53 50 00 00 63 00 00", "00 53 50 00 00 62 00 00"},
		{wire.Bus, "bus", "00 53 50 00 00 70 00 00", "00 53 50 00 00 70 00 00"},
		{star, "star", "00 53 50 00 06 40 00 00", "00 53 50 00 06 40 00 00"},
	} {
		if c.p.Name != c.name {
			t.Errorf("%s: name %q", c.name, c.p.Name)
		}
		if got, want := wire.AppendHello(nil, c.p), unhex(t, c.bytes); !bytes.Equal(got, want) {
			t.Errorf("%s: greeting % x, want % x", c.name, got, want)
		}
		if err := wire.CheckHello(unhex(t, c.peer), c.p); err != nil {
			t.Errorf("%s: greeting of its peer: %v", c.name, err)
		}
	}
}

var frames = []struct {
	name         string
	codec        wire.Codec
	header, body string
	bytes        string
}{
	{"tcp empty", wire.TCP, "", "", "00 00 00 00 00 00 00 00"},
	{"tcp body", wire.TCP, "", "61 62 63", "00 00 00 00 00 00 00 03 61 62 63"},
	{"tcp request", wire.TCP, "8f 35 3b 56", "68 69", "00 00 00 00 00 00 00 06 8f 35 3b 56 68 69"},
	{"tcp request over a device", wire.TCP, "00 00 00 07 8f 35 3b 56", "68 69", "00 00 00 00 00 00 00 0a 00 00 00 07 8f 35 3b 56 68 69"},
	{"tcp pair1", wire.TCP, "00 00 00 01", "68 69", "00 00 00 00 00 00 00 06 00 00 00 01 68 69"},
	{"ipc empty", wire.IPC, "", "", "01 00 00 00 00 00 00 00 00"},
	{"ipc body", wire.IPC, "", "61 62 63", "01 00 00 00 00 00 00 00 03 61 62 63"},
	{"ipc request", wire.IPC, "8f 35 3b 56", "68 69", "01 00 00 00 00 00 00 00 06 8f 35 3b 56 68 69"},
}

func TestFrameBytes(t *testing.T) {
	for _, c := range frames {
		m := &message.Message{Header: unhex(t, c.header), Body: unhex(t, c.body)}
		want := unhex(t, c.bytes)
		if got := c.codec.Append([]byte("x"), m); !bytes.Equal(got, append([]byte("x"), want...)) {
			t.Errorf("%s: Append made % x, want x and % x", c.name, got, want)
		}
		head, ok := c.codec.AppendHead([]byte("x"), m)
		if got := append(head, m.Body...); !ok || !bytes.Equal(got, append([]byte("x"), want...)) {
			t.Errorf("%s: AppendHead and body are % x, want x and % x", c.name, got, want)
		}
		f, err := c.codec.Parse(append(want, 0xff))
		if err != nil || f.Kind != wire.Whole {
			t.Fatalf("%s: Parse gave %+v, %v", c.name, f, err)
		}
		if got := want[f.Head:][:f.Size]; !bytes.Equal(got, append(m.Header, m.Body...)) {
			t.Errorf("%s: payload % x", c.name, got)
		}
	}
}

// A body of 65,536 bytes shows that the length is eight bytes, the big end
// first.
func TestFrameLength(t *testing.T) {
	m := message.New(65536)
	if got, want := wire.TCP.Append(nil, m)[:8], unhex(t, "00 00 00 00 00 01 00 00"); !bytes.Equal(got, want) {
		t.Errorf("tcp: % x, want % x", got, want)
	}
	if got, want := wire.IPC.Append(nil, m)[:9], unhex(t, "01 00 00 00 00 00 01 00 00"); !bytes.Equal(got, want) {
		t.Errorf("ipc: % x, want % x", got, want)
	}
}

func TestFramingNames(t *testing.T) {
	if wire.TCP.Framing() == "" || wire.IPC.Framing() == "" || wire.TCP.Framing() == wire.IPC.Framing() {
		t.Errorf("framings %q and %q: a fan-out would send one's frames to the other", wire.TCP.Framing(), wire.IPC.Framing())
	}
}

func TestHeaderBytes(t *testing.T) {
	if got, want := wire.AppendWord(nil, 0x8f353b56), unhex(t, "8f 35 3b 56"); !bytes.Equal(got, want) {
		t.Errorf("word % x, want % x", got, want)
	}
	if got, want := wire.AppendHops(nil, 1), unhex(t, "00 00 00 01"); !bytes.Equal(got, want) {
		t.Errorf("hops % x, want % x", got, want)
	}
	if got, want := wire.AppendHops(nil, 255), unhex(t, "00 00 00 ff"); !bytes.Equal(got, want) {
		t.Errorf("hops % x, want % x", got, want)
	}
}
