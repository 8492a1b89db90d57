// Command mangos is mangos v3 as a peer: it obeys lines on its standard input
// as ../main.c does; see ../../README.md.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/sprocketmq/sp/interop/body"
	"go.nanomsg.org/mangos/v3"
)

const (
	repeatPause = 20 * time.Millisecond
	lifetime    = 5 * time.Minute // whatever becomes of who started us
)

func main() {
	time.AfterFunc(lifetime, func() { os.Exit(1) })
	switch args := os.Args[1:]; len(args) {
	case 3:
		role, raw := strings.CutPrefix(args[0], "raw-")
		s := &socket{open(role, raw, args[1:]), role, raw}
		fmt.Println("ready")
		serve(s, lines())
	case 6:
		must(mangos.Device(open(args[0], true, args[1:3]), open(args[3], true, args[4:])))
		fmt.Println("ready")
		for range lines() {
		}
	default:
		fail("usage: ROLE listen|dial URL [ROLE listen|dial URL]")
	}
}

// lines gives the lines of the standard input, and ends with it.
func lines() <-chan string {
	ch := make(chan string)
	go func() {
		defer close(ch)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			ch <- in.Text()
		}
	}()
	return ch
}

func serve(s *socket, lines <-chan string) {
	for line := range lines {
		command, rest, _ := strings.Cut(line, " ")
		switch command {
		case "send":
			s.sendBody(rest)
			fmt.Println("sent")
		case "repeat":
			fmt.Println("repeating")
			for repeating := true; repeating; {
				s.sendBody(rest)
				select {
				case <-lines: // stop
					repeating = false
				case <-time.After(repeatPause):
				}
			}
			fmt.Println("stopped")
		case "recv":
			b, err := s.Recv()
			must(err)
			fmt.Printf("got %d %08x\n", len(b), body.Sum(b))
		case "ttl":
			var ttl int
			_, err := fmt.Sscan(rest, &ttl)
			must(err)
			must(s.SetOption(mangos.OptionTTL, ttl))
			fmt.Println("set")
		default:
			fail("unknown command " + line)
		}
	}
}

func must(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(why string) {
	fmt.Println("error", why)
	os.Exit(1)
}
