// Package soak is mixed traffic over all transports, with faults, for as long as
// one likes:
//
//	SOAK=30m go test -timeout 0 -v ./soak
//
// It prints goroutines, descriptors and resident memory at start, middle and end,
// which have to be flat.
package soak
