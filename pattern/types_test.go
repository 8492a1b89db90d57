package pattern_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
)

// Messages of several types that lie in one chunk keep them, in queues that are
// taken from one by one and by the handful, that are copied out of the chunk as the
// peer goes, and put back as another comes.
func TestTypes(t *testing.T) {
	kinds := []message.Type{message.Text, message.Binary, message.Untyped, message.Text, message.Text, message.Binary}
	for _, keeps := range []bool{false, true} {
		for _, header := range []bool{false, true} {
			for _, long := range []int{10, 1000} {
				t.Run(fmt.Sprintf("keeps=%v/header=%v/queue=%d", keeps, header, long), func(t *testing.T) {
					g, _ := newMerge(func(l *pattern.Limits) { l.RecvQueue = long })
					g.Keeps = keeps
					if header {
						g.Open = func(_ pattern.Peer, m *message.Message) pattern.Drop { return pattern.OpenWord(m) }
					}
					_, s := attached(g, 1, 8)
					_, o := attached(g, 2, 8)
					o.Detach()
					c := message.NewChunk(message.SmallChunk)
					for i := range c.Bytes {
						c.Bytes[i] = byte(i)
					}
					var all []message.Message
					for i, k := range kinds {
						m := message.Message{Body: c.Bytes[8*i : 8*i+8 : 8*i+8]}
						c.Retain(1)
						m.SetChunk(c)
						m.SetType(k)
						all = append(all, m)
					}
					if n := s.Deliver(all); n != len(all) {
						t.Fatalf("%d taken", n)
					}
					var got []message.Type
					next := func() {
						var m message.Message
						if !g.Recv(&m) || m.Body[len(m.Body)-1] != byte(8*len(got)+7) {
							t.Fatalf("message %d: % x", len(got), m.Body)
						}
						got = append(got, m.Type())
					}
					next()
					next()
					attached(g, 3, 1) // what is in hand is put back
					s.Detach()
					for len(got) < len(kinds) {
						next()
					}
					if !slices.Equal(got, kinds) {
						t.Errorf("types %d, want %d", got, kinds)
					}
				})
			}
		}
	}
}
