//go:build spforce

package engine

const forced = true
