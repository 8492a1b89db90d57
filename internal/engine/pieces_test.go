package engine_test

import (
	"bytes"
	"runtime"
	"testing"
)

// A message in pieces of nothing is never too big, and every piece was
// remembered: 24 bytes of memory for each, for ever, and a walk over all of them
// for the next.
func TestPiecesOfNothing(t *testing.T) {
	ctx, s, w := pulling(t)
	some := bytes.Repeat(frame(nil, part), 1000)
	end := frame(nil, whole, 'x')
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 200 {
		if _, err := w.Write(some); err != nil {
			t.Fatal(err)
		}
	}
	w.Write(end)
	m := recv(t, ctx, s)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; string(m.Body) != "x" || grown > 1<<20 {
		t.Errorf("got %q, for which %d bytes were allocated", m.Body, grown)
	}
}
