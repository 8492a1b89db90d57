package soak_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sprocketmq/sp/internal/sptest"

	"github.com/sprocketmq/sp/stress/kit"
)

func TestMain(m *testing.M) { kit.Main(m) }

// reading is what the process holds.
type reading struct{ goroutines, descriptors, resident int }

func (r reading) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d MiB resident", r.goroutines, r.descriptors, r.resident>>10)
}

func read(t *testing.T) (r reading) {
	t.Helper()
	runtime.GC()
	r.goroutines = runtime.NumGoroutine()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc here: ", err)
	}
	r.descriptors = len(files)
	status, err := os.Open("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			r.resident, err = strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(rest, "kB")))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Mixed traffic over all roads, with a fault about every twenty milliseconds.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		length = kit.Pick(4*time.Second, time.Minute)
	}
	faults := kit.Count(t, "faults", int(length/time.Second))
	sptest.Begin(t)
	idle := read(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var flows []*flow
	for _, road := range append(kit.Roads(t), kit.Road{Name: "inproc", Addr: sptest.RoadNamed("inproc").Addr}) {
		for _, p := range kit.Protocols {
			if kit.Begins(p) || p.Self == p.Peer {
				flows = append(flows, begin(t, ctx, road, p))
			}
		}
	}
	began := time.Now()
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	var at []reading
	for time.Since(began) < length {
		<-pause.C
		if took := time.Since(began); took > length/10 && len(at) == 0 || took > length/2 && len(at) == 1 {
			at = append(at, read(t))
			t.Logf("after %v: %v; %d messages, %d faults", took.Round(time.Second), at[len(at)-1], came.Load(), faults.Taken())
		}
		faults.Try(1)
		faults.Took(flows[rand.N(len(flows))].fault(ctx))
	}
	last := read(t)
	t.Logf("after %v: %v; %d messages, %d faults", length, last, came.Load(), faults.Taken())
	var ends sync.WaitGroup
	for _, f := range flows {
		ends.Go(f.end)
	}
	ends.Wait()
	cancel()
	left := read(t)
	t.Logf("idle before: %v; and after: %v", idle, left)
	if left.descriptors > idle.descriptors+5 {
		t.Errorf("%d descriptors are left, there were %d", left.descriptors, idle.descriptors)
	}
	if came.Load() < int64(length/(10*time.Millisecond)) {
		t.Errorf("only %d messages came", came.Load())
	}
	if len(at) < 2 {
		t.Fatal("too short")
	}
	middle := at[1]
	if length < 30*time.Second {
		return // it is still growing into what it needs
	}
	if last.goroutines > middle.goroutines*5/4+50 || last.descriptors > middle.descriptors*5/4+50 || last.resident > middle.resident*5/4+32<<10 {
		t.Errorf("it grows: %v in the middle, %v at the end", middle, last)
	}
}
