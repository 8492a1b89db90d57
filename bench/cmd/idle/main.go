// idle measures what a connection costs that has carried one message and waits:
// it runs itself as the other side, so that only one side's memory is seen.
//
//	go run ./cmd/idle 5000
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/sprocketmq/sp"
)

func main() {
	if len(os.Args) == 3 {
		clients(os.Args[1], number(os.Args[2]))
		return
	}
	n := 5000
	if len(os.Args) == 2 {
		n = number(os.Args[1])
	}
	ctx := context.Background()
	pull := sp.NewPuller(nil)
	e, err := pull.Listen("tcp://127.0.0.1:0")
	check(err)
	before := resident()
	self, err := os.Executable()
	check(err)
	other := exec.Command(self, e.Addr(), strconv.Itoa(n))
	other.Stderr = os.Stderr
	stdin, err := other.StdinPipe()
	check(err)
	check(other.Start())
	for range n {
		_, err := pull.Recv(ctx)
		check(err)
	}
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	rss := resident()
	fmt.Printf("%d idle connections: %d KiB resident, %.1f KiB each (heap %.1f, stacks %.1f)\n", len(pull.Peers()), rss-before,
		float64(rss-before)/float64(n), float64(m.HeapInuse)/1024/float64(n), float64(m.StackInuse)/1024/float64(n))
	stdin.Close()
	other.Wait()
	pull.Close()
}

// clients makes n connections, sends a message over each, and waits for the end
// of its input.
func clients(addr string, n int) {
	ctx := context.Background()
	all := make([]*sp.Pusher, n)
	for i := range all {
		all[i] = sp.NewPusher(nil)
		_, err := all[i].Dial(addr)
		check(err)
		check(all[i].Send(ctx, make([]byte, 64)))
	}
	os.Stdin.Read(make([]byte, 1))
}

func resident() int {
	b, err := os.ReadFile("/proc/self/status")
	check(err)
	for _, line := range strings.Split(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return number(strings.Fields(rest)[0])
		}
	}
	return 0
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
