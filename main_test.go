package sp_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sprocketmq/sp/internal/sptest"
)

// Short names for what nearly every test uses.
var (
	begin      = sptest.Begin
	each       = sptest.Each
	streams    = sptest.EachStream
	bubble     = sptest.Bubble
	eachBubble = sptest.EachBubble
	link       = sptest.Link
	until      = sptest.Until
)

type road = sptest.Road

func open[S sptest.Socket](t testing.TB, s S) S { return sptest.Open(t, s) }

// noise is bytes without a pattern that a mistake could hide in.
var noise = func() []byte {
	b := make([]byte, 1<<20+1<<10)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}()

// body returns size bytes, different ones for each n.
func body(n, size int) []byte {
	at := n * 7 % 1024
	return bytes.Clone(noise[at : at+size])
}

// check compares long bodies without printing them.
func check(t testing.TB, what string, got, want []byte) {
	t.Helper()
	switch {
	case bytes.Equal(got, want):
	case len(got)+len(want) < 200:
		t.Fatalf("%s: got %q, want %q", what, got, want)
	default:
		t.Fatalf("%s: got %d bytes, want %d others", what, len(got), len(want))
	}
}

// Every test looks for goroutines it left behind, that is, calls begin, each,
// streams, bubble or eachBubble, directly or through a function of these tests.
func TestEveryTestLooksForGoroutines(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	calls := map[string]map[string]bool{} // who calls whom
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			calls[f.Name.Name] = map[string]bool{}
			ast.Inspect(f, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					if id, ok := c.Fun.(*ast.Ident); ok {
						calls[f.Name.Name][id.Name] = true
					}
				}
				return true
			})
		}
	}
	var looks func(name string, seen map[string]bool) bool
	looks = func(name string, seen map[string]bool) bool {
		switch name {
		case "begin", "each", "streams", "bubble", "eachBubble":
			return true
		}
		if seen[name] {
			return false
		}
		seen[name] = true
		for callee := range calls[name] {
			if looks(callee, seen) {
				return true
			}
		}
		return false
	}
	exempt := map[string]bool{"TestEveryTestLooksForGoroutines": true, "TestFloors": true, "TestMain": true}
	for name := range calls {
		if strings.HasPrefix(name, "Test") && !exempt[name] && !looks(name, map[string]bool{}) {
			t.Errorf("%s does not look for goroutines that it leaves behind: start it with begin, each, streams, bubble or eachBubble", name)
		}
	}
}
