package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressAfter is how long something has to take to deserve a progress line.
const progressAfter = time.Second

// progress is the line on a terminal that tells how far a long run is. A nil
// one shows nothing.
type progress struct {
	bar             *progressbar.ProgressBar
	start           time.Time
	messages, bytes int64
	shown           bool
}

func newProgress(stderr io.Writer) *progress {
	return &progress{
		start: time.Now(),
		bar: progressbar.NewOptions64(-1,
			progressbar.OptionSetWriter(stderr),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetSpinnerChangeInterval(0),
			progressbar.OptionClearOnFinish(),
		),
	}
}

// add counts a message, and shows the line anew if it is time.
func (p *progress) add(size int) {
	if p == nil {
		return
	}
	p.messages++
	p.bytes += int64(size)
	took := time.Since(p.start)
	if took < progressAfter {
		return
	}
	p.shown = true
	p.bar.Describe(fmt.Sprintf("%d messages, %s, %.0f/s", p.messages, size64(p.bytes), float64(p.messages)/took.Seconds()))
	p.bar.Add64(1)
}

// clear takes the line off the terminal, so that something else can be shown.
func (p *progress) clear() {
	if p != nil && p.shown {
		p.bar.Clear()
		p.shown = false
	}
}

// size64 is a number of bytes for people.
func size64(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, u := float64(n)/1000, 0
	for f >= 999.95 && u < len(units)-1 {
		f, u = f/1000, u+1
	}
	return fmt.Sprintf("%.1f %cB", f, units[u])
}
