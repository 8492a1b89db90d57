// Sprocket has the tools for sockets that are not nanocat's: devices and
// measurements.
package main

import "os"

func main() { os.Exit(run(os.Args, os.Stdout, os.Stderr)) }
