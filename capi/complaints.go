//go:build linux

package capi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/sprocketmq/sp/wire"
)

// complaints prints the errors of a socket's endpoints to stderr: each once, until
// it is another one.
type complaints struct {
	name atomic.Pointer[string]
	mu   sync.Mutex
	last map[string]string // by endpoint
}

func newComplaints(number int) *complaints {
	c := &complaints{last: make(map[string]string)}
	name := strconv.Itoa(number)
	c.name.Store(&name)
	return c
}

// Enabled implements slog.Handler.
func (c *complaints) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs implements slog.Handler.
func (c *complaints) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup implements slog.Handler.
func (c *complaints) WithGroup(string) slog.Handler { return c }

// Handle implements slog.Handler.
func (c *complaints) Handle(_ context.Context, r slog.Record) error {
	var endpoint, text string
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "endpoint":
			endpoint = a.Value.String()
		case "err":
			text = describe(a.Value.Any())
		case "size":
			text = syscall.EMSGSIZE.Error()
		}
		return true
	})
	if r.Message == "connected" {
		text = ""
	} else if text == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last[endpoint] == text {
		return nil
	}
	c.last[endpoint] = text
	if text != "" {
		_, addr, _ := strings.Cut(endpoint, "://")
		fmt.Fprintf(os.Stderr, "nanomsg: socket.%s[%s]: Error: %s\n", *c.name.Load(), addr, text)
	}
	return nil
}

// describe is an error as strerror has it, where it is the system's.
func describe(v any) string {
	err, ok := v.(error)
	if !ok {
		return fmt.Sprint(v)
	}
	var number syscall.Errno
	var big *wire.TooBigError
	switch {
	case errors.As(err, &number):
		text := number.Error()
		return strings.ToUpper(text[:1]) + text[1:]
	case errors.As(err, &big):
		return "Message too long"
	}
	return err.Error()
}
