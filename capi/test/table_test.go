package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	debianLib    = "/usr/lib/x86_64-linux-gnu/libnanomsg.so.5"
	tableFile    = "table.txt"
	decisionFile = "../README.md"
)

// TestTable asks Debian's library and ours the same questions. Ours may give
// another answer only where decisionFile says so, and why.
func TestTable(t *testing.T) {
	here := ourColumn(t)
	debian := column{here.program, os.Environ()}
	ofTheSoname(t, debian, debianLib)

	rows := debian.rows(t)
	theirs, our := bothAnswers(t, debian, here, rows)
	writtenDown(t, rows, theirs)
	if *show {
		t.Log("\n" + asDecisions(rows, theirs, our))
	}
	compare(t, rows, theirs, our, decisions(t))
}

// TestTableOfOurHeaders asks our library through a program that was compiled
// with our headers, for the soname that comes next.
func TestTableOfOurHeaders(t *testing.T) {
	program := compile(t, "rows6", rowSources(t), "-I"+includeDir, "-L"+libDir, "-lnanomsg")
	here := column{program, ours(t)}
	ofTheSoname(t, here, filepath.Join(ourLib(t), "libnanomsg.so.6"))
	for _, name := range []string{"header_and_symbols_agree", "header_constants", "struct_layouts", "cmsg_macros", "reqrep:tcp", "size:65536"} {
		said, err := here.answer(t.Context(), name)
		if want := table(t)[name]; err != nil || said != want {
			t.Errorf("%s: %q, %v, want %q", name, said, err, want)
		}
	}
}

// ofTheSoname fails unless the rows run on the library that path leads to.
func ofTheSoname(t *testing.T, c column, path string) {
	t.Helper()
	want, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.library(t); got != want {
		t.Fatalf("%s runs on %s, not on %s", c.program, got, want)
	}
}

func bothAnswers(t *testing.T, debian, here column, rows []row) (theirs, our map[string]string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		theirs = debian.answers(t, rows)
	}()
	our = here.ourAnswers(t)
	<-done
	return theirs, our
}

// What two tests need is made once.
var made struct {
	program, answers sync.Once
	column           column
	said             map[string]string
}

// ourColumn is our library in the place of Debian's.
func ourColumn(t *testing.T) column {
	made.program.Do(func() { made.column = column{compile(t, "rows", rowSources(t), "-lnanomsg"), ours(t)} })
	ofTheSoname(t, made.column, filepath.Join(ourLib(t), "libnanomsg.so.5"))
	return made.column
}

func (c column) ourAnswers(t *testing.T) map[string]string {
	made.answers.Do(func() { made.said = c.answers(t, c.rows(t)) })
	return made.said
}

// table is Debian's column as it was written down.
func table(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		_, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		name, said, ok := strings.Cut(rest, " | ")
		if !ok {
			t.Fatalf("%s: %q is no row", tableFile, line)
		}
		all[name] = said
	}
	return all
}

// writtenDown fails where Debian's library no longer answers as tableFile says.
func writtenDown(t *testing.T, rows []row, theirs map[string]string) {
	if *update {
		var text strings.Builder
		for _, r := range rows {
			fmt.Fprintf(&text, "§%s %s | %s\n", r.section, r.name, theirs[r.name])
		}
		if err := os.WriteFile(tableFile, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	known := table(t)
	for _, r := range rows {
		if want, ok := known[r.name]; !ok || want != theirs[r.name] {
			t.Errorf("§%s %s: Debian's library answers %q, %s has %q", r.section, r.name, theirs[r.name], tableFile, want)
		}
	}
	if len(known) != len(rows) {
		t.Errorf("%s has %d rows, there are %d", tableFile, len(known), len(rows))
	}
}

// asDecisions is how decisionFile would list all that differs.
func asDecisions(rows []row, theirs, our map[string]string) string {
	names := make(map[decision][]string)
	var order []decision
	for _, r := range rows {
		d := decision{theirs[r.name], our[r.name]}
		if d.theirs == d.ours {
			continue
		}
		if names[d] == nil {
			order = append(order, d)
		}
		names[d] = append(names[d], "`"+r.name+"`")
	}
	var text strings.Builder
	bar := strings.NewReplacer("|", `\|`)
	for _, d := range order {
		fmt.Fprintf(&text, "| %s | `%s` | `%s` | |\n", strings.Join(names[d], " "), bar.Replace(d.theirs), bar.Replace(d.ours))
	}
	return text.String()
}

func compare(t *testing.T, rows []row, theirs, our map[string]string, listed map[string]decision) {
	differ := 0
	for _, r := range rows {
		their, own := theirs[r.name], our[r.name]
		d, ok := listed[r.name]
		delete(listed, r.name)
		if their != own {
			differ++
		}
		switch {
		case their == own && ok:
			t.Errorf("§%s %s: %s lists a difference, but both say %q", r.section, r.name, decisionFile, own)
		case their != own && !ok:
			t.Errorf("§%s %s:\n  Debian's %s\n  ours     %s", r.section, r.name, their, own)
		case ok && (d.theirs != their || d.ours != own):
			t.Errorf("§%s %s: listed with other results:\n  Debian's %s\n  listed   %s\n  ours     %s\n  listed   %s",
				r.section, r.name, their, d.theirs, own, d.ours)
		}
	}
	for name := range listed {
		t.Errorf("%s lists %s, which is no row", decisionFile, name)
	}
	t.Logf("%d rows, %d differ", len(rows), differ)
}
