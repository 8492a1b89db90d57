package transport

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

var registry struct {
	sync.RWMutex
	byScheme map[string]Transport
}

// homes says what to import for the schemes that are part of this project but
// not built in.
var homes = map[string]string{
	"tls+tcp": "tlstcp", "tls+tcp4": "tlstcp", "tls+tcp6": "tlstcp",
	"ws": "ws", "ws4": "ws", "ws6": "ws", "wss": "ws", "wss4": "ws", "wss6": "ws",
}

// Register makes t the transport of a scheme, in place of the one before. It
// is for init functions and the start of a program, but may be called at any
// time; endpoints that exist keep the transport they have.
func Register(scheme string, t Transport) {
	registry.Lock()
	defer registry.Unlock()
	if registry.byScheme == nil {
		registry.byScheme = make(map[string]Transport)
	}
	registry.byScheme[scheme] = t
}

// Scheme returns what stands before "://" in an address.
func Scheme(addr string) (string, error) {
	scheme, _, ok := strings.Cut(addr, "://")
	if !ok || scheme == "" {
		return "", fmt.Errorf("address %q: want SCHEME://ADDRESS", addr)
	}
	return scheme, nil
}

// Lookup returns the transport of an address by its scheme.
func Lookup(addr string) (Transport, error) {
	scheme, err := Scheme(addr)
	if err != nil {
		return nil, err
	}
	registry.RLock()
	defer registry.RUnlock()
	if t, ok := registry.byScheme[scheme]; ok {
		return t, nil
	}
	if home, ok := homes[scheme]; ok {
		return nil, fmt.Errorf("address %q: import %q for its transport", addr, "github.com/sprocketmq/sp/transport/"+home)
	}
	known := make([]string, 0, len(registry.byScheme))
	for s := range registry.byScheme {
		known = append(known, s)
	}
	slices.Sort(known)
	return nil, fmt.Errorf("address %q: unknown transport %q, have %s", addr, scheme, strings.Join(known, ", "))
}
