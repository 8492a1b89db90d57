package cli

import "strings"

// A Failure ends the program: Text goes to stderr, Status is the exit status.
type Failure struct {
	Text   string
	Status int
}

func (f *Failure) Error() string { return strings.TrimRight(f.Text, "\n") }

// A Wish says what kind of argument an option takes.
type Wish struct{ What string }

func (w *Wish) Error() string { return "requires " + w.What + " argument" }

// BadChoice says that an argument is none of the choices.
type BadChoice struct{ Choices []string }

func (b *BadChoice) Error() string { return "is none of " + strings.Join(b.Choices, ", ") }

const statusUsage = 1

func (p *Parser) fail(text string) error {
	return &Failure{p.program + ": " + text + "\n", statusUsage}
}

func (p *Parser) optionError(how, text string) error {
	return p.fail("Option" + how + text)
}

func (p *Parser) ambiguous(word string, hits []int) error {
	var b strings.Builder
	b.WriteString("Ambiguous option ``" + word + "'':")
	for _, i := range hits {
		b.WriteString("\n    " + p.Options[i].Name)
	}
	return p.fail(b.String())
}

func (p *Parser) badChoice(how, arg string, choices []string) error {
	return p.fail("Invalid value ``" + arg + "'' for" + how + ". Options are:\n    " +
		strings.Join(choices, "\n    "))
}

// conflict names what was given before and does not go with option i.
func (p *Parser) conflict(i int) error {
	var b strings.Builder
	b.WriteString("conflicts with the following options:")
	others := 0
	for j, o := range p.Options {
		if j != i && p.used[j] != "" && o.Sets&p.Options[i].Conflicts != 0 {
			b.WriteString("\n   " + p.used[j])
			others++
		}
	}
	if others == 0 { // the same option twice
		b.WriteString("\n   " + p.used[i])
	}
	return p.optionError(p.used[i], b.String())
}

// check looks at what can only be known in the end.
func (p *Parser) check() error {
	have := p.facts | p.met
	for i, o := range p.Options {
		if p.used[i] != "" && have&o.Requires != o.Requires {
			return p.optionError(p.used[i],
				"requires at least one of the following options:"+p.providers(o.Requires))
		}
	}
	if missing := p.Required &^ p.facts; missing != 0 {
		return p.fail("At least one of the following required:" + p.providers(missing))
	}
	return nil
}

// providers lists the options that would establish any of the facts wanted.
func (p *Parser) providers(wanted Mask) string {
	var b strings.Builder
	for _, o := range p.Options {
		if o.Extra || o.Sets&wanted == 0 {
			continue
		}
		b.WriteString("\n    --" + o.Name)
		if o.Short != 0 {
			b.WriteString("\n    -" + string(o.Short))
		}
	}
	return b.String()
}
