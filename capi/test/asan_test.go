package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Sections whose rows go through the C half: arguments, messages in parts and
// chunks, control data, polling, and what upstream crashes on.
var shimSections = []string{"1.1", "2", "3.2", "3.3", "3.5", "9"}

// Rows that only ask for a socket that is none cost much and show nothing here.
func throughTheShim(r row) bool {
	for _, s := range shimSections {
		if r.section == s {
			return !strings.HasPrefix(r.name, "badf")
		}
	}
	return false
}

// TestAddressSanitizer asks our library with its C half compiled so that it
// notices every access to memory that is not its own. The answers are the same.
func TestAddressSanitizer(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(ourLib(t), "libnanomsg-engine.so"), filepath.Join(dir, "libnanomsg-engine.so")); err != nil {
		t.Fatal(err)
	}
	shim, err := filepath.Glob("../shim/*.c")
	if err != nil || len(shim) == 0 {
		t.Fatal("no C half:", err)
	}
	const sanitize = "-fsanitize=address"
	lib := compile(t, "libnanomsg.so.5", shim, sanitize, "-U_GNU_SOURCE", "-fno-omit-frame-pointer", "-fPIC", "-shared", "-DSONAME=5", "-fvisibility=hidden",
		`-DNN_EXPORT=__attribute__((visibility("default"))) extern`, "-I../include", "-Wl,-soname,libnanomsg.so.5",
		"-Wl,--version-script=../shim/libnanomsg.map", "-ldl")
	if err := os.Rename(lib, filepath.Join(dir, "libnanomsg.so.5")); err != nil {
		t.Fatal(err)
	}
	program := compile(t, "rows-asan", rowSources(t), sanitize, "-lnanomsg")
	watched := column{program, append(os.Environ(), "LD_LIBRARY_PATH="+dir,
		"ASAN_OPTIONS=detect_leaks=0:handle_segv=0:use_sigaltstack=0:allocator_may_return_null=1:log_path="+filepath.Join(outDir, "asan"))}
	plain := ourColumn(t)
	ofTheSoname(t, watched, filepath.Join(dir, "libnanomsg.so.5"))

	var rows []row
	for _, r := range plain.rows(t) {
		if throughTheShim(r) {
			rows = append(rows, r)
		}
	}
	seen, want := watched.answers(t, rows), plain.ourAnswers(t)
	for _, r := range rows {
		if seen[r.name] != want[r.name] {
			t.Errorf("§%s %s: %q, without the sanitizer %q", r.section, r.name, seen[r.name], want[r.name])
		}
	}
	reports, _ := filepath.Glob(filepath.Join(outDir, "asan.*"))
	for _, file := range reports {
		// What could not be allocated is only warned of.
		if text, _ := os.ReadFile(file); strings.Contains(string(text), "ERROR: ") {
			t.Errorf("%s", text)
		}
	}
	t.Logf("%d rows", len(rows))
}
