//go:build !spdebug

package message

const debug = false

func poison(*Message) {}

// Use panics if m has been released, in programs built with the tag spdebug.
func (m *Message) Use() {}
