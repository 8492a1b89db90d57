package adapter

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type run struct {
	role, kase, url string
	size            int
	dur, warm       time.Duration
	kv              map[string]string
	st              Stack

	in   *bufio.Reader
	stop chan struct{}
	ru0  syscall.Rusage
	ms0  runtime.MemStats
}

func (r *run) intOpt(k string, def int) int {
	if v, ok := r.kv[k]; ok {
		n, err := strconv.Atoi(v)
		if err != nil {
			fatal(err)
		}
		return n
	}
	return def
}

func fatal(err error) {
	if errors.Is(err, ErrUnsupported) {
		os.Exit(3)
	}
	b, _ := json.Marshal(Result{Err: err.Error()})
	fmt.Println(string(b))
	os.Exit(1)
}

// ready announces this side and waits for GO, then takes the zero point.
func (r *run) ready() {
	fmt.Println("READY")
	line, err := r.in.ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "GO" {
		os.Exit(1)
	}
	go func() {
		r.in.ReadString('\n') // STOP or end of file
		close(r.stop)
	}()
	runtime.GC()
	runtime.ReadMemStats(&r.ms0)
	syscall.Getrusage(syscall.RUSAGE_SELF, &r.ru0)
}

// emit prints the result line; the caller then lingers until STOP.
func (r *run) emit(res Result) {
	var ru syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	res.OK = true
	res.CPU = tv(ru.Utime) + tv(ru.Stime) - tv(r.ru0.Utime) - tv(r.ru0.Stime)
	res.CSW = ru.Nvcsw + ru.Nivcsw - r.ru0.Nvcsw - r.ru0.Nivcsw
	res.Allocs = int64(ms.Mallocs - r.ms0.Mallocs)
	res.AllocBytes = int64(ms.TotalAlloc - r.ms0.TotalAlloc)
	res.RSS = status("VmHWM:")
	b, _ := json.Marshal(res)
	fmt.Println(string(b))
}

// finish is for sides that have nothing to measure.
func (r *run) finish(total int64) {
	<-r.stop
	r.emit(Result{Total: total})
	exit()
}

// exit ends the process without closing anything, so that no stack is also
// timed at, or fails for, its good-byes.
func exit() { os.Exit(0) }

// Main runs one adapter process.
func Main(st Stack) {
	flag.Parse()
	a := flag.Args()
	if len(a) < 5 {
		fmt.Fprintln(os.Stderr, "usage: ADAPTER server|client|both CASE URL SIZE MS [key=value...]")
		os.Exit(2)
	}
	r := &run{role: a[0], kase: a[1], url: a[2], kv: map[string]string{}, st: st,
		in: bufio.NewReader(os.Stdin), stop: make(chan struct{})}
	r.size, _ = strconv.Atoi(a[3])
	ms, _ := strconv.Atoi(a[4])
	r.dur = time.Duration(ms) * time.Millisecond
	for _, kv := range a[5:] {
		k, v, _ := strings.Cut(kv, "=")
		r.kv[k] = v
	}
	r.warm = time.Duration(r.intOpt("warm", 200)) * time.Millisecond
	switch r.kase {
	case "lat-reqrep":
		r.latency("rep", "req")
	case "lat-pair":
		r.latency("pair", "pair")
	case "thr-pushpull":
		r.throughput("pull", "push")
	case "thr-pair":
		r.throughput("pair", "pair")
	case "fan-pubsub":
		r.fanout()
	case "conc-reqrep":
		r.concurrent()
	case "paced-pushpull":
		r.paced()
	case "grow-pushpull":
		r.grow()
	case "idle-pushpull":
		r.idle()
	default:
		os.Exit(3)
	}
}

func (r *run) open(kind string, listen bool) Sock {
	s, err := r.st.Open(kind, r.url, listen)
	if err != nil {
		fatal(err)
	}
	return s
}
