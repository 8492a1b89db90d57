package cli

import "strings"

// find returns the index of the option that name, which may be abbreviated,
// stands for. Names of nanomsg's own come first; the others are abbreviated
// only where none of its own begins like that.
func (p *Parser) find(name, word string) (int, error) {
	if name == "" {
		return 0, p.fail("Unknown option ``" + word + "''")
	}
	for i, o := range p.Options {
		if o.Name == name {
			return i, nil
		}
	}
	for _, extra := range []bool{false, true} {
		var hits []int
		for i, o := range p.Options {
			if o.Extra == extra && strings.HasPrefix(o.Name, name) {
				hits = append(hits, i)
			}
		}
		if len(hits) == 1 {
			return hits[0], nil
		}
		if len(hits) > 1 {
			return 0, p.ambiguous(word, hits)
		}
	}
	return 0, p.fail("Unknown option ``" + word + "''")
}

// letter returns the index of the option with a short name, or -1.
func (p *Parser) letter(c byte) int {
	for i, o := range p.Options {
		if o.Short == c && c != 0 {
			return i
		}
	}
	return -1
}

// written is how errors show a long option: as it stood on the command line,
// or with what an abbreviation left out in brackets.
func (p *Parser) written(o *Option, word, name string) string {
	if len(name) < len(o.Name) {
		return " --" + name + "[" + o.Name[len(name):] + "] "
	}
	return " " + word + " "
}
