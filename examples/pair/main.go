// Pair is a conversation of two sockets: go run ./examples/pair
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/sprocketmq/sp"
)

func main() {
	alice, bob := sp.NewPair(nil), sp.NewPair(nil)
	defer alice.Close()
	defer bob.Close()

	here, err := alice.Listen("tcp://127.0.0.1:0") // any free port
	if err == nil {
		_, err = bob.Dial(here.Addr())
	}
	if err != nil {
		log.Fatal(err)
	}
	say(alice, bob, "hello, bob")
	say(bob, alice, "hello, alice")
}

func say(from, to *sp.Pair, text string) {
	ctx := context.Background()
	if err := from.Send(ctx, []byte(text)); err != nil {
		log.Fatal(err)
	}
	heard, err := to.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", heard)
}
