package wire_test

import (
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/wire"
)

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name  string
		codec wire.Codec
		bytes string
		most  uint64
		spans []message.Span
		used  int
	}{
		{"tcp two", wire.TCP, "00 00 00 00 00 00 00 01 61 00 00 00 00 00 00 00 00", 0, []message.Span{{Start: 8, End: 9}, {Start: 17, End: 17}}, 17},
		{"tcp second cut off", wire.TCP, "00 00 00 00 00 00 00 01 61 00 00 00 00 00 00 00 01", 0, []message.Span{{Start: 8, End: 9}}, 9},
		{"tcp second too long", wire.TCP, "00 00 00 00 00 00 00 01 61 00 00 00 00 00 00 00 02 62 63", 1, []message.Span{{Start: 8, End: 9}}, 9},
		{"tcp largest length", wire.TCP, "ff ff ff ff ff ff ff ff 61", 0, nil, 0},
		{"tcp length over an int", wire.TCP, "80 00 00 00 00 00 00 01 61", 0, nil, 0},
		{"ipc two", wire.IPC, "01 00 00 00 00 00 00 00 01 61 01 00 00 00 00 00 00 00 00", 0, []message.Span{{Start: 9, End: 10}, {Start: 19, End: 19}}, 19},
		{"ipc second malformed", wire.IPC, "01 00 00 00 00 00 00 00 01 61 02 00 00 00 00 00 00 00 00", 0, []message.Span{{Start: 9, End: 10}}, 10},
		{"nothing", wire.IPC, "", 0, nil, 0},
	} {
		spans := make([]message.Span, 8)
		found, used := c.codec.(wire.Scanner).Scan(unhex(t, c.bytes), c.most, spans)
		if found != len(c.spans) || used != c.used {
			t.Errorf("%s: found %d in %d bytes, want %d in %d", c.name, found, used, len(c.spans), c.used)
			continue
		}
		for i, want := range c.spans {
			if spans[i] != want {
				t.Errorf("%s: message %d lies at %v, want %v", c.name, i, spans[i], want)
			}
		}
	}
}

func TestScanFillsSpans(t *testing.T) {
	src := make([]byte, 10*8) // ten empty messages
	found, used := wire.TCP.(wire.Scanner).Scan(src, 0, make([]message.Span, 3))
	if found != 3 || used != 24 {
		t.Errorf("found %d in %d bytes, want 3 in 24", found, used)
	}
}
