// Reqrep is a request and its reply: go run ./examples/reqrep
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/sprocketmq/sp"
)

func main() {
	ctx := context.Background()

	rep := sp.NewReplier(nil)
	defer rep.Close()
	here, err := rep.Listen("tcp://127.0.0.1:0") // any free port
	if err != nil {
		log.Fatal(err)
	}
	go rep.Serve(ctx, func(ctx context.Context, q *sp.Request) {
		q.Reply(ctx, bytes.ToUpper(q.Body))
	})

	req := sp.NewRequester(nil)
	defer req.Close()
	if _, err := req.Dial(here.Addr()); err != nil {
		log.Fatal(err)
	}
	reply, err := req.Do(ctx, []byte("ping"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", reply)
}
