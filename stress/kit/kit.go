// Package kit is what attacks and faults share: the roads, honest traffic at
// a fixed pace, tallies of what took effect, other processes, and a watch on
// memory.
package kit

import "os"

// Long says that the run is one by hand: STRESS=long. Children inherit it.
var Long = os.Getenv("STRESS") == "long"

// Pick returns short in CI and long by hand.
func Pick[T any](short, long T) T {
	if Long {
		return long
	}
	return short
}
