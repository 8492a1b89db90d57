package wire_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/wire"
)

func TestCheckHello(t *testing.T) {
	for _, c := range []struct{ name, bytes, says string }{
		{"nothing", "", "not the greeting"},
		{"too short", "00 53 50 00 00 10 00", "not the greeting"},
		{"too long", "00 53 50 00 00 10 00 00 00", "not the greeting"},
		{"first byte", "01 53 50 00 00 10 00 00", "not the greeting"},
		{"letters", "00 73 70 00 00 10 00 00", "not the greeting"},
		{"version 1", "00 53 50 01 00 10 00 00", "not the greeting"},
		{"reserved byte 6", "00 53 50 00 00 10 01 00", "not the greeting"},
		{"reserved byte 7", "00 53 50 00 00 10 00 01", "not the greeting"},
		{"http", "47 45 54 20 2f 20 48 54", "47 45 54"},
		{"another protocol", "00 53 50 00 00 21 00 00", "wrong protocol: peer is sub, want pair"},
		{"little end first", "00 53 50 00 10 00 00 00", "protocol 0x1000"},
		{"unknown protocol", "00 53 50 00 ff ff 00 00", "protocol 0xffff"},
	} {
		err := wire.CheckHello(unhex(t, c.bytes), wire.Pair)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
		var wrong *wire.WrongProtocolError
		if errors.Is(err, wire.ErrNotSP) == errors.As(err, &wrong) {
			t.Errorf("%s: %v is to be either not the protocol or the wrong one", c.name, err)
		}
	}
}

func TestParse(t *testing.T) {
	const huge = 1<<64 - 1
	for _, c := range []struct {
		name  string
		codec wire.Codec
		bytes string
		want  wire.Frame
		bad   bool
	}{
		{"tcp nothing", wire.TCP, "", wire.Frame{}, false},
		{"tcp seven of eight", wire.TCP, "00 00 00 00 00 00 00", wire.Frame{}, false},
		{"tcp length alone", wire.TCP, "00 00 00 00 00 00 00 05", wire.Frame{Head: 8, Size: 5}, false},
		{"tcp largest length", wire.TCP, "ff ff ff ff ff ff ff ff", wire.Frame{Head: 8, Size: huge}, false},
		{"tcp negative if signed", wire.TCP, "80 00 00 00 00 00 00 00", wire.Frame{Head: 8, Size: 1 << 63}, false},
		{"ipc nothing", wire.IPC, "", wire.Frame{}, false},
		{"ipc mark alone", wire.IPC, "01", wire.Frame{}, false},
		{"ipc eight of nine", wire.IPC, "01 00 00 00 00 00 00 00", wire.Frame{}, false},
		{"ipc length alone", wire.IPC, "01 00 00 00 00 00 00 00 05", wire.Frame{Head: 9, Size: 5}, false},
		{"ipc largest length", wire.IPC, "01 ff ff ff ff ff ff ff ff", wire.Frame{Head: 9, Size: huge}, false},
		// Refused at the first byte: whoever sends it may never send more.
		{"ipc type 0", wire.IPC, "00", wire.Frame{}, true},
		{"ipc type 2", wire.IPC, "02 00 00 00 00 00 00 00 00", wire.Frame{}, true},
		{"ipc tcp's frame", wire.IPC, "00 00 00 00 00 00 00 05", wire.Frame{}, true},
	} {
		got, err := c.codec.Parse(unhex(t, c.bytes))
		if c.bad != errors.Is(err, wire.ErrMalformed) || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v, malformed %v", c.name, got, err, c.want, c.bad)
		}
	}
}

func TestBacktrace(t *testing.T) {
	for _, c := range []struct {
		name, bytes string
		ttl         int
		n           int
		err         error
	}{
		{"request", "8f 35 3b 56 68 69", 8, 4, nil},
		{"no body", "80 00 00 00", 8, 4, nil},
		{"a device", "00 00 00 01 8f 35 3b 56 68 69", 8, 8, nil},
		{"as many as TTL", "00 00 00 01 8f 35 3b 56", 2, 8, nil},
		{"ttl 1", "8f 35 3b 56", 1, 4, nil},
		{"one more than TTL", "00 00 00 01 8f 35 3b 56", 1, 0, wire.ErrTTL},
		{"nothing", "", 8, 0, wire.ErrMalformed},
		{"three bytes", "8f 35 3b", 8, 0, wire.ErrMalformed},
		{"no id", "00 00 00 01 00 00 00 02", 8, 0, wire.ErrMalformed},
		{"id cut off", "00 00 00 01 8f 35 3b", 8, 0, wire.ErrMalformed},
		{"bit elsewhere", "7f ff ff ff 7f 80 80 80", 8, 0, wire.ErrMalformed},
	} {
		n, err := wire.Backtrace(unhex(t, c.bytes), c.ttl)
		if n != c.n || !errors.Is(err, c.err) {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, n, err, c.n, c.err)
		}
	}
}

// A peer may send words without an id for ever; none is looked at past the TTL.
func TestBacktraceEndsAtTTL(t *testing.T) {
	for ttl := 1; ttl <= 255; ttl++ {
		if _, err := wire.Backtrace(make([]byte, 1<<16), ttl); !errors.Is(err, wire.ErrTTL) {
			t.Fatalf("ttl %d: %v", ttl, err)
		}
	}
}

func TestHops(t *testing.T) {
	for _, c := range []struct {
		name, bytes string
		hops        int
		bad         bool
	}{
		{"first, as some count", "00 00 00 00 68", 0, false},
		{"first, as others do", "00 00 00 01 68", 1, false},
		{"most", "00 00 00 ff", 255, false},
		{"more than a byte", "00 00 01 00", 0, true},
		{"high bytes", "01 00 00 01", 0, true},
		{"id of a request", "80 00 00 01", 0, true},
		{"second byte", "00 01 00 01", 0, true},
		{"nothing", "", 0, true},
		{"three bytes", "00 00 00", 0, true},
	} {
		hops, err := wire.Hops(unhex(t, c.bytes))
		if hops != c.hops || c.bad != errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %d, %v", c.name, hops, err)
		}
	}
}

func TestWord(t *testing.T) {
	if w, ok := wire.Word(unhex(t, "8f 35 3b 56 68")); !ok || w != 0x8f353b56 {
		t.Errorf("%#x, %v", w, ok)
	}
	if _, ok := wire.Word(unhex(t, "8f 35 3b")); ok {
		t.Error("three bytes are a word")
	}
}

func TestNameOf(t *testing.T) {
	if got := wire.NameOf(0x62); got != "surveyor" {
		t.Error(got)
	}
	if got := wire.NameOf(0xf00d); got != "protocol 0xf00d" {
		t.Error(got)
	}
}

func TestTooBig(t *testing.T) {
	err := &wire.TooBigError{Size: 5, Max: 3}
	if !err.TooBig() || err.Error() != "message of 5 bytes is over the largest size, 3" {
		t.Error(err)
	}
}
