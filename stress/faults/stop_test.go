package faults_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// listener is a program that subscribes at an address and says how much it got.
var listener = kit.Program("listener", func(args []string, in *bufio.Scanner, out io.Writer) error {
	s := sp.NewSubscriber(&sp.Options{FullQueue: sp.WaitForRoom}) // what it loses is the publisher's to count
	s.Subscribe("")
	if _, err := s.DialWith(args[0], ledger.Sized("tcp", buffer)); err != nil {
		return err
	}
	for in.Scan() { // "until BODY"
		for n := 0; ; n++ {
			body, err := s.Recv(context.Background())
			if err != nil {
				return err
			}
			if string(body) == in.Text()[len("until "):] {
				fmt.Fprintln(out, n)
				break
			}
		}
	}
	return nil
})

// A subscriber that is stopped holds up nobody: another one gets every message
// meanwhile, what the stopped one misses is counted, and it goes on over the same
// connection when it is continued.
func TestStoppedSubscriber(t *testing.T) {
	ctx := begin(t)
	stops := kit.Pick(3, 5)
	took := kit.Count(t, "stops", stops)
	pub := sptest.Open(t, sp.NewPublisher(nil))
	at := sptest.Listen(t, pub, sptest.RoadNamed("tcp"), ledger.Sized("tcp", buffer))
	far := kit.Start(t, listener, at.Addr())
	sptest.Peers(t, ctx, pub, 1)
	peer := pub.Peers()[0]
	near := sptest.Open(t, sp.NewSubscriber(nil))
	near.Subscribe("")
	sptest.Dial(t, ctx, near, at, pub, nil)
	sent := 0
	publish := func(body string) {
		t.Helper()
		if err := pub.Send(ctx, []byte(body)); err != nil {
			t.Fatal(err)
		}
		sent++
		if got, err := near.Recv(ctx); err != nil || string(got) != body {
			t.Fatalf("the other subscriber got %q, %v", got, err)
		}
	}
	filler := string(make([]byte, 1000))
	heard := 0
	for i := range stops {
		took.Try(1)
		far.Signal(syscall.SIGSTOP)
		over := time.After(kit.Pick(0, 10*time.Second))
		was := peer.Stats().Dropped.QueueFull
		for missed := uint64(0); missed < 1000; missed = peer.Stats().Dropped.QueueFull - was {
			publish(filler)
		}
		<-over
		took.Took(1)
		far.Signal(syscall.SIGCONT)
		mark := "mark " + strconv.Itoa(i)
		far.Tell("until", mark)
		sptest.Until(t, ctx, "room for the mark", func() bool { return peer.Stats().Traffic.Queued == 0 })
		publish(mark)
		n, err := strconv.Atoi(far.Hear()[0])
		if err != nil {
			t.Fatal(err)
		}
		heard += n + 1
	}
	st := peer.Stats()
	if missed := int(st.Dropped.QueueFull); heard+missed != sent {
		t.Errorf("of %d messages the stopped subscriber got %d and missed %d", sent, heard, missed)
	}
	if c := pub.Stats().Connections; c.Broken > 0 {
		t.Errorf("its connection ended: %+v", c)
	}
	t.Logf("sent %d = heard %d + dropped %d", sent, heard, st.Dropped.QueueFull)
}
