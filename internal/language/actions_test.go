package language

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/traverse"
)

// wrong returns the examples of the documents and the conformance cases that have errors.
func wrong(tb testing.TB) []*world {
	tb.Helper()
	list := documented(tb, func(info string) bool { return strings.Contains(info, "wrong") })
	cases, err := conformance.Read(os.DirFS("../../testdata/conformance"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range cases {
		if c.Wrong() {
			w := &world{name: c.Name, base: c.Base}
			for _, f := range c.Files {
				w.files = append(w.files, File(f))
			}
			list = append(list, w)
		}
	}
	return list
}

// TestFixAllMakesNoProblem makes all fixes of wrong examples: they have fewer problems then, and
// none of a kind that was not there.
func TestFixAllMakesNoProblem(t *testing.T) {
	fixed, left, files := 0, 0, 0
	for _, w := range wrong(t) {
		s := New(nil, w.base, w.files)
		for _, f := range w.files {
			i := slices.IndexFunc(s.Actions(f.Name, 0, 0), func(a Action) bool { return a.Kind == FixAll })
			has := len(s.Diagnostics().Fixes(f.Name)) > 0
			if (i >= 0) != has {
				if has {
					left++
					t.Logf("%s %s: no fix can be made:\n%v", w.name, f.Name, s.Diagnostics())
				} else {
					t.Errorf("%s %s: there is nothing to fix", w.name, f.Name)
				}
				continue
			}
			if i < 0 {
				continue
			}
			files++
			a := s.Actions(f.Name, 0, 0)[i]
			after, err := s.with(a.Edits)
			if err != nil {
				t.Errorf("%s: %v", w.name, err)
				continue
			}
			if d := newProblem(s.Diagnostics(), after.Diagnostics()); d != nil || len(after.Diagnostics()) >= len(s.Diagnostics()) || len(a.Fixes) == 0 {
				t.Errorf("%s %s: %v\nbefore:\n%v\nafter:\n%v", w.name, f.Name, d, s.Diagnostics(), after.Diagnostics())
			}
			before := map[string]int{}
			for _, d := range s.Diagnostics() {
				before[d.Message()]++
			}
			for _, d := range after.Diagnostics() {
				if before[d.Message()]--; before[d.Message()] < 0 {
					t.Errorf("%s %s: after the fixes it says\n%v\nbefore:\n%v", w.name, f.Name, &d, s.Diagnostics())
				}
			}
			fixed += len(s.Diagnostics()) - len(after.Diagnostics())
		}
	}
	t.Logf("%d problems of %d files are fixed; of %d files none", fixed, files, left)
	if fixed < 200 || left*20 > files {
		t.Errorf("only %d problems are fixed, and in %d files none", fixed, left)
	}
}

// TestQuickFixes makes each quick fix of the wrong examples alone: there is one problem less, at
// least, or others show that it hid.
func TestQuickFixes(t *testing.T) {
	certain, asked := 0, 0
	for _, w := range wrong(t) {
		s := New(nil, w.base, w.files)
		for _, f := range w.files {
			for _, a := range s.Actions(f.Name, 0, len(f.Text)) {
				if a.Kind != QuickFix {
					continue
				}
				if len(a.Fixes) != 1 || a.Title == "" || len(a.Edits) != 1 {
					t.Fatalf("%s: a quick fix is %+v", w.name, a)
				}
				after, err := s.with(a.Edits)
				if err != nil {
					t.Fatalf("%s: %s: %v", w.name, a.Title, err)
				}
				if d := &a.Fixes[0]; d.Fix != nil {
					certain++
					if slices.ContainsFunc(after.Diagnostics(), func(o dsl.Diagnostic) bool {
						return o.File == d.File && o.Span.Start == d.Span.Start && o.Message() == d.Message()
					}) {
						t.Errorf("%s: %q leaves\n%v", w.name, a.Title, d)
					}
					continue
				}
				if asked++; len(after.Diagnostics()) >= len(s.Diagnostics()) {
					t.Errorf("%s: %q does not help:\n%v", w.name, a.Title, after.Diagnostics())
				}
			}
		}
	}
	t.Logf("%d fixes, %d questions", certain, asked)
	if certain < 200 || asked < 5 {
		t.Errorf("there are %d fixes and %d questions", certain, asked)
	}
}

// TestAddTest adds a test to models of the documents and the conformance cases: it passes.
func TestAddTest(t *testing.T) {
	added, without := 0, 0
	for _, w := range sound(t) {
		s := New(nil, w.base, w.files)
		f := s.file(w.last().Name)
		for _, m := range f.index().models {
			at := m.model.Name.Start.Offset
			list := s.Actions(f.Name, at, at)
			i := slices.IndexFunc(list, func(a Action) bool { return a.Kind == Refactor })
			if i < 0 {
				without++
				continue
			}
			after, err := s.with(list[i].Edits)
			if err != nil || len(after.Diagnostics()) > 0 {
				t.Fatalf("%s: %v, %v", w.name, err, after.Diagnostics())
			}
			var files []leadscore.File
			for _, f := range after.Files() {
				files = append(files, leadscore.File(f))
			}
			set, err := leadscore.CompileSet(w.base, files)
			if err != nil {
				t.Fatal(err)
			}
			r, ok := modeltest.One(t.Context(), set, m.model.Name.Value, "A new lead")
			if !ok || !r.Passed() {
				t.Errorf("%s: the test does not pass:\n%v\n%v", w.name, r, list[i].Edits)
			}
			added++
		}
	}
	t.Logf("%d tests added, %d models have none to add", added, without)
	if added < 200 || without > added {
		t.Errorf("only %d tests are added; %d models have none", added, without)
	}
}

// meaning returns children, points, grades and so on of a tree, with values in place of names.
func meaningText(f *dsl.File) []string {
	var list []string
	dsl.Walk(f, func(n dsl.Node) bool {
		switch n.(type) {
		case *dsl.Let:
			return false
		case *dsl.Child, *dsl.Score, *dsl.Limit, *dsl.Row, *dsl.Active, *dsl.FieldValue, *dsl.When, *dsl.Judgment, *dsl.Expectation, *dsl.Comparison:
			list = append(list, fmt.Sprint(dsl.WithoutLets(n)))
		}
		return true
	})
	return list
}

// TestExtract gives values of the documents and the conformance cases a name: the rules mean
// the same.
func TestExtract(t *testing.T) {
	named, all, refused := 0, 0, 0
	for i, w := range sound(t) {
		s := New(nil, w.base, w.files)
		f := s.file(w.last().Name)
		for k, token := range f.tokens() {
			if token.Class == dsl.ClassWord || token.Class == dsl.ClassSign || !isLong() && (i+k)%7 != 0 {
				continue
			}
			at := token.Start.Offset
			list := s.extractions(f, at, at)
			if len(list) == 0 {
				refused++
				continue
			}
			named++
			if len(list) > 1 {
				all++
			}
			for _, a := range list {
				after, err := s.with(a.Edits)
				if err != nil || len(after.Diagnostics()) > 0 {
					t.Fatalf("%s: %s: %v, %v", w.name, a.Title, err, after.Diagnostics())
				}
				if diff := cmp.Diff(meaningText(f.tree), meaningText(after.file(f.Name).tree)); diff != "" {
					t.Errorf("%s: %s changes what is meant:\n%s", w.name, a.Title, diff)
				}
			}
		}
	}
	t.Logf("%d values have got a name, %d in several places, %d tokens have not", named, all, refused)
	if named < 300 || all < 30 {
		t.Errorf("only %d values have got a name, %d in several places", named, all)
	}
}

func TestExtractions(t *testing.T) {
	const text = `// Shop.
model "Shop" {
    // Who buys.
    target contact

    condition "Bought" {
        has EmailOpened within last 30 days
        score -10
    }

    condition "Again" {
        has EmailClicked within last 30 days
            where EmailName = "Again"
        score +5 up to +10
    }
}
`
	for _, test := range []struct {
		at   string
		want []string
	}{
		{"30 da‸ys\n        score", []string{"    let Span = 30 days\n    // Who buys.", "EmailOpened within last Span"}},
		{"score -‸10", []string{"    let Points = 10\n", "score -Points"}},
		{"= \"‸Again\"", []string{"    let EmailNameText = \"Again\"\n", "where EmailName = EmailNameText", "condition \"Again\""}},
	} {
		before, after, _ := strings.Cut(test.at, "‸")
		offset := strings.Index(text, before+after) + len(before)
		s := New(nil, traverse.Standard(), []File{{"a.score", text}})
		list := s.extractions(s.file("a.score"), offset, offset)
		if len(list) == 0 {
			t.Errorf("%s: there is no name", test.at)
			continue
		}
		now, err := s.with(list[0].Edits)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if got := now.file("a.score").Text; !strings.Contains(got, want) {
				t.Errorf("%s: there is no %q in\n%s", test.at, want, got)
			}
		}
	}
	s := New(nil, traverse.Standard(), []File{{"a.score", text}})
	if list := s.extractions(s.file("a.score"), strings.Index(text, "Bought"), strings.Index(text, "Bought")); len(list) > 0 {
		t.Errorf("the name of a condition is a value: %v", list)
	}
}

func TestHintsAndLenses(t *testing.T) {
	const text = `model "Shop" {
    target contact

    first of "Size" {
        condition "Large" { has Lead where NumberOfEmployees > 500 score +20 }
        condition "Small" { has Lead score +5 }
    }
}

test "T" {
    as of 2026-05-31
    Lead
    expect no parent
}
`
	s := New(nil, traverse.Standard(), []File{{"a.score", text}})
	var got []string
	for _, h := range s.Hints("a.score", 0, len(text)) {
		got = append(got, text[:h.Offset][strings.LastIndex(text[:h.Offset-1], "\""):]+" "+h.Label)
	}
	if want := []string{`"Shop" scores from 0 to 20`, `"Large" +20`, `"Small" +5`}; !slices.Equal(got, want) {
		t.Errorf("the hints are %q, want %q", got, want)
	}
	if list := s.Hints("a.score", 20, 30); len(list) > 0 {
		t.Errorf("the hints elsewhere are %v", list)
	}
	got = nil
	for _, l := range s.Lenses("a.score") {
		got = append(got, fmt.Sprintf("%s: %s %s %q", text[l.Start:l.End], l.Title, l.Command, l.Arguments))
	}
	want := []string{`"Shop": Score the data leadscore.score ["Shop"]`, `"Shop": Run 1 test leadscore.tests ["Shop"]`, `"T": Run test leadscore.test ["Shop" "T"]`}
	if !slices.Equal(got, want) {
		t.Errorf("the lenses are %q, want %q", got, want)
	}
	got = nil
	for _, l := range shop().Lenses("test.score") { // the only model is in another file
		got = append(got, fmt.Sprintf("%s %q", l.Command, l.Arguments))
	}
	if want := []string{`leadscore.test ["Shop" "A buyer"]`}; !slices.Equal(got, want) {
		t.Errorf("the lenses of a file of tests are %q, want %q", got, want)
	}
}
