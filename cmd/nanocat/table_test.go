package main

import (
	"strings"
	"testing"
)

// TestNames: a new name that nanomsg's command would take for an abbreviation
// of one of its own would change what a script means.
func TestNames(t *testing.T) {
	all := options(newSettings(false), nil).Options
	for _, extra := range all {
		for _, own := range all {
			if extra.Extra && !own.Extra && strings.HasPrefix(own.Name, extra.Name) {
				t.Errorf("--%s is an abbreviation of --%s", extra.Name, own.Name)
			}
			if extra.Extra && !own.Extra && extra.Short != 0 && extra.Short == own.Short {
				t.Errorf("-%c is --%s's already", extra.Short, own.Name)
			}
		}
		if extra.Text == "" {
			t.Errorf("--%s says nothing of itself", extra.Name)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, f := range append(formats, streamFormats...) {
		if _, ok := encoders[f]; !ok {
			t.Errorf("format %s is not there", f)
		}
	}
	for _, f := range streamFormats {
		if framings[f] == nil {
			t.Errorf("format %s cannot be read", f)
		}
	}
}
