package sp_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The plan of the house. A package imports from floors below its own, from
// what stands beside it where it says so, and never from what it must not
// know. Who adds a package gives it a floor.
var floors = []struct {
	floor    int
	packages string // a name that ends in /* is all below it
	beside   string
	never    string
}{
	{floor: 0, packages: "message"},
	{floor: 1, packages: "wire"},
	{floor: 1, packages: "wire/*", beside: "wire"},
	{floor: 1, packages: "pattern", beside: "wire"}, // numbers and headers
	{floor: 1, packages: "pattern/patterntest", beside: "wire pattern"},
	// No transport knows who gets a message.
	{floor: 2, packages: "transport transport/secure", never: "pattern"},
	{floor: 2, packages: "transport/secure/*", beside: "transport/secure", never: "pattern"},
	{floor: 3, packages: "transport/inproc transport/ipc transport/tcp", never: "pattern"},
	{floor: 3, packages: "transport/tlstcp transport/ws", beside: "transport/tcp", never: "pattern"},
	// The engine knows no transport by name, and nothing of TLS.
	{floor: 3, packages: "internal/engine", never: "transport/secure"},
	{floor: 4, packages: ". zmq"},
	{floor: 5, packages: "transport/transporttest internal/sptest internal/testport js"},
	{floor: 6, packages: "cmd/* capi capi/* examples/* js/*", beside: "cmd/* capi examples/star"},
}

// Who may start goroutines. Each of them belongs to a socket, whose Close waits
// for it.
var starters = []string{
	"internal/engine/close.go",
	"internal/engine/engine.go",
	"internal/engine/forward.go",
	"internal/engine/handshake.go",
	"internal/engine/outbox.go",
	"internal/engine/role.go",
	"internal/engine/rounds.go",
	"internal/engine/serve.go",
}

// Programs and what helps tests do as they like.
var programs = []string{
	"bench/", "capi/", "cmd/", "examples/", "interop/", "js/", "stress/",
	"internal/sptest/", "pattern/patterntest/", "transport/transporttest/", "transport/secure/certtest/",
}

const module = "github.com/sprocketmq/sp"

func inside(file string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return strings.HasPrefix(file, folder) })
}

func parse(t *testing.T, file string, mode parser.Mode) (*ast.File, *token.FileSet) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	return f, set
}

// imports are those of each package of this module, on every platform, tests
// apart.
func imports(t *testing.T) map[string][]string {
	all := make(map[string][]string)
	tree(t, func(file string) {
		// bench and interop are modules of their own.
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || inside(file, []string{"bench/", "interop/", "stress/"}) {
			return
		}
		f, _ := parse(t, file, parser.ImportsOnly)
		names := all[path.Dir(file)]
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			names = append(names, name)
		}
		all[path.Dir(file)] = names
	})
	if len(all) < 10 {
		t.Fatalf("found only %d packages", len(all))
	}
	return all
}

// ours returns the folder of a package of this module.
func ours(name string) (string, bool) {
	if name == module {
		return ".", true
	}
	return strings.CutPrefix(name, module+"/")
}

func listed(dir, list string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(name string) bool {
		above, all := strings.CutSuffix(name, "*")
		return dir == name || all && strings.HasPrefix(dir, above)
	})
}

func floorOf(dir string) int {
	return slices.IndexFunc(floors, func(f struct {
		floor                   int
		packages, beside, never string
	}) bool {
		return listed(dir, f.packages)
	})
}

// TestFloors looks at the tree, and at no socket.
func TestFloors(t *testing.T) {
	t.Run("Imports", importsDown)
	t.Run("Libraries", libraries)
	t.Run("GoroutineStarts", goroutineStarts)
	t.Run("NoSleep", noSleep)
	t.Run("NoWallClock", noWallClock)
	t.Run("FileLength", fileLength)
	t.Run("NamesNoMachine", namesNoMachine)
}

func importsDown(t *testing.T) {
	for dir, names := range imports(t) {
		i := floorOf(dir)
		if i < 0 {
			t.Errorf("%s has no floor", dir)
			continue
		}
		own := floors[i]
		for _, name := range names {
			to, ok := ours(name)
			if !ok {
				continue
			}
			j := floorOf(to)
			if listed(to, own.never) || j < 0 || floors[j].floor >= own.floor && !listed(to, own.beside) {
				t.Errorf("%s, on floor %d, imports %s", dir, own.floor, to)
			}
		}
	}
}

// A program that uses package sp carries the standard library alone, and of
// that neither TLS nor HTTP, which weigh more than all the rest.
func libraries(t *testing.T) {
	own := imports(t)
	root := filepath.Join(build.Default.GOROOT, "src")
	seen := make(map[string]bool)
	var visit func(name, from string)
	visit = func(name, from string) {
		if seen[name] || name == "C" || name == "unsafe" {
			return
		}
		seen[name] = true
		if name == "crypto/tls" || name == "net/http" {
			t.Errorf("%s imports %s", from, name)
		}
		if dir, ok := ours(name); ok {
			for _, next := range own[dir] {
				visit(next, name)
			}
			return
		}
		dir := filepath.Join(root, name)
		if _, err := os.Stat(dir); err != nil {
			dir = filepath.Join(root, "vendor", name)
		}
		p, err := build.ImportDir(dir, 0)
		if err != nil {
			t.Errorf("%s imports %s, which is not of the standard library: %v", from, name, err)
			return
		}
		for _, next := range p.Imports {
			visit(next, name)
		}
	}
	visit(module, "a program")
	if len(seen) < 50 {
		t.Errorf("found only %d packages", len(seen))
	}
}

// starts tells whether a piece of code starts a goroutine: a go statement,
// WaitGroup.Go and its like, or a function that is called later. A socket's own
// Go, which transports are handed in a Hello, is no start.
func starts(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		return true
	case *ast.CallExpr:
		of, name := called(n)
		return name == "AfterFunc" && (of == "time" || of == "context") || name == "Go" && of != "hello"
	}
	return false
}

// called returns x and f of a call x.f() or f(); x is "" if it is no name.
func called(call *ast.CallExpr) (of, name string) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return "", f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			of = x.Name
		}
		return of, f.Sel.Name
	}
	return "", ""
}

// eachCode calls f for all nodes of Go files that keep is true for.
func eachCode(t *testing.T, keep func(file string) bool, f func(file string, n ast.Node, at token.Position)) {
	tree(t, func(file string) {
		if !strings.HasSuffix(file, ".go") || !keep(file) {
			return
		}
		code, set := parse(t, file, 0)
		ast.Inspect(code, func(n ast.Node) bool {
			if n != nil {
				f(file, n, set.Position(n.Pos()))
			}
			return true
		})
	})
}

func library(file string) bool {
	return !strings.HasSuffix(file, "_test.go") && !inside(file, programs)
}

func goroutineStarts(t *testing.T) {
	found := make(map[string]bool)
	eachCode(t, library, func(file string, n ast.Node, at token.Position) {
		if !starts(n) {
			return
		}
		found[file] = true
		if !slices.Contains(starters, file) {
			t.Errorf("%v starts a goroutine", at)
		}
	})
	for _, file := range starters {
		if !found[file] {
			t.Errorf("%s starts nothing: it is on the list for no reason", file)
		}
	}
}

// Tests wait for events. In a synctest bubble, whose clock moves when all wait,
// sleeping is exact: inside a call of one, and in files whose names say so.
func noSleep(t *testing.T) {
	tests := func(file string) bool {
		return strings.HasSuffix(file, "_test.go") && !strings.HasSuffix(file, "_time_test.go") ||
			inside(file, []string{"internal/sptest/", "pattern/patterntest/", "transport/transporttest/"})
	}
	ends := make(map[string]token.Pos) // of the last bubble in a file
	eachCode(t, tests, func(file string, n ast.Node, at token.Position) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		of, name := called(call)
		if isBubble(name) || of == "synctest" {
			ends[file] = max(ends[file], call.End())
		}
		if of == "time" && name == "Sleep" && call.Pos() >= ends[file] {
			t.Errorf("%v sleeps", at)
		}
	})
	bubbles := make(map[string]bool)
	timed := func(file string) bool { return strings.HasSuffix(file, "_time_test.go") }
	eachCode(t, timed, func(file string, n ast.Node, _ token.Position) {
		id, ok := n.(*ast.Ident)
		bubbles[file] = bubbles[file] || ok && (isBubble(id.Name) || id.Name == "synctest")
	})
	for file, yes := range bubbles {
		if !yes {
			t.Errorf("%s is named as if it ran in a bubble", file)
		}
	}
}

func isBubble(name string) bool { return strings.HasSuffix(strings.ToLower(name), "bubble") }

// A time that has lost its monotonic reading moves when somebody sets the
// clock, and a deadline must not. One time is always over, whatever the clock
// says.
func noWallClock(t *testing.T) {
	eachCode(t, library, func(_ string, n ast.Node, at token.Position) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		of, name := called(call)
		var args []string
		for _, a := range call.Args {
			if lit, ok := a.(*ast.BasicLit); ok {
				args = append(args, lit.Value)
			}
		}
		wall := of == "time" && slices.Contains([]string{"Unix", "UnixMilli", "UnixMicro", "Date", "Parse", "ParseInLocation"}, name) && !slices.Equal(args, []string{"1", "0"}) ||
			name == "Round" && slices.Equal(args, []string{"0"})
		if wall {
			t.Errorf("%v makes a time of the wall clock", at)
		}
	})
}
