package cli

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestFloat(t *testing.T) {
	for s, want := range map[string]float64{
		"1": 1, " 1.5": 1.5, "\t.5": .5, "5.": 5, "-2": -2, "+3": 3, "1e2": 100, "0x10": 16, "0X.8p1": 1, "-0x1p-1": -0.5,
		"inf": math.Inf(1), "-Infinity": math.Inf(-1), "1e99": math.Inf(1),
	} {
		if got, ok := float(s); !ok || float64(got) != want {
			t.Errorf("%q is %v, %v, and should be %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"nan", "-NaN", "nan(x)"} {
		if got, ok := float(s); !ok || !math.IsNaN(float64(got)) {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", " ", "x", "1x", "1 ", "1_0", "0x", "0x_1", "1e", "--1", "."} {
		if got, ok := float(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}

func TestSpan(t *testing.T) {
	for arg, want := range map[string]Seconds{
		"0.1": {100 * time.Millisecond, true}, "0": {0, true}, "-1": {}, "nan": {},
		"250ms": {250 * time.Millisecond, true}, "1m30s": {90 * time.Second, true}, "-1s": {},
		"inf": {math.MaxInt64, true},
	} {
		var got Seconds
		if err := Span(&got)(arg); err != nil || got != want {
			t.Errorf("%q is %v, %v", arg, got, err)
		}
	}
	var wish *Wish
	if err := Span(new(Seconds))("soon"); !errors.As(err, &wish) {
		t.Errorf("got %v", err)
	}
}

// example is a table with options of both kinds.
func example(log *[]string) *Table {
	set := func(name string) func(string) error {
		return func(arg string) error { *log = append(*log, name+"="+arg); return nil }
	}
	t := &Table{Options: []Option{
		{Name: "connect", Arg: "A", Set: set("connect")},
		{Name: "connect-ipc", Short: 'x', Arg: "A", Set: set("connect-ipc")},
		{Name: "verbose", Short: 'v', Set: set("verbose")},
		{Name: "version", Extra: true, Set: set("version")},
		{Name: "count", Extra: true, Arg: "N", Set: set("count")},
		{Name: "counter", Extra: true, Set: set("counter")},
		{Name: "dial", Alias: "connect"},
	}}
	return t.Resolve()
}

func TestAbbreviations(t *testing.T) {
	for args, want := range map[string]string{
		"--connect a":   "connect=a",
		"--connect=a":   "connect=a",
		"--connect-=a":  "connect-ipc=a",
		"--v":           "verbose=",
		"--ver":         "verbose=",
		"--vers":        "version=",
		"--version":     "version=",
		"--count 1":     "count=1",
		"--counte":      "counter=",
		"--dia a":       "connect=a",
		"-vxa":          "verbose= connect-ipc=a",
		"-vx a":         "verbose= connect-ipc=a",
		"--co":          "nanocat: Ambiguous option ``--co'':\n    connect\n    connect-ipc\n",
		"--cou":         "nanocat: Ambiguous option ``--cou'':\n    count\n    counter\n",
		"--conn":        "nanocat: Ambiguous option ``--conn'':\n    connect\n    connect-ipc\n",
		"--versi=1":     "nanocat: Option --versi[on] does not accept argument\n",
		"--connect:a":   "nanocat: Unknown option ``--connect:a''\n",
		"--vx":          "nanocat: Unknown option ``--vx''\n",
		"-x":            "nanocat: Option -x (--connect-ipc) requires an argument\n",
		"--connect a b": "nanocat: Unexpected argument ``b''\n",
	} {
		var log []string
		p := Parser{Table: example(&log)}
		err := p.Parse(append([]string{"nanocat"}, strings.Fields(args)...))
		got := strings.Join(log, " ")
		var failure *Failure
		if errors.As(err, &failure) {
			got = failure.Text
		}
		if got != want {
			t.Errorf("%s gives %q and should give %q", args, got, want)
		}
	}
	var log []string
	p := Parser{Table: example(&log), Colon: true}
	if err := p.Parse([]string{"nanocat", "--connect:tcp://x"}); err != nil || log[0] != "connect=tcp://x" {
		t.Errorf("%v, %v", log, err)
	}
}

func TestResolvePanics(t *testing.T) {
	for _, options := range [][]Option{
		{{Name: "a"}, {Name: "a"}},
		{{Name: ""}},
		{{Name: "a", Alias: "b"}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v is taken", options)
				}
			}()
			(&Table{Options: options}).Resolve()
		}()
	}
}
