package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"
)

// Man returns what an option does that prints the man page.
func Man(t *Table, stdout io.Writer) func(string) error {
	return func(string) error {
		if _, err := stdout.Write(md2man.Render(t.markdown())); err != nil {
			return &Failure{"Can't write to stdout: " + err.Error() + "\n", 3}
		}
		return ErrDone
	}
}

// markdown is the man page before it is set.
func (t *Table) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%% %s 1\n\n# NAME\n\n%s - %s\n\n# SYNOPSIS\n\n", strings.ToUpper(t.Program), t.Program, t.Summary)
	for _, u := range t.Usage {
		fmt.Fprintf(&b, "`%s`\n\n", u)
	}
	b.WriteString("# OPTIONS\n\nLong options may be abbreviated as long as that is clear. " +
		"A number of seconds may have a fraction, and may be a duration such as 250ms.\n\n")
	for _, g := range t.groups() {
		fmt.Fprintf(&b, "## %s\n\n", g)
		for _, o := range t.Options {
			if o.Group == g && o.Alias == "" {
				fmt.Fprintf(&b, "%s\n:   %s\n\n", t.term(&o), escapeMarkdown(o.Text))
			}
		}
	}
	b.WriteString(strings.ReplaceAll(t.Notes, "--", `\-\-`))
	if len(t.Examples) > 0 {
		b.WriteString("\n# EXAMPLES\n\n")
		for _, e := range t.Examples {
			fmt.Fprintf(&b, "%s:\n\n```\n%s\n```\n\n", upper(e.Text), e.Line)
		}
	}
	return b.Bytes()
}

// term is an option with all its names, as the man page shows it.
func (t *Table) term(o *Option) string {
	var names []string
	add := func(o *Option) {
		if o.Short != 0 {
			names = append(names, "**-"+string(o.Short)+"**")
		}
		names = append(names, "**--"+o.Name+"**")
	}
	add(o)
	for _, a := range t.aliases(o.Name) {
		add(a)
	}
	s := strings.Join(names, ", ")
	if o.Arg != "" {
		s += " *" + o.Arg + "*"
	}
	return s
}

func escapeMarkdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "--", `\-\-`).Replace(s)
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
