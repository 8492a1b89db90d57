package ws

import (
	"net/http"
	"net/url"
	"strings"
)

// originAllowed decides whether the page that a request comes from may
// connect. Only browsers say where it comes from.
func (t *Transport) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if t.CheckOrigin != nil {
		return t.CheckOrigin(r)
	}
	if len(origins) != 1 {
		return false
	}
	origin := strings.ToLower(origins[0])
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if u.Host != "" && u.Host == strings.ToLower(r.Host) {
		return true
	}
	for _, allowed := range t.Origins {
		allowed = strings.ToLower(allowed)
		if allowed == "*" || matches(allowed, origin) || u.Host != "" && matches(allowed, u.Host) {
			return true
		}
	}
	return false
}

// matches compares s with a pattern in which * is any number of characters
// but dots, one at the least: *.example.com does not mean example.com, nor
// a.b.example.com.
func matches(pattern, s string) bool {
	for {
		fixed, rest, star := strings.Cut(pattern, "*")
		if !strings.HasPrefix(s, fixed) {
			return false
		}
		s = s[len(fixed):]
		if !star {
			return s == ""
		}
		// What * stands for ends at the next dot, or at the port's colon.
		end := strings.IndexAny(s, ".:/")
		if end < 0 {
			end = len(s)
		}
		if end == 0 {
			return false
		}
		pattern, s = rest, s[end:]
	}
}
