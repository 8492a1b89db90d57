//go:build unix

package engine

import (
	"syscall"
	"testing"
	"time"
)

// A reader that is put aside before its first look has found nothing: that is no end.
func TestSpinWithoutALook(t *testing.T) {
	defer func(was time.Duration) { spinTime = was }(spinTime)
	spinTime = -1
	var s spin
	if n, err := s.read(nil, -1); n != 0 || err != syscall.EAGAIN {
		t.Errorf("read %d bytes, %v", n, err)
	}
}
