//go:build !unix

package engine

type spin struct{}
