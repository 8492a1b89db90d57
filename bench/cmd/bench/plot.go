package main

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
)

// A picture is drawn by gnuplot.
type picture struct {
	file, alt string
	script    string
}

// A curve is a stack's line in a plot.
type curve struct {
	name string
	x, y []float64
}

// Colours stay with their stacks through all pictures.
var colours = map[string]string{
	"sp": "#0055aa", "sp-release": "#3399ff", "raw-go": "#000000", "nanomsg": "#cc6600", "nng": "#118833", "libzmq": "#bb2222", "mangos": "#884499",
}

func colour(stack string) string {
	for name, c := range colours {
		if stack == name || strings.HasPrefix(stack, name+"-") && name != plain {
			return c
		}
	}
	return "#888888"
}

// curves has a stack's figure for each x; those who have none are left out.
func (r *runs) curves(xs []float64, y func(stack string, i int) float64) (all []curve) {
	for _, s := range r.stacks {
		c := curve{name: s}
		for i, x := range xs {
			if v := y(s, i); !math.IsNaN(v) && v > 0 {
				c.x, c.y = append(c.x, x), append(c.y, v)
			}
		}
		if len(c.x) > 1 {
			all = append(all, c)
		}
	}
	return all
}

// panel is the script of one plot: its settings, then data and curves.
func panel(title, x, y, settings string, curves []curve) string {
	var b strings.Builder
	fmt.Fprintf(&b, "unset key\nset key outside right top\nset title %q\nset xlabel %q\nset ylabel %q\n%s\n", title, x, y, settings)
	var plots []string
	for i, c := range curves {
		fmt.Fprintf(&b, "$d%d << E\n", i)
		for j := range c.x {
			fmt.Fprintf(&b, "%g %g\n", c.x[j], c.y[j])
		}
		b.WriteString("E\n")
		width := 1.5
		if strings.HasPrefix(c.name, plain) {
			width = 3
		}
		plots = append(plots, fmt.Sprintf("$d%d with linespoints pt 7 ps 0.4 lw %g lc rgb %q title %q", i, width, colour(c.name), c.name))
	}
	if len(plots) == 0 {
		return ""
	}
	b.WriteString("plot " + strings.Join(plots, ", ") + "\n")
	return b.String()
}

func (r *runs) plot(folder string) ([]picture, error) {
	sizes := []float64{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10}
	bySize := r.curves(sizes, func(s string, i int) float64 {
		return sizes[i] / 1e6 * goal{key: fmt.Sprintf("thr-pushpull/tcp/%.0f/", sizes[i])}.figure(r, s)
	})
	var conns []float64
	for _, n := range growth {
		conns = append(conns, float64(n))
	}
	into := r.curves(conns, func(s string, i int) float64 { return goal{key: growKey(growth[i])}.figure(r, s) / 1e6 })
	out := r.curves(conns, func(s string, i int) float64 { return r.spread(growth[i], s) })
	logs := "set logscale x 2\nset logscale y 10"
	pictures := []picture{
		{"latency.svg", "Distribution of round-trip times", r.distribution("Round trip, 64 B, tcp, one CPU", "lat-reqrep/tcp/64/pin=one") +
			r.distribution("A message each 200 µs, one way, tcp", "paced-pushpull/tcp/64/gap=200")},
		{"size.svg", "Throughput by size", panel("One way, tcp", "bytes a message", "MB/s", logs, bySize)},
		{"connections.svg", "Cost by connections", panel("Into one PULL, 64 B, tcp", "connections", "million messages/s", "set logscale x 2\nunset logscale y\nset yrange [0:*]", into) +
			panel("One PUB's CPU time a message, 64 B, tcp", "subscribers", "µs", logs+"\nset autoscale y", out)},
	}
	for _, p := range pictures {
		panels := strings.Count(p.script, "\nplot ")
		script := fmt.Sprintf("set terminal svg size %d,420 font 'sans-serif,12' background '#ffffff'\nset output %q\nset grid lc rgb '#dddddd'\nset multiplot layout 1,%d\n%sunset multiplot\n",
			180+620*panels, filepath.Join(folder, p.file), max(panels, 1), p.script)
		c := exec.Command("gnuplot")
		c.Stdin = strings.NewReader(script)
		if said, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("gnuplot, for %s: %v: %s", p.file, err, said)
		}
	}
	return pictures, nil
}

// distribution draws what share of the round trips takes longer than a time.
func (r *runs) distribution(title, key string) string {
	var all []curve
	for _, s := range r.stacks {
		c := curve{name: s}
		recs := r.cells[key][s]
		if len(recs) == 0 {
			continue
		}
		for i, point := range dist(recs[0]) {
			v := r.median(key, s, func(rec record) float64 {
				if d := dist(rec); i < len(d) {
					return d[i][1]
				}
				return math.NaN()
			})
			c.x, c.y = append(c.x, 100*(1-point[0])), append(c.y, v)
		}
		if len(c.x) > 1 {
			all = append(all, c)
		}
	}
	return panel(title, "% of them that take longer", "µs", "set logscale x 10\nset logscale y 10\nset xrange [100:0.01] reverse", all)
}

func dist(rec record) [][2]float64 {
	if rec.Server != nil && rec.Server.Lat != nil {
		return rec.Server.Lat.Dist
	}
	if len(rec.Clients) > 0 && rec.Clients[0].Lat != nil {
		return rec.Clients[0].Lat.Dist
	}
	return nil
}
