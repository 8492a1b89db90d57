//go:build !spforce

package engine

// forced makes every change of the reader role happen as often as it can, in
// programs built with the tag spforce: what is rare otherwise is tested then.
const forced = false
