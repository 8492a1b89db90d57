// Package faults breaks what is between sockets, and the processes they live in:
// connections at every byte, peers that are killed and stopped, names that move,
// paths that vanish and disks that are full.
package faults
