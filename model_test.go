package leadscore_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

func names(s *leadscore.Set) []string {
	var list []string
	for _, m := range s.Models() {
		list = append(list, m.Name())
	}
	return list
}

func TestCompileWantsOneModel(t *testing.T) {
	one := scoretest.Model("One", "has Lead")
	for _, test := range []struct{ name, text, want string }{
		{"one", one, ""},
		{"none", "// nothing\n", "m.score: the file contains no model"},
		{"a schema alone", "profile Lead { Extra text }", "m.score: the file contains no model"},
		{"two", one + scoretest.Model("Two", "has Lead"),
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
	_, err := leadscore.Compile("m.score", scoretest.Model("M", "has EmailOpend"), leadscore.StandardSchema())
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok || len(diags) != 1 || diags[0].File != "m.score" || diags[0].Nearest != "EmailOpened" {
		t.Errorf("got %v", err)
	}
}

func TestLimits(t *testing.T) {
	limits := leadscore.Limits(dsl.Limits{Conditions: 1})
	if _, err := leadscore.Compile("m.score", scoretest.Model("M", "has Lead"), leadscore.StandardSchema(), limits); err != nil {
		t.Errorf("within the limit: %v", err)
	}
	text := strings.Replace(scoretest.Model("M", "has Lead"), "}\n}", "}\ncondition \"D\" { has Lead score 1 }\n}", 1)
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
		"a.score: unknown entity A", "a.score: unknown entity B", "a.score: 3 more problems are not shown",
		"b.score: unknown entity A", "b.score: a score of 0 changes nothing; write the points to add or subtract",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestProblemsAreCounted: problems that are not shown are counted, however many
// there are.
func TestProblemsAreCounted(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("model \"M\" {\n    target contact\n")
	for i := range 1500 {
		fmt.Fprintf(&rules, "    condition \"C%d\" { has Nothing score +1 }\n", i)
	}
	rules.WriteString("}\n")
	_, err := leadscore.Compile("many.score", rules.String(), leadscore.StandardSchema())
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok || len(diags) != 101 {
		t.Fatalf("%d diagnostics", len(diags))
	}
	if last := diags[100]; last.More != 1400 || last.Summary != "1400 more problems are not shown" || last.File != "many.score" {
		t.Errorf("got %+v", last)
	}
}

func TestCompileFS(t *testing.T) {
	fsys := fstest.MapFS{
		"a.score":     {Data: []byte(scoretest.Model("A", "has Lead"))},
		"b.score":     {Data: []byte(scoretest.Model("B", "has Tasting"))},
		"sub/c.score": {Data: []byte(scoretest.Model("C", "has Lead"))},
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
		{"a folder", []string{"*.score"}, nil, "leadscore: dir.score is a folder, not a regular file"},
		{"rules that do not compile", []string{"b.score"}, nil, "b.score:5:13: unknown entity Tasting\n  5 |         has Tasting\n    |             ^^^^^^^"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := leadscore.CompileFS(fsys, leadscore.StandardSchema(), test.patterns)
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
	few := leadscore.Limits(dsl.Limits{Conditions: 1})
	two := fstest.MapFS{"two.score": {Data: []byte(`model "M" { target contact condition "A" { has Lead score +1 } condition "B" { has Lead score +1 } }`)}}
	if _, err := leadscore.CompileFS(two, leadscore.StandardSchema(), []string{"*.score"}, few); err == nil || !strings.Contains(err.Error(), "two.score:1:") {
		t.Errorf("more conditions than the limit give %v", err)
	}
	// All files that are too long are named, and none of them is read.
	short := leadscore.Limits(dsl.Limits{Bytes: 30})
	if _, err := leadscore.CompileFS(fsys, leadscore.StandardSchema(), []string{"[ab].score", "schema.dsl"}, short); err == nil ||
		err.Error() != "a.score: the file has 94 bytes; the limit is 30\n\nb.score: the file has 97 bytes; the limit is 30" {
		t.Errorf("files longer than the limit give %v", err)
	}
	if _, err := leadscore.CompileFS(fsys, leadscore.StandardSchema(), []string{"*.rules"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what matches nothing is %v", err)
	}
}

func TestParseSchema(t *testing.T) {
	s, err := leadscore.ParseSchema("s.score", "interaction Tasting { Beans text }", leadscore.StandardSchema())
	if err != nil || s.Entity("Tasting") == nil || s.Entity("Lead") == nil {
		t.Fatalf("got %v", err)
	}
	if _, err := leadscore.Compile("m.score", scoretest.Model("M", `has Tasting where Beans = "Arabica"`), s); err != nil {
		t.Error(err)
	}
	if leadscore.StandardSchema().Entity("Tasting") != nil {
		t.Error("the standard schema has changed")
	}
	for _, test := range []struct{ name, text, want string }{
		{"a model", scoretest.Model("M", "has Lead"), "s.score:1:7: a schema cannot contain a model; move it to a rule file"},
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

func TestNameAndDescription(t *testing.T) {
	m := scoretest.Compile(t, `model "M" { target contact description "Owned by \"both\"" }`)
	if m.Name() != "M" || m.Description() != `Owned by "both"` || scoretest.Compile(t, scoretest.Model("M", "has Lead")).Description() != "" {
		t.Errorf("got %q, %q", m.Name(), m.Description())
	}
}

func TestModelSaysWhatItIs(t *testing.T) {
	m, err := leadscore.Compile("coffee.score", coffee, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	var bands []string
	for b := range m.Grades().Bands() {
		bands = append(bands, b.String())
	}
	at, ok := m.SalesReady().At()
	got := fmt.Sprint(m.Name(), m.Target(), bands, at, ok)
	if want := `Coffee geekscontact["Cold" below 20 "Hot" from 20]30true`; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got %s", got)
	}
}

// TestTarget: each target has a text of its own.
func TestTarget(t *testing.T) {
	for _, want := range []string{"contact", "account", "lead", "lead with contact"} {
		m, err := leadscore.Compile("m.score", "model \"M\" { target "+want+" }", leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Target(); got != want {
			t.Errorf("got %s for target %s", got, want)
		}
	}
}

func TestNewSet(t *testing.T) {
	a, b := scoretest.Compile(t, scoretest.Model("A", "has Lead")), scoretest.Compile(t, scoretest.Model("B", "has Lead"))
	s, err := leadscore.NewSet(b, a)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"B", "A"}, names(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := leadscore.NewSet(a, b, scoretest.Compile(t, scoretest.Model("A", "none Lead"))); err == nil || err.Error() != `leadscore: two models are called "A"` {
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
	if r, err := empty.Score(t.Context(), "nemo", memory.New(leadscore.StandardSchema())); err != nil || r.Lead != "nemo" || len(r.Results) != 0 {
		t.Errorf("an empty set gives %v, %v for a lead that does not exist", r, err)
	}
}

// counting counts the queries to a source.
type counting struct {
	leadscore.Source
	queries atomic.Int64
}

func (c *counting) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	c.queries.Add(1)
	return c.Source.Fetch(ctx, q, out)
}

// TestSetSharesThePass: models that were compiled one by one share one pass over
// the data if their schemas are equal, and need one each otherwise.
func TestSetSharesThePass(t *testing.T) {
	compiled := func(name, schema string) *leadscore.Model {
		t.Helper()
		m, err := leadscore.Compile(name, strings.Replace(coffee, "Coffee geeks", name, 1)+schema, leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	const block = "profile Lead { Segment text }"
	for _, test := range []struct {
		name    string
		models  []*leadscore.Model
		queries int64
		schema  bool // the set has one
	}{
		{"no schema blocks", []*leadscore.Model{compiled("A", ""), compiled("B", ""), compiled("C", "")}, 3, true},
		{"equal schema blocks", []*leadscore.Model{compiled("A", block), compiled("B", block)}, 3, true},
		{"different schema blocks", []*leadscore.Model{compiled("A", block), compiled("B", "")}, 6, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := leadscore.NewSet(test.models...)
			if err != nil {
				t.Fatal(err)
			}
			data := &counting{Source: crm()}
			r, err := set.Score(t.Context(), "lead-42", data, may)
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range test.models {
				if got := r.Results[i]; got.Model != m.Name() || got.Score != 35 {
					t.Errorf("%s: %s scored %d", m.Name(), got.Model, got.Score)
				}
			}
			if n := data.queries.Load(); n != test.queries {
				t.Errorf("%d queries, want %d", n, test.queries)
			}
			if (set.Schema() != nil) != test.schema {
				t.Errorf("schema: %v", set.Schema())
			}
		})
	}
}

// BenchmarkCompile compiles models of the standard schema from text to a set.
func BenchmarkCompile(b *testing.B) {
	schema := leadscore.StandardSchema()
	for _, size := range []int{7, 100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			files := []leadscore.File{{Name: "rules.score", Text: modelOf(size)}}
			b.SetBytes(int64(len(files[0].Text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := leadscore.CompileSet(schema, files); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// modelOf returns a model with a number of rules, always the same.
func modelOf(size int) string {
	random := rand.New(rand.NewPCG(1, uint64(size)))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	var b strings.Builder
	b.WriteString("model \"Benchmark\" {\n    target contact\n")
	for i := range size {
		fmt.Fprintf(&b, "\n    condition \"Rule %d\" {\n", i+1)
		for range 1 + random.IntN(5)/4 {
			if random.IntN(8) == 0 {
				fmt.Fprintf(&b, "        %s Lead.ParentContact\n            where City %s\n", pick("has", "none"),
					pick(`= "Chicago"`, `in ("Berlin", "Paris", "Lyon")`, `begins with "San"`))
			} else {
				fmt.Fprintf(&b, "        %s %s within last %s days\n", pick("each", "has", "at least 3", "none"),
					pick("EmailClicked", "EmailOpened", "WebsiteVisited", "Interaction"), pick("7", "30", "90", "365"))
				if random.IntN(3) > 0 {
					fmt.Fprintf(&b, "            where Timestamp %s\n", pick("after 2024-01-31", "older than 2 weeks", "between 2024-01-01 and 2025-12-31"))
				}
			}
		}
		fmt.Fprintf(&b, "        score %+d\n    }\n", 1+random.IntN(30))
	}
	b.WriteString("}\n")
	return b.String()
}

// TestSetZone: a set has the time zone that its models share.
func TestSetZone(t *testing.T) {
	const text = "model %q {\n target contact\n %s\n condition \"C\" { has Lead score +1 }\n}\n"
	berlin, tokyo := `time zone "Europe/Berlin"`, `time zone "Asia/Tokyo"`
	for _, test := range []struct {
		zones []string
		want  string
	}{
		{nil, ""},
		{[]string{""}, "UTC"},
		{[]string{berlin}, "Europe/Berlin"},
		{[]string{berlin, berlin}, "Europe/Berlin"},
		{[]string{berlin, tokyo}, ""},
		{[]string{berlin, ""}, ""},
		{[]string{"", ""}, "UTC"},
	} {
		var file strings.Builder
		for i, zone := range test.zones {
			fmt.Fprintf(&file, text, fmt.Sprint("M", i), zone)
		}
		set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: file.String()}})
		if err != nil {
			t.Fatal(err)
		}
		zone, ok := set.Zone()
		if got := zone.String(); ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%q: %v, %t; want %q", test.zones, zone, ok, test.want)
		}
	}
}
