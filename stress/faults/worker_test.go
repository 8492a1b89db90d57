package faults_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
	"github.com/sprocketmq/sp/stress/ledger"
)

// buffer is the size of the kernel's buffers here, where no proxy is between.
const buffer = 128 << 10

// worker is a program that dials an address, as a puller or a replier, and writes
// what it gets to a file before it goes on: it may be killed at any moment.
var worker = kit.Program("worker", func(args []string, in *bufio.Scanner, out io.Writer) error {
	log, err := os.Create(args[2])
	if err != nil {
		return err
	}
	note := func(body []byte) error {
		record := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		_, err := log.Write(append(record, body...))
		return err
	}
	o := ledger.Sized("tcp", buffer)
	if args[0] == "puller" {
		s := sp.NewPuller(&sp.Options{RecvQueue: 20})
		if _, err := s.DialWith(args[1], o); err != nil {
			return err
		}
		go func() {
			for m, err := range s.All(context.Background()) {
				if err != nil || note(m.Body) != nil {
					return
				}
			}
		}()
		for in.Scan() { // "end": when all that came has been written down
			for len(s.Peers()) > 0 || s.Stats().Waiting > 0 {
				<-time.After(time.Millisecond)
			}
			s.Close()
			fmt.Fprintln(out, "done")
		}
		return nil
	}
	s := sp.NewReplier(nil)
	if _, err := s.DialWith(args[1], o); err != nil {
		return err
	}
	go s.Serve(context.Background(), func(ctx context.Context, q *sp.Request) {
		if note(q.Body) == nil {
			q.Reply(ctx, q.Body)
		}
	})
	for in.Scan() {
	}
	return nil
})

// crew are workers, of whom the oldest is killed and replaced.
type crew struct {
	t    *testing.T
	role string
	addr string
	dir  string // of the workers' logs
	logs []string
	live []*kit.Process
}

func newCrew(t *testing.T, role, addr string, n int) *crew {
	c := &crew{t: t, role: role, addr: addr, dir: sptest.Dir(t)}
	for range n {
		c.add()
	}
	return c
}

func (c *crew) add() {
	log := fmt.Sprint(c.dir, "/", len(c.logs))
	c.logs = append(c.logs, log)
	c.live = append(c.live, kit.Start(c.t, worker, c.role, c.addr, log))
}

func (c *crew) kill() {
	c.live[0].Signal(os.Kill)
	c.live[0].Wait()
	c.live = c.live[1:]
}

// settle reads what all workers wrote into the books. Who is killed while it writes
// may leave part of a record, which it has not worked on.
func (c *crew) settle(books *ledger.Ledger) {
	for i, log := range c.logs {
		all, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, os.ErrNotExist) { // killed before it began
			c.t.Fatal(err)
		}
		for len(all) >= 4 {
			n := int(binary.BigEndian.Uint32(all))
			if len(all) < 4+n {
				break
			}
			books.Read(uint32(i), all[4:4+n])
			all = all[4+n:]
		}
	}
}
