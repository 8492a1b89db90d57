package main

import (
	"fmt"
	"io"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/cmd/internal/cli"
	"github.com/sprocketmq/sp/cmd/internal/secure"
	"github.com/sprocketmq/sp/transport"
)

// What options establish.
const (
	isType cli.Mask = 1 << iota
	hasEndpoint
	isRole
)

// common are the options that both commands have.
func common(t *cli.Table, files *secure.Files, stdout io.Writer) []cli.Option {
	return []cli.Option{
		{Name: "help", Short: 'h', Group: "Generic", Brief: "this text", Text: "Print a short help and exit.", Set: cli.Help(t, stdout)},
		{Name: "man", Group: "Generic", Text: "Print the man page, in troff, and exit.", Set: cli.Man(t, stdout)},
		{Name: "completion", Group: "Generic", Arg: "SHELL", Choices: cli.Shells, Text: "Print the completions for a shell and exit.", Set: cli.Completion(t, stdout)},
		{Name: "insecure", Short: 'k', Group: "TLS Options", Text: "Do not check the certificate of the other side.", Set: cli.Const(&files.Insecure, true)},
		{Name: "cert", Short: 'E', Group: "TLS Options", Arg: "PATH", Files: true, Text: "The own certificate, in PEM; it may hold the key as well.", Set: cli.Text(&files.Cert)},
		{Name: "key", Group: "TLS Options", Arg: "PATH", Files: true, Text: "The key of the own certificate, in PEM.", Set: cli.Text(&files.Key)},
		{Name: "cacert", Group: "TLS Options", Arg: "PATH", Files: true, Text: "The certificates, in PEM, of those who may vouch for the other side.", Set: cli.Text(&files.CA)},
	}
}

// endpointOptions are those for an address with these files.
func endpointOptions(addr string, files secure.Files) (*sp.EndpointOptions, error) {
	t, err := transport.Lookup(addr)
	if err != nil {
		return nil, err
	}
	if files != (secure.Files{}) {
		if t, err = files.Transport(addr, t); err != nil {
			return nil, fmt.Errorf("%s: %w", addr, err)
		}
	}
	return &sp.EndpointOptions{Transport: t}, nil
}

// base is what all sockets of package sp have.
type base interface {
	DialWith(string, *sp.EndpointOptions) (*sp.Endpoint, error)
	ListenWith(string, *sp.EndpointOptions) (*sp.Endpoint, error)
	Stats() sp.Stats
	Close() error
}

// attach listens on addr or dials it, and returns the address in use.
func attach(s base, addr string, listen bool, files secure.Files) (string, error) {
	o, err := endpointOptions(addr, files)
	if err != nil {
		return "", err
	}
	do, verb := s.DialWith, "dial"
	if listen {
		do, verb = s.ListenWith, "listen on"
	}
	ep, err := do(addr, o)
	if err != nil {
		return "", fmt.Errorf("can't %s %s: %w", verb, addr, err)
	}
	return ep.Addr(), nil
}
