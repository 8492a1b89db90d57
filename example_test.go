package sp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/pattern"
)

// A conversation of two: either side may speak first.
func ExamplePair() {
	ctx := context.Background()
	alice, bob := sp.NewPair(nil), sp.NewPair(nil)
	defer alice.Close()
	defer bob.Close()

	e, err := alice.Listen("tcp://127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	bob.Dial(e.Addr())

	alice.Send(ctx, []byte("hello"))
	heard, err := bob.Recv(ctx)
	fmt.Println(string(heard), err)
	bob.Send(ctx, []byte("good day"))
	heard, err = alice.Recv(ctx)
	fmt.Println(string(heard), err)
	// Output:
	// hello <nil>
	// good day <nil>
}

// Work is dealt out: each message goes to one of the pullers.
func ExamplePusher() {
	ctx := context.Background()
	push := sp.NewPusher(nil)
	defer push.Close()
	push.Listen("inproc://work")

	var workers []*sp.Puller
	for range 2 {
		w := sp.NewPuller(nil)
		defer w.Close()
		w.Dial("inproc://work")
		workers = append(workers, w)
	}
	for i := range 4 {
		push.Send(ctx, fmt.Append(nil, "job ", i))
	}
	for i, w := range workers {
		first, _ := w.Recv(ctx)
		second, _ := w.Recv(ctx)
		fmt.Printf("worker %d: %s, %s\n", i, first, second)
	}
	// Output:
	// worker 0: job 0, job 2
	// worker 1: job 1, job 3
}

// A stream of messages is a range, which ends with the context or the socket.
func ExamplePuller() {
	ctx := context.Background()
	pull, push := sp.NewPuller(nil), sp.NewPusher(nil)
	defer pull.Close()
	pull.Listen("inproc://results")
	push.Dial("inproc://results")
	for i := range 3 {
		push.Send(ctx, fmt.Append(nil, i))
	}
	push.Close() // sends what waits

	sum := 0
	for m, err := range pull.All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		var n int
		fmt.Sscan(string(m.Body), &n)
		m.Release() // not necessary, but faster
		if sum += n; n == 2 {
			break
		}
	}
	fmt.Println(sum)
	// Output: 3
}

// A publisher sends to whoever listens; a subscriber gets what begins with its
// topics.
func ExamplePublisher() {
	ctx := context.Background()
	pub, sub := sp.NewPublisher(nil), sp.NewSubscriber(nil)
	defer pub.Close()
	defer sub.Close()
	pub.Listen("inproc://weather")
	sub.Subscribe("paris ")
	sub.Dial("inproc://weather")

	pub.Send(ctx, []byte("oslo -3"))
	pub.Send(ctx, []byte("paris 12"))
	report, err := sub.Recv(ctx)
	fmt.Println(string(report), err)
	// Output: paris 12 <nil>
}

// A subscriber chooses what it loses when it does not keep up, and counts it.
func ExampleSubscriber() {
	ctx := context.Background()
	pub := sp.NewPublisher(nil)
	sub := sp.NewSubscriber(&sp.Options{RecvQueue: 2, FullQueue: sp.DropOldest})
	defer pub.Close()
	defer sub.Close()
	pub.Listen("inproc://ticker")
	sub.Dial("inproc://ticker")
	sub.Subscribe("")

	for i := range 5 {
		pub.Send(ctx, fmt.Append(nil, i))
	}
	for range 2 {
		price, _ := sub.Recv(ctx)
		fmt.Println(string(price))
	}
	fmt.Println("missed:", sub.Stats().Dropped.QueueFull)
	// Output:
	// 3
	// 4
	// missed: 3
}

// A request and its reply. Any number of goroutines may ask at once.
func ExampleRequester() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rep := sp.NewReplier(nil)
	e, err := rep.Listen("tcp://127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	served := make(chan error)
	go func() {
		served <- rep.Serve(ctx, func(ctx context.Context, q *sp.Request) {
			q.Reply(ctx, bytes.ToUpper(q.Body))
		})
	}()

	req := sp.NewRequester(nil)
	defer req.Close()
	req.Dial(e.Addr())
	reply, err := req.Do(ctx, []byte("ping"))
	fmt.Println(string(reply), err)

	rep.Close()
	<-served
	// Output: PING <nil>
}

// A request is a value: it can be answered later, and others before it.
func ExampleReplier() {
	ctx := context.Background()
	req, rep := sp.NewRequester(nil), sp.NewReplier(nil)
	defer req.Close()
	defer rep.Close()
	rep.Listen("inproc://questions")
	req.Dial("inproc://questions")

	first, _ := req.Ask(sp.NewMessage([]byte("first")), nil)
	second, _ := req.Ask(sp.NewMessage([]byte("second")), nil)
	q1, _ := rep.Recv(ctx)
	q2, _ := rep.Recv(ctx)
	q2.Reply(ctx, []byte("of course"))
	q1.Reply(ctx, []byte("perhaps"))
	fmt.Println(errors.Is(q1.Reply(ctx, nil), sp.ErrAnswered))

	for _, call := range []*sp.Call{first, second} {
		answer, err := call.Reply(ctx)
		fmt.Println(string(answer.Body), err)
	}
	// Output:
	// true
	// perhaps <nil>
	// of course <nil>
}

// Everybody is asked, and the answers that come before the deadline are
// collected.
func ExampleSurveyor() {
	ctx := context.Background()
	surveyor := sp.NewSurveyor(&sp.Options{SurveyTime: time.Minute})
	defer surveyor.Close()
	surveyor.Listen("inproc://poll")
	for range 3 {
		r := sp.NewRespondent(nil)
		defer r.Close()
		r.Dial("inproc://poll")
		go func() {
			for q, err := range r.All(ctx) {
				if err != nil {
					return
				}
				q.Reply(ctx, []byte("aye"))
			}
		}()
	}
	ayes := 0
	for answer, err := range surveyor.Survey(ctx, []byte("all in favour?")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(answer.Body))
		if ayes++; ayes == 3 {
			break // all have voted; else the minute ends it
		}
	}
	fmt.Println(ayes, "votes")
	// Output:
	// aye
	// aye
	// aye
	// 3 votes
}

// A respondent may as well keep silent.
func ExampleRespondent() {
	ctx := context.Background()
	surveyor, r := sp.NewSurveyor(&sp.Options{SurveyTime: time.Minute}), sp.NewRespondent(nil)
	defer surveyor.Close()
	defer r.Close()
	r.Listen("inproc://who")
	surveyor.Dial("inproc://who")

	survey, err := surveyor.Start(sp.NewMessage([]byte("who is there?")))
	if err != nil {
		log.Fatal(err)
	}
	defer survey.Close()
	q, _ := r.Recv(ctx)
	fmt.Println(string(q.Body))
	q.Reply(ctx, []byte("me"))
	answer, err := survey.Recv(ctx)
	fmt.Println(string(answer.Body), err)
	// Output:
	// who is there?
	// me <nil>
}

// All members of a bus hear each other, but not themselves.
func ExampleBus() {
	ctx := context.Background()
	var members []*sp.Bus
	for i := range 3 {
		b := sp.NewBus(nil)
		defer b.Close()
		b.Listen(fmt.Sprint("inproc://member", i))
		for j := range i {
			b.Dial(fmt.Sprint("inproc://member", j))
		}
		members = append(members, b)
	}
	members[0].Send(ctx, []byte("hear, hear"))
	for _, b := range members[1:] {
		heard, err := b.Recv(ctx)
		fmt.Println(string(heard), err)
	}
	_, err := members[0].TryRecv()
	fmt.Println(err)
	// Output:
	// hear, hear <nil>
	// hear, hear <nil>
	// would have to wait
}

// A raw socket shows the header, here a request's id, and sends it back where it
// came from.
func ExampleRaw() {
	ctx := context.Background()
	req, raw := sp.NewRequester(nil), sp.NewRaw(pattern.Rep, nil)
	defer req.Close()
	defer raw.Close()
	raw.Listen("inproc://raw")
	req.Dial("inproc://raw")

	call, _ := req.Ask(sp.NewMessage([]byte("ping")), nil)
	m, err := raw.RecvMessage(ctx)
	fmt.Println(len(m.Header), "bytes of header,", string(m.Body), err)
	m.Body = []byte("pong")
	raw.SendMessage(ctx, m)
	reply, err := call.Reply(ctx)
	fmt.Println(string(reply.Body), err)
	// Output:
	// 8 bytes of header, ping <nil>
	// pong <nil>
}

// A device stands between requesters and repliers that do not know each other.
func ExampleForward() {
	ctx, stop := context.WithCancel(context.Background())
	front, back := sp.NewRaw(pattern.Rep, nil), sp.NewRaw(pattern.Req, nil)
	defer front.Close()
	defer back.Close()
	front.Listen("inproc://front")
	back.Listen("inproc://back")
	ended := make(chan error)
	go func() { ended <- sp.Forward(ctx, front, back) }()

	req, rep := sp.NewRequester(nil), sp.NewReplier(nil)
	defer req.Close()
	defer rep.Close()
	req.Dial("inproc://front")
	rep.Dial("inproc://back")
	call, _ := req.Ask(sp.NewMessage([]byte("is anybody there?")), nil)
	q, _ := rep.Recv(ctx)
	q.Reply(ctx, []byte("yes"))
	reply, err := call.Reply(ctx)
	fmt.Println(string(reply.Body), err)

	stop()
	fmt.Println(<-ended)
	// Output:
	// yes <nil>
	// context canceled
}
