package cli

import (
	"fmt"
	"io"
	"strings"
)

// Width is that of the help, which is made to fit a terminal of 80 columns.
const Width = 79

// Help returns what an option does that prints the help.
func Help(t *Table, stdout io.Writer) func(string) error {
	return func(string) error {
		if _, err := io.WriteString(stdout, t.Help()); err != nil {
			return &Failure{"Can't write to stdout: " + err.Error() + "\n", 3}
		}
		return ErrDone
	}
}

// Help is one screen: options that have a Brief in two columns, the others by
// name only, and examples.
func (t *Table) Help() string {
	var b strings.Builder
	for i, u := range t.Usage {
		b.WriteString([]string{"Usage: ", "       "}[min(i, 1)] + u + "\n")
	}
	var cells []string
	for _, g := range t.groups() {
		var names []string
		for _, o := range t.Options {
			switch {
			case o.Group != g || o.Alias != "":
			case o.Brief != "":
				cells = append(cells, cell(&o))
			default:
				names = append(names, t.allNames(&o))
			}
		}
		if len(names) > 0 {
			b.WriteString(fold(g+": ", names))
		}
	}
	b.WriteString(columns(cells))
	for _, e := range t.Examples {
		fmt.Fprintf(&b, "Example: %-46s %s\n", e.Line, e.Text)
	}
	return b.String()
}

// groups lists the headings in the order of the table.
func (t *Table) groups() []string {
	var all []string
	seen := map[string]bool{}
	for _, o := range t.Options {
		if !seen[o.Group] {
			seen[o.Group] = true
			all = append(all, o.Group)
		}
	}
	return all
}

// allNames is an option by its names, shortest first: -A --ascii.
func (t *Table) allNames(o *Option) string {
	s := ""
	if o.Short != 0 {
		s = "-" + string(o.Short) + " "
	}
	s += "--" + o.Name
	if o.Arg != "" {
		s += " " + o.Arg
	}
	return s
}

func cell(o *Option) string {
	s := ""
	if o.Short != 0 {
		s = "-" + string(o.Short) + " "
	}
	s += "--" + o.Name
	if o.Arg != "" {
		s += " " + o.Arg
	}
	return fmt.Sprintf("%-23s %s", s, o.Brief)
}

// columns sets the cells in two columns, down the first one first.
func columns(cells []string) string {
	var b strings.Builder
	rows := (len(cells) + 1) / 2
	for i := range rows {
		left, right := cells[i], ""
		if i+rows < len(cells) {
			right = cells[i+rows]
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-40s%s", left, right), " ") + "\n")
	}
	return b.String()
}

// fold sets words in lines, the first of which begins with head.
func fold(head string, words []string) string {
	var b strings.Builder
	line := head
	for _, w := range words {
		if len(line)+len(w) > Width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = "  "
		}
		line += w + "  "
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}
