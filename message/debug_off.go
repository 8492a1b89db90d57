//go:build !spdebug

package message

const debug = false

type life struct{}

func (life) check() {}

func poison(*Message) {}
