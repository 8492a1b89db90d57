package adapter

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Lat is in microseconds: whole round trips, or one way where a case says so.
type Lat struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
	// Dist has more of them: pairs of a quantile and its value.
	Dist [][2]float64 `json:"dist,omitempty"`
}

type Result struct {
	OK         bool    `json:"ok"`
	Err        string  `json:"err,omitempty"`
	Msgs       int64   `json:"msgs"`
	Secs       float64 `json:"secs"`
	Total      int64   `json:"total"`
	Lat        *Lat    `json:"lat_us,omitempty"`
	CPU        float64 `json:"cpu_s"`
	Allocs     int64   `json:"allocs"`
	AllocBytes int64   `json:"alloc_bytes"`
	RSS        int64   `json:"rss_kib"`
	CSW        int64   `json:"csw"`
	// Idle is what is resident while nothing moves; IdleLeast the same after
	// all that is not used was given back.
	Idle      int64 `json:"idle_kib,omitempty"`
	IdleLeast int64 `json:"idle_least_kib,omitempty"`
}

func tv(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }

// status is a line of the process's status, in KiB.
func status(name string) int64 {
	b, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(l, name); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n
		}
	}
	return 0
}
