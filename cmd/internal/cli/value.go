package cli

import (
	"slices"
	"strconv"
	"strings"
)

// Add returns what an option does that counts up, or down.
func Add(n *int, by int) func(string) error {
	return func(string) error { *n += by; return nil }
}

// Const returns what an option does that chooses v.
func Const[T any](to *T, v T) func(string) error {
	return func(string) error { *to = v; return nil }
}

// Text returns what an option does that keeps its argument.
func Text(to *string) func(string) error {
	return func(arg string) error { *to = arg; return nil }
}

// List returns what an option does that may be repeated: convert makes an
// item of each argument.
func List[T any](to *[]T, convert func(arg string) T) func(string) error {
	return func(arg string) error { *to = append(*to, convert(arg)); return nil }
}

// Choice returns what an option does that takes one of several names. Only
// the shown names stand in the error; hidden ones are taken as well.
func Choice(to *string, shown, hidden []string) func(string) error {
	return func(arg string) error {
		if !slices.Contains(shown, arg) && !slices.Contains(hidden, arg) {
			return &BadChoice{shown}
		}
		*to = arg
		return nil
	}
}

// Integer returns what an option does that takes a number of at least least.
func Integer(to *int, least int) func(string) error {
	return func(arg string) error {
		n, err := strconv.Atoi(strings.TrimSpace(arg))
		if err != nil || n < least {
			return &Wish{"integer"}
		}
		*to = n
		return nil
	}
}
