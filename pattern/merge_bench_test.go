package pattern_test

import (
	"fmt"
	"testing"

	"github.com/sprocketmq/sp/message"
	"github.com/sprocketmq/sp/pattern"
	"github.com/sprocketmq/sp/pattern/patterntest"
)

// read is the messages of one read.
func read(n int) *message.Bulk {
	c := message.NewChunk(message.LargeChunk)
	b := &message.Bulk{Chunk: c, Bytes: c.Bytes}
	for i := range int32(n) {
		b.Spans = append(b.Spans, message.Span{Start: 64 * i, End: 64*i + 64})
	}
	return b
}

func TestMergeAllocations(t *testing.T) {
	g := pattern.NewMerge(quiet{patterntest.NewHost()})
	s := g.Attach(patterntest.NewPeer(1))
	b := read(10)
	one := make([]message.Message, 1)
	var m message.Message
	take := func() {
		for g.Recv(&m) {
			m.Drop()
		}
	}
	for name, f := range map[string]func(){
		"Deliver": func() {
			one[0] = message.Message{Body: b.Bytes[:64]}
			s.Deliver(one)
		},
		"DeliverBulk": func() { s.DeliverBulk(b) },
	} {
		if n := testing.AllocsPerRun(100, func() { f(); take() }); n != 0 {
			t.Errorf("%s and Recv: %v allocations", name, n)
		}
	}
}

// A topic that does not match costs no allocation, and no longer for there
// being many.
func TestFilterAllocations(t *testing.T) {
	var topics pattern.Topics
	for i := range 10_000 {
		topics.Add(fmt.Appendf(nil, "topic/%d/", i))
	}
	hit, miss := []byte("topic/9999/x"), []byte("topic/10001/x")
	if !topics.Match(hit) || topics.Match(miss) {
		t.Fatal("wrong match")
	}
	if n := testing.AllocsPerRun(100, func() { topics.Match(hit); topics.Match(miss) }); n != 0 {
		t.Errorf("%v allocations to filter", n)
	}
}

func BenchmarkDeliverRecv(b *testing.B) {
	g := pattern.NewMerge(quiet{patterntest.NewHost()})
	s := g.Attach(patterntest.NewPeer(1))
	bulk := read(100)
	var m message.Message
	for b.Loop() {
		s.DeliverBulk(bulk)
		for g.Recv(&m) {
			m.Drop()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/message")
}

func BenchmarkFilter(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		var topics pattern.Topics
		for i := range n {
			topics.Add(fmt.Appendf(nil, "topic/%d/", i))
		}
		body := []byte("topic/77777/and the rest")
		b.Run(fmt.Sprint(n, " topics"), func(b *testing.B) {
			for b.Loop() {
				topics.Match(body)
			}
		})
	}
}
