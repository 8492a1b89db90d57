package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// result is what was measured. Times are in microseconds, in the text and in
// the JSON.
type result struct {
	Test     string `json:"test"`
	Protocol string `json:"protocol"`
	Size     int    `json:"size"`
	Count    int    `json:"count"`

	Average     float64            `json:"average_us,omitempty"`
	Percentiles map[string]float64 `json:"percentiles_us,omitempty"`

	Seconds  float64 `json:"seconds,omitempty"`
	Messages float64 `json:"messages_per_second,omitempty"`
	Megabits float64 `json:"megabits_per_second,omitempty"`
	Lost     int     `json:"lost,omitempty"`

	oneWay bool
}

// shares are the percentiles shown; 100 is the slowest.
var shares = []float64{50, 90, 99, 99.9, 100}

func shareName(p float64) string {
	if p == 100 {
		return "max"
	}
	return fmt.Sprintf("p%g", p)
}

func (m *measuring) latencies(took []time.Duration) *result {
	r := &result{Test: "latency", Protocol: m.flow.name, Size: m.size, Count: len(took),
		Percentiles: map[string]float64{}, oneWay: m.flow.oneWay}
	slices.Sort(took)
	var sum time.Duration
	for _, d := range took {
		sum += d
	}
	r.Average = micros(sum) / float64(len(took))
	for _, p := range shares {
		at := int(math.Ceil(p/100*float64(len(took)))) - 1
		r.Percentiles[shareName(p)] = micros(took[max(at, 0)])
	}
	return r
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func (m *measuring) throughput(got int, took time.Duration) *result {
	took = max(took, time.Microsecond)
	perSecond := float64(got) / took.Seconds()
	return &result{Test: "throughput", Protocol: m.flow.name, Size: m.size, Count: got, Seconds: took.Seconds(),
		Messages: perSecond, Megabits: perSecond * float64(m.size) * 8 / 1e6, Lost: m.count - got}
}

func (r *result) writeJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// writeText begins with the lines that nanomsg's programs print.
func (r *result) writeText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "message size: %d [B]\n", r.Size)
	if r.Test == "latency" {
		what := "roundtrip"
		if r.oneWay {
			what = "message"
		}
		fmt.Fprintf(&b, "%s count: %d\naverage latency: %.3f [us]\n", what, r.Count, r.Average)
		for _, p := range shares {
			fmt.Fprintf(&b, "%s latency: %.3f [us]\n", shareName(p), r.Percentiles[shareName(p)])
		}
	} else {
		fmt.Fprintf(&b, "message count: %d\nthroughput: %.0f [msg/s]\nthroughput: %.3f [Mb/s]\n", r.Count, r.Messages, r.Megabits)
		if r.Lost > 0 {
			fmt.Fprintf(&b, "lost: %d\n", r.Lost)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
