package ws

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// greek is a word of characters of two and three bytes.
const greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"

// utf8Cases are section 6.
func utf8Cases() []testCase {
	part := func(payload string) frame { return frame{op: opText, more: true, payload: payload} }
	more := func(payload string) frame { return frame{op: opMore, more: true, payload: payload} }
	last := func(payload string) frame { return frame{op: opMore, payload: payload} }
	ok := func(payload string) []event { return []event{gets(payload), closes(1000)} }
	failed := []event{closes(1007)}
	const (
		umlauts   = "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!"
		surrogate = greek + "\xed\xa0\x80" + "edited"     // wrong from byte 12 on
		tooHigh   = greek + "\xf4\x90\x80\x80" + "edited" // as is this
		middle    = "middle frame payload"
	)
	whole := "a frame is judged when all of it is here, not before"
	cases := []testCase{
		{number: "6.1.1", send: []frame{{op: opText}, closeNormal}, want: ok("")},
		{number: "6.1.2", send: []frame{part(""), more(""), last(""), closeNormal}, want: ok("")},
		{number: "6.1.3", send: []frame{part(""), more(middle), last(""), closeNormal}, want: ok(middle)},
		{number: "6.2.1", send: []frame{{op: opText, payload: umlauts}, closeNormal}, want: ok(umlauts)},
		{number: "6.2.2", send: []frame{part(umlauts[:15]), last(umlauts[15:]), closeNormal}, want: ok(umlauts)},
		{number: "6.2.3", send: append(octets(umlauts), closeNormal), want: ok(umlauts)},
		{number: "6.2.4", send: append(octets(greek), closeNormal), want: ok(greek)},
		{number: "6.3.1", send: []frame{{op: opText, payload: surrogate}}, want: failed},
		{number: "6.3.2", send: octets(surrogate), want: failed},
		// In 6.4.1 and 6.4.2 the last frame never comes: the one before
		// has to be enough.
		{number: "6.4.1", send: []frame{part(greek), more("\xf4\x90\x80\x80")}, want: failed},
		{number: "6.4.2", send: []frame{part(greek + "\xf4"), more("\x90")}, want: failed},
		{number: "6.4.3", send: []frame{{op: opText, payload: tooHigh}}, chop: 11, want: failed, nonStrict: whole},
		{number: "6.4.4", send: []frame{{op: opText, payload: tooHigh}}, chop: 12, want: failed, nonStrict: whole},
	}
	for i, group := range utf8Groups() {
		for j, text := range group.texts {
			c := testCase{
				number: fmt.Sprintf("6.%d.%d", i+5, j+1),
				send:   []frame{{op: opText, payload: text}, closeNormal},
				want:   failed,
			}
			valid := group.valid
			if group.mixed != nil {
				valid = group.mixed[j]
			}
			if valid {
				c.want = ok(text)
			}
			cases = append(cases, c)
		}
	}
	return cases
}

// octets is a text message in frames of a byte.
func octets(text string) (frames []frame) {
	for i := range len(text) {
		frames = append(frames, frame{op: opMore, more: i < len(text)-1, payload: text[i : i+1]})
	}
	frames[0].op = opText
	return frames
}

type utf8Group struct {
	name  string
	valid bool
	mixed []bool // a word for each text, where they differ
	texts []string
}

// utf8Groups are 6.5 to 6.23: the stress test for UTF-8 decoders that
// M. Kuhn made, without its display tests, and with "valid" in the sense of
// RFC 3629.
func utf8Groups() []utf8Group {
	var prefixes []string
	var prefixValid []bool
	for i := range len(greek) {
		prefixes = append(prefixes, greek[:i+1])
		prefixValid = append(prefixValid, i == 1 || i == 4 || i == 6 || i == 8 || i == 10)
	}
	lonely := func(from, to int) string {
		s := ""
		for b := from; b < to; b++ {
			s += string([]byte{byte(b), ' '})
		}
		return s
	}
	continuations := ""
	for b := 0x80; b < 0xbf; b++ {
		continuations += string([]byte{byte(b)})
	}
	cut := []string{
		"\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
		"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf",
	}
	// The last two code points of each of the planes are no characters, yet
	// valid; the first plane's, which are in the row of their own below,
	// come first.
	nonCharacters := []string{"\xef\xbf\xbe", "\xef\xbf\xbf"}
	for plane := rune(1); plane <= 16; plane++ {
		nonCharacters = append(nonCharacters, string(plane<<16|0xfffe), string(plane<<16|0xffff))
	}
	return []utf8Group{
		{name: "valid", valid: true, texts: []string{"hello\x24world", "hello\xc2\xa2world", "hello\xe2\x82\xacworld", "hello\xf0\xa4\xad\xa2world", greek}},
		{name: "prefixes", texts: prefixes, mixed: prefixValid},
		{name: "first of a length", valid: true, texts: []string{"\x00", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"}},
		{name: "first of length 5 and 6", texts: []string{"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"}},
		{name: "last of a length", valid: true, texts: []string{"\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"}},
		{name: "last of length 4, 5 and 6", texts: []string{"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"}},
		{name: "other borders", mixed: []bool{true, true, true, true, false}, texts: []string{"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80"}},
		{name: "unexpected continuations", texts: []string{"\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf", "\x80\xbf\x80\xbf\x80", "\x80\xbf\x80\xbf\x80\xbf", continuations}},
		{name: "lonely starts", texts: []string{lonely(0xc0, 0xdf), lonely(0xe0, 0xef), lonely(0xf0, 0xf7), lonely(0xf8, 0xfb), lonely(0xfc, 0xfd)}},
		{name: "last byte missing", texts: cut},
		{name: "all of these in a row", texts: []string{strings.Join(cut, "")}},
		{name: "impossible bytes", texts: []string{"\xfe", "\xff", "\xfe\xfe\xff\xff"}},
		{name: "overlong slash", texts: []string{"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"}},
		{name: "highest overlong", texts: []string{"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"}},
		{name: "overlong NUL", texts: []string{"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"}},
		{name: "single surrogates", texts: []string{"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"}},
		{name: "paired surrogates", texts: []string{
			"\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80", "\xed\xad\xbf\xed\xbf\xbf",
			"\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf", "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf",
		}},
		{name: "no characters", valid: true, texts: nonCharacters},
		{name: "specials", valid: true, texts: []string{
			string(rune(0xfff9)), string(rune(0xfffa)), string(rune(0xfffb)), string(rune(0xfffc)),
			string(utf8.RuneError), "\xef\xbf\xbe", "\xef\xbf\xbf",
		}},
	}
}
