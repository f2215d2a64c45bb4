package docstest

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/audit"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/internal/pages"
)

// diagnosticCodes returns the codes that the module declares, which are the
// constants of type Code, and the files that declare them.
func diagnosticCodes(t *testing.T) map[dsl.Code]string {
	t.Helper()
	codes := map[dsl.Code]string{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || isModule(name)):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ := spec.Type
			if s, ok := typ.(*ast.SelectorExpr); ok {
				typ = s.Sel
			}
			id, isCode := typ.(*ast.Ident)
			value, isText := spec.Values[0].(*ast.BasicLit)
			if isCode && id.Name == "Code" && isText {
				code, err := strconv.Unquote(value.Value)
				if err != nil {
					t.Error(err)
				}
				codes[dsl.Code(code)] = name
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

// isModule reports whether a folder is a module of its own.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// TestDocsDiagnostics: the page has a section for every code, with an example that
// has only problems of this code and one that compiles. TestDocs checks the messages.
func TestDocsDiagnostics(t *testing.T) {
	codes := diagnosticCodes(t)
	const some = 20 // if it finds fewer, it looks for the wrong thing
	if len(codes) < some {
		t.Fatalf("the source has %d codes", len(codes))
	}
	text, err := os.ReadFile(problemsPage)
	if err != nil {
		t.Fatal(err)
	}
	type examples struct{ wrong, right int }
	sections := map[dsl.Code]*examples{}
	var code dsl.Code
	list, _ := pages.Blocks(problemsPage, string(text))
	for i := range list {
		b := &list[i]
		name, isSection := strings.CutPrefix(b.Text, "### ")
		switch {
		case b.Heading && isSection:
			code = dsl.Code(strings.TrimSpace(name))
			if codes[code] == "" || sections[code] != nil {
				t.Errorf("%s:%d: there is no code %s, or it has another section", problemsPage, b.Line, code)
			}
			sections[code] = &examples{}
		case b.Heading:
			code = ""
		case code != "" && b.Lang == "text" && b.Has("tests"):
			sections[code].wrong++ // rules that compile, but fail their tests
		case code == "" || b.Lang != "score":
		case b.Has("wrong"):
			sections[code].wrong++
			whole, err := b.Whole()
			if err != nil {
				t.Fatal(err)
			}
			_, err = leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "rules.score", Text: whole}})
			diags, _ := errors.AsType[leadscore.Diagnostics](err)
			for _, d := range diags {
				if d.Code != code {
					t.Errorf("%s:%d: the example of %s gives %s", problemsPage, b.Line, code, d.Code)
				}
			}
		default:
			sections[code].right++
		}
	}
	for code, file := range codes {
		if dir := path.Dir(filepath.ToSlash(file)); dir == "eval/findings" || dir == "audit" {
			continue // not of rules that cannot be used: they have a page of their own
		}
		if s := sections[code]; s == nil || s.wrong == 0 || s.right == 0 {
			t.Errorf("%s: the code %s of %s has no section with a wrong and a right example", problemsPage, code, file)
		}
	}
}

// TestDocsFindings: the page has a section for every finding, with its code, its
// severity, an example that has it and one that does not.
func TestDocsFindings(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "eval/findings/findings.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(findingsPage)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, section := range strings.Split(string(text), "\n### `")[1:] {
		code, rest, _ := strings.Cut(section, "`\n")
		sections[code] = rest
	}
	ast.Inspect(source, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		section, ok := sections[code]
		delete(sections, code)
		switch {
		case !ok:
			t.Errorf("%s has no section for %s", findingsPage, code)
		case !strings.Contains(section, "findings="+code):
			t.Errorf("the section of %s has no example", code)
		case !strings.Contains(section, "```score right") && code != string(findings.CodeScores):
			t.Errorf("the section of %s has no example that is right", code)
		}
		return true
	})
	for code := range sections {
		t.Errorf("%s has a section for %s, which is not a code", findingsPage, code)
	}
}

// TestDocsAudit: the page has a section for every finding about data, in the order
// in which findings are listed, and an example of each that small data can have.
func TestDocsAudit(t *testing.T) {
	text, err := os.ReadFile(auditPage)
	if err != nil {
		t.Fatal(err)
	}
	var documented []dsl.Code
	for _, section := range strings.Split(string(text), "\n### `")[1:] {
		name, rest, _ := strings.Cut(section, "`\n")
		code := dsl.Code(name)
		documented = append(documented, code)
		if large := code == audit.CodeAlways || code == audit.CodeNever; !large && !strings.Contains(rest, "```text audit") {
			t.Errorf("the section of %s has no example", code)
		}
	}
	if diff := cmp.Diff(audit.Codes(), documented); diff != "" {
		t.Errorf("%s does not have the codes of package audit:\n%s", auditPage, diff)
	}
}
