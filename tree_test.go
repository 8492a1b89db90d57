package sp_test

import (
	"bytes"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tree calls f for each file that is ours, with its path from the root.
func tree(t *testing.T, f func(file string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (name[0] == '.' && name != ".ci" || slices.Contains([]string{"node_modules", "build", "bin", "fuzz"}, name)):
			return filepath.SkipDir
		case d.Type().IsRegular():
			f(filepath.ToSlash(file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const (
	longest  = 400
	mostText = 1 << 20
)

func fileLength(t *testing.T) {
	kinds := []string{".go", ".c", ".h", ".js", ".ts", ".sh", ".py"}
	tree(t, func(file string) {
		if !slices.Contains(kinds, path.Ext(file)) {
			return
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > longest {
			t.Errorf("%s has %d lines, the most is %d", file, n, longest)
		}
	})
}

// What a text may point to: this machine, what is kept free for examples, and
// where things are published. Anything else is somebody's machine.
var (
	address   = regexp.MustCompile(`[a-z][a-z0-9+.]*://(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+))`)
	name      = regexp.MustCompile(`\.[A-Za-z]{2,}$`)
	published = regexp.MustCompile(`(^|\.)(example(\.(com|org|net))?|test|invalid|local|localhost|github\.com|go\.dev|golang\.org|nanomsg\.org|rfc-editor\.org|zeromq\.org|npmjs\.(org|com)|nodejs\.org|debian\.org|w3\.org|opencollective\.com|some\.where)$`)
)

func namesNoMachine(t *testing.T) {
	tree(t, func(file string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > mostText || bytes.IndexByte(text, 0) >= 0 {
			return // no text
		}
		for _, m := range address.FindAllSubmatch(text, -1) {
			scheme, _, _ := strings.Cut(string(m[0]), "://")
			host := strings.TrimRight(string(m[1])+string(m[2]), ".")
			if slices.Contains([]string{"inproc", "ipc", "unix", "abstract", "memory", "pipe", "file"}, scheme) || !strings.ContainsAny(host, ".:") {
				continue // names of no machine
			}
			if ip, err := netip.ParseAddr(host); err == nil {
				if !ip.IsLoopback() && !ip.IsUnspecified() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast() && !documented(ip) {
					t.Errorf("%s: %s is somebody's address", file, m[0])
				}
			} else if name.MatchString(host) && !published.MatchString(strings.ToLower(host)) {
				t.Errorf("%s: %s is somebody's machine", file, m[0])
			}
		}
	})
}

// documented are the addresses that are kept free for texts, and the one that
// everybody takes.
func documented(ip netip.Addr) bool {
	for _, p := range []string{"1.2.3.4/32", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"} {
		if netip.MustParsePrefix(p).Contains(ip) {
			return true
		}
	}
	return false
}
