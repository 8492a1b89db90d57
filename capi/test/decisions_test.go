package test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A decision is to answer otherwise than nanomsg does.
type decision struct{ theirs, ours string }

var quoted = regexp.MustCompile("`([^`]*)`")

// decisions are the lines of decisionFile's tables whose first cell names rows
// in backticks. The second and third cell hold the two answers.
func decisions(t *testing.T) map[string]decision {
	t.Helper()
	text, err := os.ReadFile(decisionFile)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]decision)
	for line := range strings.Lines(string(text)) {
		row := cells(line)
		if len(row) != 4 || !strings.HasPrefix(row[0], "`") {
			continue
		}
		if row[3] == "" {
			t.Errorf("%s: no reason: %s", decisionFile, line)
		}
		for _, name := range quoted.FindAllStringSubmatch(row[0], -1) {
			if _, twice := all[name[1]]; twice {
				t.Errorf("%s lists %s twice", decisionFile, name[1])
			}
			all[name[1]] = decision{strings.Trim(row[1], "`"), strings.Trim(row[2], "`")}
		}
	}
	return all
}

// cells splits a line of a Markdown table; \| is no end of a cell.
func cells(line string) []string {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") {
		return nil
	}
	line = strings.ReplaceAll(line[1:len(line)-1], `\|`, "\x00")
	all := strings.Split(line, "|")
	for i, cell := range all {
		all[i] = strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|")
	}
	return all
}

func TestCells(t *testing.T) {
	for line, want := range map[string]string{
		"| `a` `b` | `1` | `2 \\| 3` | why |": "`a` `b`;`1`;`2 | 3`;why",
		"no table":                            "",
		"|---|---|---|---|":                   "---;---;---;---",
	} {
		if got := strings.Join(cells(line), ";"); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
