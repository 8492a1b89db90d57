// Package calls calls everything at once, and lets time pass: every method of every
// socket from many goroutines, and a day of reconnections.
package calls
