package leadscore_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/memory"
)

// model returns the text of a model with one condition.
func model(name, child string) string {
	return "model \"" + name + "\" {\n    target contact\n\n    condition \"C\" {\n        " + child + "\n        score +1\n    }\n}\n"
}

func compile(t testing.TB, text string) *leadscore.Model {
	t.Helper()
	m, err := leadscore.Compile("m.score", text, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func compileSet(t testing.TB, texts ...string) *leadscore.Set {
	t.Helper()
	var files []leadscore.File
	for _, text := range texts {
		files = append(files, leadscore.File{Name: "m.score", Text: text})
	}
	s, err := leadscore.CompileSet(leadscore.StandardSchema(), files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func names(s *leadscore.Set) []string {
	var list []string
	for _, m := range s.Models() {
		list = append(list, m.Name())
	}
	return list
}

func TestCompileWantsOneModel(t *testing.T) {
	one := model("One", "has Lead")
	for _, test := range []struct{ name, text, want string }{
		{"one", one, ""},
		{"none", "// nothing\n", "m.score: the file contains no model"},
		{"a schema alone", "profile Lead { Extra text }", "m.score: the file contains no model"},
		{"two", one + model("Two", "has Lead"),
			"m.score:9:7: the file contains 2 models, not one; compile it with CompileSet\n  9 | model \"Two\" {\n    |       ^^^^^"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := leadscore.Compile("m.score", test.text, leadscore.StandardSchema())
			if test.want == "" {
				if err != nil || m.Name() != "One" {
					t.Errorf("got %v, %v", m, err)
				}
				return
			}
			if diags, ok := errors.AsType[leadscore.Diagnostics](err); !ok || m != nil || diags.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestCompileReportsDiagnostics(t *testing.T) {
	_, err := leadscore.Compile("m.score", model("M", "has EmailOpend"), leadscore.StandardSchema())
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok || len(diags) != 1 || diags[0].File != "m.score" || diags[0].Nearest != "EmailOpened" {
		t.Errorf("got %v", err)
	}
}

func TestNameAndDescription(t *testing.T) {
	m := compile(t, `model "M" { target contact description "Owned by \"both\"" }`)
	if m.Name() != "M" || m.Description() != `Owned by "both"` || compile(t, model("M", "has Lead")).Description() != "" {
		t.Errorf("got %q, %q", m.Name(), m.Description())
	}
}

func TestLimits(t *testing.T) {
	limits := leadscore.Limits(dsl.Limits{Conditions: 1})
	if _, err := leadscore.Compile("m.score", model("M", "has Lead"), leadscore.StandardSchema(), limits); err != nil {
		t.Errorf("within the limit: %v", err)
	}
	text := strings.Replace(model("M", "has Lead"), "}\n}", "}\ncondition \"D\" { has Lead score 1 }\n}", 1)
	_, err := leadscore.Compile("m.score", text, leadscore.StandardSchema(), limits)
	if err == nil || !strings.Contains(err.Error(), `model "M" has more than 1 conditions`) {
		t.Errorf("beyond the limit: %v", err)
	}
	few := leadscore.Limits(dsl.Limits{Problems: 2})
	_, err = leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{
		{Name: "a.score", Text: `model "A" { target contact condition "C" { has A has B has C has D score 0 } }`},
		{Name: "b.score", Text: `model "B" { target contact condition "C" { has A score 0 } }`},
	}, few)
	diags, _ := errors.AsType[leadscore.Diagnostics](err)
	var got []string
	for _, d := range diags {
		got = append(got, d.File+": "+d.Summary)
	}
	want := []string{
		"a.score: A is no entity", "a.score: B is no entity", "a.score: 3 more problems are not shown",
		"b.score: A is no entity", "b.score: a score of 0 changes nothing; write the points to add or subtract",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCompileFS(t *testing.T) {
	fsys := fstest.MapFS{
		"a.score":     {Data: []byte(model("A", "has Lead"))},
		"b.score":     {Data: []byte(model("B", "has Tasting"))},
		"sub/c.score": {Data: []byte(model("C", "has Lead"))},
		"schema.dsl":  {Data: []byte("interaction Tasting { }")},
		"notes.txt":   {Data: []byte("not a rule")},
		"dir.score/x": {Data: []byte("a folder that looks like a file")},
	}
	for _, test := range []struct {
		name     string
		patterns []string
		want     []string
		err      string
	}{
		{"files in the order of patterns, then names", []string{"sub/*.score", "schema.dsl", "[ab].score"}, []string{"C", "A", "B"}, ""},
		{"a file once", []string{"a.score", "[a].score", "a.*"}, []string{"A"}, ""},
		{"no pattern", nil, nil, "leadscore: CompileFS needs a pattern"},
		{"nothing matches", []string{"a.score", "*.rules"}, nil, `leadscore: no file matches "*.rules": file does not exist`},
		{"a bad pattern", []string{"[a"}, nil, `leadscore: pattern "[a": syntax error in pattern`},
		{"a folder", []string{"*.score"}, nil, "leadscore: read dir.score: invalid argument"},
		{"rules that do not compile", []string{"b.score"}, nil, "b.score:5:13: Tasting is no entity\n  5 |         has Tasting\n    |             ^^^^^^^"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := leadscore.CompileFS(fsys, leadscore.StandardSchema(), test.patterns...)
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Errorf("got %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, names(s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := leadscore.CompileFS(fsys, leadscore.StandardSchema(), "*.rules"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what matches nothing is %v", err)
	}
}

func TestParseSchema(t *testing.T) {
	s, err := leadscore.ParseSchema("s.score", "interaction Tasting { Beans text }", leadscore.StandardSchema())
	if err != nil || s.Entity("Tasting") == nil || s.Entity("Lead") == nil {
		t.Fatalf("got %v", err)
	}
	if _, err := leadscore.Compile("m.score", model("M", `has Tasting where Beans = "Arabica"`), s); err != nil {
		t.Error(err)
	}
	if leadscore.StandardSchema().Entity("Tasting") != nil {
		t.Error("the standard schema has changed")
	}
	for _, test := range []struct{ name, text, want string }{
		{"a model", model("M", "has Lead"), "s.score:1:7: a schema cannot contain a model; move it to a rule file"},
		{"a broken block", "profile Lead { Extra txt }", "s.score:1:22: unexpected txt"},
		{"declared twice", "profile Lead { City text }", "s.score:1:16: Lead.City is declared twice"},
	} {
		_, err := leadscore.ParseSchema("s.score", test.text, leadscore.StandardSchema())
		if _, ok := errors.AsType[leadscore.Diagnostics](err); !ok || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if _, err := leadscore.ParseSchema("s.score", "profile Order { }", nil); err == nil {
		t.Error("a schema without Lead, Contact and Account is accepted")
	}
}

func TestNewSet(t *testing.T) {
	a, b := compile(t, model("A", "has Lead")), compile(t, model("B", "has Lead"))
	s, err := leadscore.NewSet(b, a)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"B", "A"}, names(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := leadscore.NewSet(a, b, compile(t, model("A", "none Lead"))); err == nil || err.Error() != `leadscore: two models are called "A"` {
		t.Errorf("got %v", err)
	}
	s.Models()[0] = nil
	if s.Models()[0] == nil {
		t.Error("the caller's slice is the set's")
	}
	empty, err := leadscore.NewSet()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r, err := range empty.ScoreAll(t.Context(), leadscore.IDs("lead-1"), memory.New(leadscore.StandardSchema())) {
		if n++; r.Lead != "lead-1" || len(r.Results) != 0 {
			t.Errorf("an empty set gives %v, %v", r, err)
		}
	}
	if n != 1 {
		t.Errorf("an empty set gives %d results for one lead", n)
	}
}

// TestModelsOfTwoSchemas scores models over different schemas in one set: each
// asks for what its own schema has.
func TestModelsOfTwoSchemas(t *testing.T) {
	standard := compile(t, model("Standard", "each EmailOpened"))
	own, err := leadscore.Compile("own.score", "interaction Tasting { Beans text }\n"+model("Own", `each Tasting where Beans = "Arabica"`), leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	again := compile(t, model("Again", "each EmailClicked"))
	set, err := leadscore.NewSet(standard, own, again)
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(own.Schema())
	add := func(entity, id string, r memory.Record) {
		if err := data.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	add("Lead", "lead-1", memory.Record{"ParentContact": "anna"})
	add("EmailOpened", "o1", memory.Record{"Contact": "anna"})
	add("EmailOpened", "o2", memory.Record{"Contact": "anna"})
	add("Tasting", "t1", memory.Record{"Contact": "anna", "Beans": "arabica"})
	for i := range 3 {
		add("EmailClicked", string(rune('a'+i)), memory.Record{"Contact": "anna"})
	}
	r, err := set.Score(t.Context(), "lead-1", data)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, m := range r.Results {
		got[m.Model] = m.Score
	}
	if diff := cmp.Diff(map[string]int64{"Standard": 2, "Own": 1, "Again": 3}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Results[0].Model != "Standard" || r.Results[1].Model != "Own" || r.Results[2].Model != "Again" {
		t.Errorf("the results stand in another order: %v", r.Results)
	}
}
