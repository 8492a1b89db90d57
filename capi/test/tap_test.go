package test

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var tapLine = regexp.MustCompile(`(?m)^(not ok|ok)\b *\d* *(.*)$`)

// tap runs a program that tells of its checks in the TAP format, and on stderr
// of the library it has loaded. It returns how many checks were good, and the
// others.
func tap(t *testing.T, cmd *exec.Cmd) (good int, bad []string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	for _, m := range tapLine.FindAllStringSubmatch(out.String(), -1) {
		if m[1] == "ok" {
			good++
		} else {
			bad = append(bad, m[2])
		}
	}
	if good == 0 || err != nil && len(bad) == 0 {
		t.Fatalf("%v: %v\n%s%s", cmd, err, &out, &errs)
	}
	loads(t, errs.String())
	return good, bad
}

// allGood runs such a program, none of whose checks may fail but those known.
func allGood(t *testing.T, cmd *exec.Cmd, known ...string) int {
	t.Helper()
	good, bad := tap(t, cmd)
	if strings.Join(bad, "\n") != strings.Join(known, "\n") {
		t.Errorf("%v: these checks failed: %q, want %q", cmd, bad, known)
	}
	return good
}
