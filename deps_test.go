package leadscore_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/leadscore/leadscore"

// arrows says which packages of ours each package may import, tests aside. The
// design is in docs/design.md. A pattern ending in /... stands for a folder.
var arrows = map[string][]string{
	"internal/nearest":       {},
	"internal/shown":         {},
	"dsl":                    {"internal/nearest"},
	"traverse":               {"internal/nearest"},
	"traverse/columns":       {"traverse", "internal/nearest"},
	"grades":                 {},
	"eval/check":             {"dsl", "traverse", "grades", "internal/nearest"},
	"internal/points":        {"eval/check"},
	"eval/findings":          {"eval/check", "dsl", "traverse"},
	"eval/internal/plan":     {"dsl", "eval/check", "internal/points", "traverse", "traverse/columns"},
	"eval/internal/fetch":    {"eval/internal/plan", "traverse"},
	"eval/internal/walk":     {"eval/internal/fetch", "eval/internal/plan", "internal/points", "traverse"},
	"eval/internal/columnar": {"eval/internal/plan", "traverse", "traverse/columns"},
	"eval/internal/staging":  {"eval/internal/columnar", "eval/internal/fetch", "eval/internal/plan", "traverse", "traverse/columns"},
	"eval": {"eval/check", "eval/internal/columnar", "eval/internal/fetch", "eval/internal/plan", "eval/internal/staging", "eval/internal/walk",
		"internal/points", "traverse", "traverse/columns"},
	".": {"eval", "eval/check", "dsl", "traverse", "grades"},

	"source/memory":     {"traverse", "traverse/columns", "internal/nearest", "internal/shown"},
	"source/tables":     {"traverse", "traverse/columns", "source/memory", "internal/nearest", "internal/shown"},
	"source/structs":    {"traverse", "traverse/columns", "source/memory", "internal/nearest", "internal/shown"},
	"source/sqldb":      {"traverse", "internal/nearest", "internal/shown"},
	"source/sourcetest": {"traverse"},

	"internal/reference":   {"dsl", "traverse", "grades"},
	"internal/conformance": {".", "dsl", "traverse", "source/tables", "source/memory"},
	"internal/mutate":      {},
	"internal/modeldiff":   {"eval/check", "grades", "traverse"},
	"internal/structure":   {},
	"internal/whatif":      {},

	"modeltest":     {".", "dsl", "eval/check", "internal/shown", "source/memory", "traverse"},
	"cmd/leadscore": {".", "dsl", "eval/check", "eval/findings", "internal/modeldiff", "internal/shown", "internal/whatif", "modeltest", "source/tables"},
	"examples/...":  {".", "source/memory", "source/tables"},
}

// outside says which packages may import what is neither ours nor the standard
// library's, tests aside.
var outside = map[string][]string{
	"dsl": {"github.com/alecthomas/participle/v2", "github.com/alecthomas/participle/v2/lexer"},
}

// allowed looks a package up, by its name or by the folder it is in.
func allowed(table map[string][]string, pkg string) ([]string, bool) {
	if list, ok := table[pkg]; ok {
		return list, true
	}
	list, ok := table[path.Dir(pkg)+"/..."]
	return list, ok
}

func TestImportDirections(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || isModule(name)):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(name))
		ours, known := allowed(arrows, pkg)
		if !known {
			t.Errorf("package %s stands in no room: give it one in this test and in docs/design.md", pkg)
			return nil
		}
		seen[pkg] = true
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			first, _, _ := strings.Cut(imported, "/")
			switch rest, isOurs := strings.CutPrefix(imported, module); {
			case isOurs && (rest == "" || rest[0] == '/'):
				target := strings.TrimPrefix(rest, "/")
				if target == "" {
					target = "."
				}
				if !slices.Contains(ours, target) {
					t.Errorf("%s: package %s may not import %s", name, pkg, target)
				}
			case strings.Contains(first, ".") && !slices.Contains(outside[pkg], imported):
				t.Errorf("%s: package %s may not import %s", name, pkg, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range arrows {
		if !strings.HasSuffix(pkg, "/...") && !seen[pkg] {
			t.Errorf("package %s has a room, but does not exist", pkg)
		}
	}
}

// isModule reports whether a folder is a module of its own, which nothing here
// imports.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// The facade stays small: what scorers need, and not more.
func TestRootIsSmall(t *testing.T) {
	const most = 30
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names = append(names, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						names = append(names, spec.Name.Name)
					case *ast.ValueSpec:
						for _, n := range spec.Names {
							names = append(names, n.Name)
						}
					}
				}
			}
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !ast.IsExported(n) })
	if len(names) > most {
		t.Errorf("%d exported names, %d at most: %v", len(names), most, names)
	}
	if !slices.Contains(names, "Compile") {
		t.Errorf("the names were not found: %v", names)
	}
}
