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
	switch rand.N(4) {
	case 0:
		var all []message.Message
		for n := from; n < to; n++ {
			all = append(all, *msg(strconv.Itoa(n)))
		}
		return s.Deliver(all)
	case 1:
		if s.DeliverBody([]byte(strconv.Itoa(from))) {
			return 1
		}
		return 0
	}
	c := message.NewChunk(message.SmallChunk)
	defer c.Release(1)
	b := &message.Bulk{Chunk: c, Bytes: c.Bytes}
	at := int32(0)
	for n := from; n < to; n++ {
		end := at + int32(copy(c.Bytes[at:], strconv.Itoa(n)))
		b.Spans = append(b.Spans, message.Span{Start: at, End: end})
		at = end
	}
	return s.DeliverBulk(b)
}

// Who has one peer at a time, that comes and goes again and again, receives what they
// sent once and in order, whatever happens between two steps.
func TestMergeOrderAcrossPeers(t *testing.T) {
	for _, queue := range []int{1, 3, 1000} {
		t.Run(fmt.Sprint(queue), func(t *testing.T) {
			const all = 3000
			h := patterntest.NewHost()
			h.SetLimits(func(l *pattern.Limits) { l.RecvQueue = queue })
			readable := make(chan struct{}, 1)
			h.Enter = func() {
				select {
				case readable <- struct{}{}:
				default:
				}
			}
			g := pattern.NewMerge(h)
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
