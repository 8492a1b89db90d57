// Package slow has peers that are slow on purpose: everybody else works at full
// speed, memory stays bounded, and the loss is counted to the message.
package slow
