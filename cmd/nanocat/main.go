// Nanocat sends and receives messages of the Scalability Protocols from the
// command line. It stands in for nanomsg's nanocat and for nng's nngcat.
package main

import (
	"os"
)

func main() { os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr)) }
