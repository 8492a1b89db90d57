package engine_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/sprocketmq/sp/internal/sptest"
	"github.com/sprocketmq/sp/pattern"
)

// A large body that is lent is written from where it lies, if it can be at once.
// When the send has returned it is its owner's again, whatever the kernel took.
func TestLentLargeBody(t *testing.T) {
	sptest.Each(t, func(t *testing.T, ctx context.Context, road sptest.Road) {
		a, b := open(t, pattern.Push, config()), open(t, pattern.Pull, config())
		link(t, ctx, b, a, road)
		for i, size := range []int{16<<10 - 1, 16 << 10, 64 << 10, 1 << 20, 1 << 20, 100_000} {
			body := bytes.Repeat([]byte{byte(i + 1)}, size)
			if err := a.SendBody(ctx, body); err != nil {
				t.Fatal(err)
			}
			clear(body)
			if got := recv(t, ctx, b).Body; !bytes.Equal(got, bytes.Repeat([]byte{byte(i + 1)}, size)) {
				t.Errorf("%d bytes came as %d others", size, len(got))
			}
		}
	})
}
