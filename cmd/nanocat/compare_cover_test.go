package main

import (
	"regexp"
	"strings"
	"sync"
	"testing"
)

// seen is all that Debian's command wrote to stderr.
var seen struct {
	sync.Mutex
	text strings.Builder
}

func record(o outcome) {
	seen.Lock()
	defer seen.Unlock()
	seen.text.WriteString(o.stderr)
}

// messages are nanomsg's, as patterns.
var messages = []string{
	"Unknown option ``--foo''", "Unknown option ``-z''", "Unexpected argument ``x''",
	"Ambiguous option ``--re'':\n    req\n",
	"Option --push=1 does not accept argument",
	`Option -D \(--data\) requires an argument`, "Option --data requires an argument",
	`Option -i \(--interval\) requires float point argument`, `Option --int\[erval\] requires float point`,
	"Option --pull conflicts with the following options:\n    --push \n",
	`Option \./nn_push \(executable\) requires at least one`,
	"Option --push requires at least one of the following options:\n    --data\n    -D\n    --file\n    -F\n",
	"At least one of the following required:\n    --push\n", "At least one of the following required:\n    --bind\n",
	"Invalid value ``foo'' for --format . Options are:\n    no\n    raw\n    ascii\n    quoted\n    msgpack\n    hex\n",
	"Error opening file ``[^']*'': No such file or directory",
	"Can't set socket name: Invalid argument",
	"Can't bind: Address already in use", "Can't bind: Invalid argument", "Can't bind: No such device",
	"Can't bind: Cannot assign requested address", "Can't bind: Protocol not supported",
	"Can't bind: No such file or directory",
	"Can't connect: Invalid argument", "Can't connect: No such device", "Can't connect: File name too long",
	"Can't send: Connection timed out", "Can't recv: Connection timed out",
}

// unreachable are messages that Debian's command never comes to, and why.
var unreachable = map[string]string{
	"Error reading file":       "a file that cannot be read makes it read for ever",
	"Can't create socket":      "where descriptors are short it waits for its own library for ever",
	"Can't set send timeout":   "the library takes any number",
	"Can't set recv timeout":   "the library takes any number",
	"Can't subscribe":          "the library takes any topic",
	"Message not sent (EAGAIN": "its sends are blocking ones",
}

// TestCoverage makes sure that the table above is worth something.
func TestCoverage(t *testing.T) {
	all := invocations()
	if len(all) < 150 {
		t.Errorf("%d invocations are compared, at least 150 should be", len(all))
	}
	used := map[string]bool{}
	for _, v := range all {
		for _, a := range append(strings.Fields(v.args), v.more...) {
			if name, _, _ := strings.Cut(a, "="); strings.HasPrefix(name, "--") {
				used[name] = true
			} else if strings.HasPrefix(a, "-") {
				for _, c := range a[1:] {
					used["-"+string(c)] = true
				}
			}
		}
		used[strings.TrimPrefix(v.name, "./")] = true
	}
	for _, o := range options(newSettings(false), nil).Options {
		if o.Extra || o.Name == "help" { // whose text is our own
			continue
		}
		if !used["--"+o.Name] {
			t.Errorf("no invocation has --%s", o.Name)
		}
		if o.Short != 0 && !used["-"+string(o.Short)] {
			t.Errorf("no invocation has -%c", o.Short)
		}
		if o.Link != "" && !used[o.Link] && !used["/usr/local/bin/"+o.Link] {
			t.Errorf("no invocation is called %s", o.Link)
		}
	}
}

// checkMessages is called when all invocations have been compared.
func checkMessages(t *testing.T) {
	seen.Lock()
	defer seen.Unlock()
	for _, m := range messages {
		if !regexp.MustCompile(m).MatchString(seen.text.String()) {
			t.Errorf("no invocation made Debian's command say %q", m)
		}
	}
	for m, why := range unreachable {
		if strings.Contains(seen.text.String(), m) {
			t.Errorf("Debian's command said %q, and should not: %s", m, why)
		}
	}
}
