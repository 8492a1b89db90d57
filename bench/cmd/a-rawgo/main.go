// a-rawgo is the physical limit for Go: length-prefixed frames on a bare
// connection, and bare channels for inproc.
//
// RAW_MODE: batch (default) buffers 64 KiB on the sending side, 1w makes one
// write per message, own is 1w that gives each long message that comes memory of its
// own, for the receiver to keep (others are valid until the next one), blk is 1w on
// blocking descriptors outside the netpoller, mux (conc only) is batch with a goroutine
// for each request.
package main

import (
	"os"
	"time"

	"github.com/sprocketmq/sp/bench/adapter"
)

const hdr = 8

type stack struct{ mode string }

func (s stack) Settle() time.Duration { return 20 * time.Millisecond }

func (stack) Single() {}

func main() {
	mode := os.Getenv("RAW_MODE")
	if mode == "" {
		mode = "batch"
	}
	adapter.Main(stack{mode})
}
