package main

import "fmt"

// growth is how many connections a socket has where it is about their number.
var growth = []int{1, 8, 64, 512}

// cells is all that can be measured.
func cells() []cell {
	var cs []cell
	trs := []string{"tcp", "ipc", "inproc"}
	for _, tr := range trs {
		// Waking the other CPU of a virtual machine costs more than most
		// stacks do, and how often it happens is chance; so latency is taken
		// with everything on one CPU, and left free as well.
		for _, n := range []int{64, 1 << 10, 64 << 10, 1 << 20} {
			cs = append(cs, cell{Case: "lat-reqrep", Transport: tr, Size: n, Opts: []string{"pin=one"}})
		}
		cs = append(cs, cell{Case: "lat-pair", Transport: tr, Size: 64, Opts: []string{"pin=one"}})
		for _, n := range []int{64, 64 << 10} {
			cs = append(cs, cell{Case: "lat-reqrep", Transport: tr, Size: n})
		}
		for _, n := range []int{64, 1 << 10, 64 << 10} {
			cs = append(cs, cell{Case: "thr-pushpull", Transport: tr, Size: n})
		}
		cs = append(cs, cell{Case: "thr-pair", Transport: tr, Size: 64})
		cs = append(cs, cell{Case: "fan-pubsub", Transport: tr, Size: 64, Opts: []string{"subs=8"}})
		if tr != "inproc" {
			cs = append(cs, cell{Case: "fan-pubsub", Transport: tr, Size: 64, Opts: []string{"subs=8", "rate=10000"}})
		}
		cs = append(cs, cell{Case: "conc-reqrep", Transport: tr, Size: 64, Opts: []string{"conc=64"}})
	}
	cs = append(cs, cell{Case: "fan-pubsub", Transport: "tcp", Size: 64, Opts: []string{"subs=1", "procs=8"}})
	for _, n := range []int{256, 4 << 10, 16 << 10} { // with those above, throughput by size
		cs = append(cs, cell{Case: "thr-pushpull", Transport: "tcp", Size: n})
	}
	for _, tr := range []string{"tcp", "ipc"} {
		for _, gap := range []string{"gap=20", "gap=200"} {
			cs = append(cs, cell{Case: "paced-pushpull", Transport: tr, Size: 64, Opts: []string{gap}})
		}
	}
	for _, n := range growth {
		cs = append(cs, cell{Case: "grow-pushpull", Transport: "tcp", Size: 64, Opts: []string{fmt.Sprint("conns=", n)}})
	}
	for _, n := range growth { // so few a second that all of them are delivered
		cs = append(cs, cell{Case: "fan-pubsub", Transport: "tcp", Size: 64, Opts: []string{fmt.Sprint("subs=", n), "rate=100", "burst=1"}})
	}
	for _, speak := range []string{"speak=0", "speak=1"} {
		cs = append(cs, cell{Case: "idle-pushpull", Transport: "tcp", Size: 64, Opts: []string{"conns=10000", speak}})
	}
	return cs
}
