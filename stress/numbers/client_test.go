package numbers

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/wire"
)

func TestMain(m *testing.M) { kit.Main(m) }

// crowd is a program that makes many connections. Each order is a line:
//
//	hold N ADDR      N connections that have said who they are and say no more
//	open N ADDR      N connections that say nothing at all
//	storm N RATE ADDR    connects and closes N times, at most so often a second
//	drop             closes all that it holds
//
// The answer says how many there were.
var crowd = kit.Program("crowd", func(_ []string, in *bufio.Scanner, out io.Writer) error {
	var held []net.Conn
	for in.Scan() {
		words := strings.Fields(in.Text())
		var n int
		var err error
		switch words[0] {
		case "hold", "open":
			times, _ := strconv.Atoi(words[1])
			for n = 0; n < times && err == nil; n++ {
				var c net.Conn
				if c, err = dial(n, words[2]); err == nil {
					held = append(held, c)
					if words[0] == "hold" {
						_, err = c.Write(wire.AppendHello(nil, wire.Push))
					}
				}
			}
		case "storm":
			times, _ := strconv.Atoi(words[1])
			rate, _ := strconv.Atoi(words[2])
			n, err = storm(times, rate, words[3])
		case "drop":
			n = len(held)
			for _, c := range held {
				c.Close()
			}
			held = nil
		}
		if err != nil {
			return fmt.Errorf("%s, after %d: %w", in.Text(), n, err)
		}
		fmt.Fprintln(out, n)
	}
	return nil
})

// dial connects from one of many addresses of this machine, as one has not
// enough ports for all.
func dial(n int, addr string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+n%250))}}
	return d.Dial("tcp", addr)
}

// storm connects and closes so many times, at a rate where the machine can. Every
// other one says who it is; every third resets the connection.
func storm(times, rate int, addr string) (int, error) {
	const hands = 8
	var all sync.WaitGroup
	var next, made atomic.Int64
	var failed atomic.Pointer[error]
	for range hands {
		all.Go(func() {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for ; ; <-tick.C {
				for range rate / hands / 100 {
					n := int(next.Add(1))
					if n > times {
						return
					}
					c, err := dial(n, addr)
					if err != nil {
						failed.Store(&err)
						return
					}
					if n%2 == 0 {
						c.Write(wire.AppendHello(nil, wire.Push))
					}
					if n%3 == 0 {
						c.(*net.TCPConn).SetLinger(0)
					}
					c.Close()
					made.Add(1)
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return int(made.Load()), *err
	}
	return int(made.Load()), nil
}

// number is the answer of a crowd.
func number(t testing.TB, words []string) int {
	t.Helper()
	n, err := strconv.Atoi(words[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// poor is a program that listens with as many descriptors as its argument says,
// and answers requests. It says its address, then what it logs.
var poor = kit.Program("poor", func(args []string, in *bufio.Scanner, out io.Writer) error {
	n, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
		return err
	}
	o := &sp.Options{Log: lines(out)}
	rep := sp.NewReplier(o)
	at, err := rep.Listen("tcp://127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, at.Addr())
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- rep.Serve(ctx, func(ctx context.Context, q *sp.Request) { q.Reply(ctx, q.Body) })
	}()
	for in.Scan() {
		c := rep.Stats().Connections
		fmt.Fprintln(out, "stats", c.Accepts, c.AcceptFailures)
	}
	stop()
	<-done
	return rep.Close()
})
