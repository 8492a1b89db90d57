// Command peer has a socket of each protocol for the tests of the client, all
// mounted on one server beside the client itself. It prints its address, then
// a line for each message it receives: the protocol's name and the body in
// hex. Those that can send without being asked do so again and again.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"iter"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/transport"
	"github.com/sprocketmq/sp/transport/ws"
)

type socket interface {
	ListenOn(transport.Listener, *sp.EndpointOptions) (*sp.Endpoint, error)
}

var ctx = context.Background()

func main() {
	dir := flag.String("dir", ".", "the `folder` to serve")
	data := flag.String("data", "theirs", "what to send, and to answer")
	secured := flag.Bool("tls", false, "serve https, with a certificate that nobody has signed")
	flag.Parse()
	theirs := []byte(*data)

	options := &sp.Options{EndpointOptions: sp.EndpointOptions{MaxSize: -1}}
	mount := func(name string, s socket) {
		h := ws.NewHandler("ws:///"+name, nil)
		if _, err := s.ListenOn(h, nil); err != nil {
			log.Fatal(err)
		}
		http.Handle("/"+name, h)
	}

	rep, echo, respondent := sp.NewReplier(options), sp.NewReplier(options), sp.NewRespondent(options)
	mount("rep", rep)
	mount("echo", echo)
	mount("respondent", respondent)
	go rep.Serve(ctx, answer("rep", theirs))
	go echo.Serve(ctx, answer("echo", nil))
	go respondent.Serve(ctx, answer("respondent", theirs))

	pull, sub := sp.NewPuller(options), sp.NewSubscriber(options)
	sub.Subscribe("")
	mount("pull", pull)
	mount("sub", sub)
	go show("pull", pull.All(ctx))
	go show("sub", sub.All(ctx))

	push, pub := sp.NewPusher(options), sp.NewPublisher(options)
	mount("push", push)
	mount("pub", pub)
	go repeat(func() { push.Send(ctx, theirs) })
	go repeat(func() { pub.Send(ctx, theirs) })

	pair, pair1, bus := sp.NewPair(options), sp.NewPair(&sp.Options{PairVersion: 1}), sp.NewBus(options)
	mount("pair", pair)
	mount("pair1", pair1)
	mount("bus", bus)
	go show("pair", pair.All(ctx))
	go show("pair1", pair1.All(ctx))
	go show("bus", bus.All(ctx))
	go repeat(func() { pair.Send(ctx, theirs) })
	go repeat(func() { pair1.Send(ctx, theirs) })
	go repeat(func() { bus.Send(ctx, theirs) })

	req, surveyor := sp.NewRequester(options), sp.NewSurveyor(options)
	mount("req", req)
	mount("surveyor", surveyor)
	go repeat(func() {
		if reply, err := req.Do(ctx, theirs); err == nil {
			line("req", reply)
		}
	})
	go repeat(func() { show("surveyor", surveyor.Survey(ctx, theirs)) })

	http.Handle("/", http.FileServer(http.Dir(*dir)))
	server := httptest.NewUnstartedServer(nil)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a browser hangs up on its first look at the certificate
	if *secured {
		server.StartTLS()
	} else {
		server.Start()
	}
	fmt.Println(server.URL)
	select {}
}

// answer makes a handler that answers with a body, or with the question.
func answer(name string, body []byte) func(context.Context, *sp.Request) {
	return func(ctx context.Context, q *sp.Request) {
		line(name, q.Body)
		if body != nil {
			q.Reply(ctx, body)
		} else {
			q.Reply(ctx, q.Body)
		}
	}
}

func show(name string, messages iter.Seq2[*sp.Message, error]) {
	for m, err := range messages {
		if err != nil {
			log.Fatal(name, ": ", err)
		}
		line(name, m.Body)
	}
}

// line prints one line with one write, which no other line can come into.
func line(name string, body []byte) { fmt.Printf("%s %x\n", name, body) }

func repeat(f func()) {
	for range time.Tick(50 * time.Millisecond) {
		f()
	}
}
