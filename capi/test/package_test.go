package test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The package takes the place of libnanomsg5, and of nothing else: what needs that
// one stays installed.
func TestPackageInThePlaceOfDebians(t *testing.T) {
	deb, err := filepath.Abs(filepath.Join(t.TempDir(), "libnanomsg-sprocket.deb"))
	if err != nil {
		t.Fatal(err)
	}
	must(t, exec.Command("../debian/build", "1.2.1", deb))
	for _, name := range []string{"nanomsg-utils", "libnanomsg-dev", "libnanomsg-raw-perl", "libcriterion3"} {
		must(t, exec.Command("dpkg", "--status", name)) // or this shows nothing
	}
	var removed []string
	for line := range strings.Lines(must(t, exec.Command("apt-get", "install", "--simulate", "--quiet", deb))) {
		if what, found := strings.CutPrefix(line, "Remv "); found {
			removed = append(removed, strings.Fields(what)[0])
		}
	}
	if len(removed) != 1 || removed[0] != "libnanomsg5" {
		t.Errorf("installing it removes %v, want libnanomsg5 alone", removed)
	}
}
