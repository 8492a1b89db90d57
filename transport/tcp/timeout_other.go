//go:build !linux

package tcp

import "time"

func setUserTimeout(uintptr, time.Duration) {}
