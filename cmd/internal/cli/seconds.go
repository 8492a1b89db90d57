package cli

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Seconds is a span of time that may not have been given.
type Seconds struct {
	D     time.Duration
	Given bool
}

// Span returns what an option does that takes a number of seconds, in any
// form that C's strtof reads, or a duration like 250ms. A negative one, or
// one that is not a number, takes back what was given before.
func Span(to *Seconds) func(string) error {
	return func(arg string) error {
		if f, ok := float(arg); ok {
			*to = seconds(float64(f))
			return nil
		}
		d, err := time.ParseDuration(arg)
		if err != nil {
			return &Wish{"float point"}
		}
		*to = Seconds{max(d, 0), d >= 0}
		return nil
	}
}

func seconds(f float64) Seconds {
	switch ns := f * 1e9; {
	case math.IsNaN(f) || f < 0:
		return Seconds{}
	case ns >= math.MaxInt64:
		return Seconds{math.MaxInt64, true}
	default:
		return Seconds{time.Duration(math.Round(ns/1e3)) * time.Microsecond, true}
	}
}

// float reads s as strtof does when it has to read all of it.
func float(s string) (float32, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	low := strings.ToLower(strings.TrimLeft(s, "+-"))
	switch {
	case strings.Contains(s, "_"): // Go's, not C's
		return 0, false
	case strings.HasPrefix(low, "nan(") && strings.HasSuffix(low, ")"):
		return float32(math.NaN()), true
	case low == "nan": // Go takes it without a sign only
		return float32(math.NaN()), true
	case strings.HasPrefix(low, "0x") && !strings.Contains(low, "p"):
		s += "p0" // Go wants the exponent that C may leave out
	}
	f, err := strconv.ParseFloat(s, 32)
	if err != nil && !isRange(err) {
		return 0, false
	}
	return float32(f), true
}

func isRange(err error) bool {
	e, ok := err.(*strconv.NumError)
	return ok && e.Err == strconv.ErrRange
}
