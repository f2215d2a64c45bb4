package imports_test

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

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/leadscore/leadscore"

// arrows lists which packages of this module each package imports, without its
// tests. It is exact: an import that is not listed fails the test, and so does a
// listed one that no file has. The design is in docs/design.md. A pattern that
// ends in /... means the folders in a folder.
var arrows = map[string][]string{
	"internal/calendar":          {},
	"internal/nearest":           {},
	"internal/shown":             {},
	"internal/alike":             {"internal/shown", "traverse"},
	"internal/regular":           {},
	"internal/zones":             {"internal/nearest"},
	"internal/substrings":        {},
	"dsl":                        {"internal/nearest", "internal/shown"},
	"traverse":                   {"internal/nearest", "internal/shown"}, // shown: values in errors
	"traverse/columns":           {"traverse", "internal/nearest"},
	"grades":                     {},
	"eval/check":                 {"internal/substrings", "internal/zones", "dsl", "traverse", "grades", "internal/calendar", "internal/nearest"},
	"internal/points":            {"eval/check"},
	"internal/points/pointstest": {"eval/check", "grades"},
	"eval/findings":              {"eval/check", "grades", "internal/points", "dsl", "traverse", "internal/shown"},
	"eval/internal/plan":         {"dsl", "eval/check", "internal/calendar", "internal/points", "internal/substrings", "traverse", "traverse/columns"},
	"eval/internal/fetch":        {"eval/internal/plan", "traverse"},
	"eval/internal/walk":         {"eval/check", "eval/internal/fetch", "eval/internal/plan", "internal/points", "traverse"},
	"eval/internal/instants":     {"dsl", "eval/check", "internal/calendar"},
	"eval/internal/follow":       {"eval/check", "eval/internal/fetch", "eval/internal/instants", "eval/internal/plan", "eval/internal/walk", "internal/points", "traverse"},
	"eval/internal/columnar":     {"eval/check", "eval/internal/plan", "internal/points", "traverse", "traverse/columns"},
	"eval/internal/staging":      {"eval/internal/columnar", "eval/internal/fetch", "eval/internal/plan", "traverse", "traverse/columns"},
	"eval/internal/evaltest":     {"dsl", "eval/check", "source/memory", "traverse"},
	"eval":                       {"dsl", "eval/check", "eval/internal/columnar", "eval/internal/fetch", "eval/internal/follow", "eval/internal/plan", "eval/internal/staging", "eval/internal/walk", "internal/alike", "internal/calendar", "internal/nearest", "internal/points", "internal/shown", "traverse", "traverse/columns"},
	".":                          {"dsl", "eval", "eval/check", "grades", "internal/calendar", "internal/nearest", "internal/points", "internal/regular", "internal/shown", "traverse"},
	"source/memory":              {"internal/calendar", "internal/nearest", "internal/shown", "traverse", "traverse/columns"},
	"source/tables":              {"internal/zones", "internal/alike", "internal/nearest", "internal/regular", "internal/shown", "source/memory", "traverse", "traverse/columns"},
	"source/structs":             {"internal/nearest", "internal/shown", "source/memory", "traverse", "traverse/columns"},
	"source/sqldb":               {"internal/calendar", "internal/nearest", "internal/shown", "traverse", "traverse/columns"}, // calendar: where a day begins in a zone
	"source/sourcetest":          {"traverse"},

	"pushdown":                            {".", "dsl", "eval/check", "internal/points", "pushdown/internal/award", "pushdown/internal/scalar", "source/sqldb", "traverse"},
	"pushdown/internal/scalar":            {},
	"pushdown/internal/scalar/scalartest": {"pushdown/internal/scalar"},
	"pushdown/internal/award":             {"dsl", "eval/check", "grades", "pushdown/internal/scalar"},

	"internal/reference":   {".", "dsl", "traverse"}, // .: the schemas that are drawn; only tests import this package
	"internal/conformance": {"dsl", "traverse", "source/tables"},
	"internal/mutate":      {},
	"internal/pages":       {},
	"internal/structure":   {},

	"internal/scoretest":  {".", "source/memory", "traverse"},
	"internal/clickhouse": {}, // only tests and other modules import it
	"internal/docstest":   {},
	"internal/enginetest": {},
	"internal/hostile":    {},
	"internal/imports":    {},

	"audit":                 {".", "dsl", "eval/check", "internal/alike", "internal/nearest", "internal/shown", "source/tables", "traverse", "traverse/columns"},
	"explain":               {".", "eval", "internal/shown"},
	"modeldiff":             {".", "dsl", "eval", "eval/check", "grades", "internal/shown", "traverse"},
	"whatif":                {".", "eval/check", "grades", "internal/points", "internal/shown"},
	"modeltest":             {".", "dsl", "eval", "eval/check", "eval/findings", "internal/shown", "source/memory", "traverse"},
	"registry":              {".", "dsl", "eval/findings", "internal/nearest", "internal/shown", "modeldiff", "modeltest"},
	"registry/folder":       {"internal/regular", "registry"},
	"registry/sqlstore":     {"registry"},
	"registry/registrytest": {"registry"},
	"internal/language":     {".", "dsl", "eval/check", "eval/findings", "internal/nearest", "internal/zones", "modeltest", "traverse"},
	"internal/lsp":          {".", "dsl", "eval/check", "eval/findings", "internal/answer", "internal/language", "internal/project", "internal/regular", "internal/zones", "modeltest", "source/tables", "traverse"},
	"internal/lsp/wire":     {"internal/lsp"},
	"internal/project":      {"dsl", "internal/nearest", "internal/regular", "internal/zones"},
	"internal/command":      {"internal/answer", "internal/lsp", "internal/lsp/wire", "internal/project", "internal/zones", ".", "audit", "dsl", "eval/check", "explain", "internal/calendar", "internal/nearest", "internal/regular", "internal/shown", "modeldiff", "modeltest", "pushdown", "source/sqldb", "source/tables", "spreadsheet", "traverse", "traverse/columns", "whatif"},
	"internal/answer":       {".", "audit", "dsl", "eval/findings", "internal/calendar", "modeldiff", "modeltest", "source/tables", "traverse", "whatif"},
	"cmd/leadscore":         {"internal/command"},
	"spreadsheet":           {},
	"examples/...":          {".", "source/memory", "source/tables"},
}

// outside lists which packages import packages of other modules, without tests.
var outside = map[string][]string{
	"dsl":                                 {"github.com/alecthomas/participle/v2", "github.com/alecthomas/participle/v2/lexer"},
	"internal/points/pointstest":          {"pgregory.net/rapid"}, // only tests import it
	"pushdown/internal/scalar/scalartest": {"pgregory.net/rapid"}, // only tests import it
	"internal/reference":                  {"pgregory.net/rapid"}, // its generator
}

// rowOf returns the key of a package in a table: its name, or the pattern of the
// folder it is in.
func rowOf(table map[string][]string, pkg string) (string, bool) {
	if _, ok := table[pkg]; ok {
		return pkg, true
	}
	pattern := path.Dir(pkg) + "/..."
	_, ok := table[pattern]
	return pattern, ok
}

func TestImportDirections(t *testing.T) {
	t.Chdir("../..")                     // to the root of the module
	used := map[string]map[string]bool{} // by row of arrows
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
		from, known := rowOf(arrows, pkg)
		if !known {
			t.Errorf("package %s is not listed: add it to this test and to docs/design.md", pkg)
			return nil
		}
		if used[from] == nil {
			used[from] = map[string]bool{}
		}
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
				used[from][target] = true
				if !slices.Contains(arrows[from], target) {
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
	for from, targets := range arrows {
		if used[from] == nil {
			t.Errorf("package %s is listed, but does not exist", from)
			continue
		}
		for _, target := range targets {
			if !used[from][target] {
				t.Errorf("package %s may import %s, but does not: take it off the list", from, target)
			}
		}
	}
}

// isModule reports whether a folder is a module of its own.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// rootNames lists the names that the root package exports, so that nobody adds or
// removes one by accident.
var rootNames = []string{
	"AsOf", "Assigned", "Assignment", "Audience", "Batch", "Change", "Choice", "Compile", "CompileFS", "CompileOption", "CompileSet", "Contribution", "Counted", "Creation",
	"CreationError", "DecisionPart", "Diagnostics", "Dimension", "ErrMoved", "ErrNoAccount", "ErrNoLead", "ErrNoStage", "ErrTooManyRecords", "ErrUnknownModel",
	"Explain", "FieldValue", "File", "IDs", "LeadError", "Limits", "Line", "MaxRecords", "Model", "Move", "NewSet", "NextChange", "NoModel", "NoParent", "NoStatus",
	"NotActive", "NotChosen", "NotInAudience", "NotTargeted", "Numbers", "Option", "ParseSchema", "Proposal", "Result", "RuleReason", "Schema", "Scored", "Scores", "Season",
	"Set", "SetResult", "Source", "StageReason", "StageResult", "Stages", "StagesBefore", "StandardSchema", "Status", "Stopped", "Workers",
}

func TestRootIsSmall(t *testing.T) {
	t.Chdir("../..") // to the root of the module
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
	slices.Sort(names)
	if diff := cmp.Diff(rootNames, names); diff != "" {
		t.Errorf("the names of the root package (-listed +exported):\n%s", diff)
	}
}
