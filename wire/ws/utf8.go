package ws

import "unicode/utf8"

// utf8Check says whether bytes that come in pieces are UTF-8, as soon as they
// can't be any more. The zero value is the start of a text.
type utf8Check struct {
	part [utf8.UTFMax]byte // the beginning of a character
	n    int
}

// add takes a piece, and reports whether the text can still be UTF-8.
func (u *utf8Check) add(p []byte) bool {
	for u.n > 0 && len(p) > 0 {
		u.part[u.n] = p[0]
		u.n++
		p = p[1:]
		// FullRune is true of what can become nothing valid, too.
		if !utf8.FullRune(u.part[:u.n]) {
			continue
		}
		// An invalid beginning is reported as one byte long.
		if _, size := utf8.DecodeRune(u.part[:u.n]); size != u.n {
			return false
		}
		u.n = 0
	}
	// What ends p may be the beginning of a character, of three bytes at
	// the most.
	for i := len(p) - 1; i >= 0 && i >= len(p)-(utf8.UTFMax-1); i-- {
		if !utf8.RuneStart(p[i]) {
			continue
		}
		if !utf8.FullRune(p[i:]) {
			u.n = copy(u.part[:], p[i:])
			p = p[:i]
		}
		break
	}
	return utf8.Valid(p)
}

// whole reports whether the text may end here.
func (u *utf8Check) whole() bool { return u.n == 0 }
