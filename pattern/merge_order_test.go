package pattern_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

// deliverSome gives a peer's seat the messages from, from+1, ... below to, in one of the
// ways in which a link may, and tells how many it took.
func deliverSome(s pattern.InSeat, from, to int) int {
	if from == to {
		return 0
	}
	var bodies []string
	for n := from; n < to; n++ {
		bodies = append(bodies, strconv.Itoa(n))
	}
	switch rand.N(4) {
	case 0:
		return s.Deliver(batch(bodies...))
	case 1:
		if s.DeliverBody([]byte(bodies[0])) {
			return 1
		}
		return 0
	}
	b := came(message.SmallChunk, bodies...)
	defer b.Chunk.Release(1)
	return s.DeliverBulk(b)
}

// Who has one peer at a time, that comes and goes again and again, receives what they
// sent once and in order, whatever happens between two steps.
func TestMergeOrderAcrossPeers(t *testing.T) {
	for _, queue := range []int{1, 3, 1000} {
		t.Run(fmt.Sprint(queue), func(t *testing.T) {
			const all = 3000
			g, h := newMerge(func(l *pattern.Limits) { l.RecvQueue = queue })
			readable := told(h)
			var receiver sync.WaitGroup
			receiver.Go(func() {
				for n := range all {
					body, ok := receive(g)
					for ; !ok; body, ok = receive(g) {
						<-readable
					}
					if body != strconv.Itoa(n) {
						t.Errorf("message %d is %q", n, body)
						return
					}
					yield()
				}
			})
			for n, id := 0, uint32(1); n < all && !t.Failed(); id++ {
				s := g.Attach(patterntest.NewPeer(id))
				for range rand.N(6) {
					n += deliverSome(s, n, min(n+rand.N(100), all))
					yield()
				}
				s.Detach()
			}
			receiver.Wait()
		})
	}
}

func receive(g *pattern.Merge) (body string, ok bool) {
	if rand.N(2) == 0 {
		b, ok := g.RecvBody()
		return string(b), ok
	}
	var m message.Message
	if !g.Recv(&m) {
		return "", false
	}
	defer m.Release()
	return string(m.Body), true
}
