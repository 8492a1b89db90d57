// Package cli is a command line described by one table of options. The
// parser, its checks, the help, the shell completions and the man page all
// come from that table.
//
// The grammar, the checks and the wording of the errors are those of
// nanomsg's command, byte for byte, so that scripts written for it see no
// difference. Options that it does not have are marked Extra: they never
// shorten the abbreviations of its own, and never stand in its error lists.
package cli

import "fmt"

// Mask is a set of facts that options establish and ask for.
type Mask uint32

// Option is one row of a table.
type Option struct {
	// Name is the long name, Short the letter, or 0.
	Name  string
	Short byte
	// Link is the name of the program that implies the option.
	Link string
	// Alias makes the option another name of the one named. All that is not
	// set here is then taken from there.
	Alias string
	// Group is the heading in the help.
	Group string
	// Arg is what the help calls the argument; empty for none.
	Arg string
	// Text says what the option does; Brief is the same in a few words.
	Text, Brief string
	// Sets holds the facts the option establishes, Meets those that it
	// establishes only for the Requires of others. Conflicts holds the facts
	// that must not be there when it is met, Requires those that have to be
	// there in the end.
	Sets, Meets, Conflicts, Requires Mask
	// Extra marks what nanomsg's command does not have.
	Extra bool
	// Choices are the values to offer in completions and errors; Files says
	// that the argument is a path.
	Choices []string
	Files   bool
	// Set is what happens when the option is met. Its error may be a *Wish,
	// a *BadChoice, a *Failure or ErrDone.
	Set func(arg string) error
}

// Table is a command line.
type Table struct {
	// Program is the name the documents use, Summary says what it is for.
	Program, Summary string
	// Usage holds the lines under the heading of the help.
	Usage []string
	// Options in the order of the help and of the error lists.
	Options []Option
	// Required are facts without which there is nothing to do.
	Required Mask
	// Examples end the help and the man page.
	Examples []Example
	// Notes are further sections of the man page, as Markdown.
	Notes string
}

// Example is a command line and what it does.
type Example struct{ Line, Text string }

// Resolve fills in what aliases share with the options they stand for, and
// panics on a table that contradicts itself: that is an error of the program.
func (t *Table) Resolve() *Table {
	seen := map[string]int{}
	for i := range t.Options {
		o := &t.Options[i]
		if _, twice := seen[o.Name]; twice || o.Name == "" {
			panic(fmt.Sprintf("cli: option %q stands twice in the table", o.Name))
		}
		seen[o.Name] = i
		if o.Alias == "" {
			continue
		}
		j, ok := seen[o.Alias]
		if !ok {
			panic(fmt.Sprintf("cli: option %q is an alias of %q, which is not before it", o.Name, o.Alias))
		}
		of := t.Options[j]
		name, alias, short, set := o.Name, o.Alias, o.Short, o.Set
		*o = of
		o.Name, o.Alias, o.Short, o.Link, o.Extra = name, alias, short, "", true
		if set != nil {
			o.Set = set
		}
	}
	return t
}

// aliases returns the other names of the option called name.
func (t *Table) aliases(name string) []*Option {
	var list []*Option
	for i := range t.Options {
		if t.Options[i].Alias == name {
			list = append(list, &t.Options[i])
		}
	}
	return list
}
