package cli

import (
	"errors"
	"path/filepath"
	"strings"
)

// ErrDone ends the parsing: the option has done all there is to do.
var ErrDone = errors.New("done")

// Parser reads one command line.
type Parser struct {
	*Table
	// Colon lets --name:value stand for --name=value.
	Colon bool

	program string
	rest    []string
	facts   Mask     // what Sets gave
	met     Mask     // what Meets gave besides
	used    []string // how each option was written last; empty if it was not
}

// Parse reads argv, the program's name first. It returns nil, ErrDone, or a
// *Failure with the text for stderr and the exit status.
func (p *Parser) Parse(argv []string) error {
	p.program, p.rest = argv[0], argv[1:]
	p.used = make([]string, len(p.Options))
	if err := p.link(); err != nil {
		return err
	}
	for len(p.rest) > 0 {
		if err := p.word(p.next()); err != nil {
			return err
		}
	}
	return p.check()
}

func (p *Parser) next() string {
	word := p.rest[0]
	p.rest = p.rest[1:]
	return word
}

// link applies the option that the program's own name implies.
func (p *Parser) link() error {
	base := filepath.Base(p.program)
	for i, o := range p.Options {
		if o.Link != "" && o.Link == base {
			return p.apply(i, " "+p.program+" (executable) ", "")
		}
	}
	return nil
}

func (p *Parser) word(word string) error {
	switch {
	case !strings.HasPrefix(word, "-"):
		return p.fail("Unexpected argument ``" + word + "''")
	case word == "--":
		return nil // neither ends the options nor means anything
	case strings.HasPrefix(word, "--"):
		return p.long(word)
	default:
		return p.short(word[1:])
	}
}

func (p *Parser) long(word string) error {
	cut := "="
	if p.Colon {
		cut = "=:"
	}
	name, arg, given := word[2:], "", false
	if at := strings.IndexAny(name, cut); at >= 0 {
		name, arg, given = name[:at], name[at+1:], true
	}
	i, err := p.find(name, word)
	if err != nil {
		return err
	}
	o := &p.Options[i]
	how := p.written(o, word, name)
	p.used[i] = how
	switch {
	case o.Arg == "" && given:
		return p.optionError(how, "does not accept argument")
	case o.Arg == "" || given:
		return p.apply(i, how, arg)
	case len(p.rest) == 0:
		return p.optionError(how, "requires an argument")
	}
	return p.apply(i, how, p.next())
}

func (p *Parser) short(letters string) error {
	for letters != "" {
		i := p.letter(letters[0])
		if i < 0 {
			return p.fail("Unknown option ``-" + letters[:1] + "''")
		}
		o := &p.Options[i]
		how := " -" + letters[:1] + " (--" + o.Name + ") "
		p.used[i] = how
		letters = letters[1:]
		arg := ""
		if o.Arg != "" {
			switch {
			case letters != "":
				arg, letters = letters, ""
			case len(p.rest) > 0:
				arg = p.next()
			default:
				return p.optionError(how, "requires an argument")
			}
		}
		if err := p.apply(i, how, arg); err != nil {
			return err
		}
	}
	return nil
}

func (p *Parser) apply(i int, how, arg string) error {
	p.used[i] = how
	o := &p.Options[i]
	if p.facts&o.Conflicts != 0 {
		return p.conflict(i)
	}
	p.facts |= o.Sets
	p.met |= o.Meets
	err := o.Set(arg)
	var wish *Wish
	var choice *BadChoice
	switch {
	case errors.As(err, &wish):
		return p.optionError(how, "requires "+wish.What+" argument")
	case errors.As(err, &choice):
		return p.badChoice(how, arg, choice.Choices)
	}
	return err
}
