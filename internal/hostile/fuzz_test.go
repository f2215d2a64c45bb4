package hostile_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// FuzzCompile compiles texts as a schema and as a rule file, over the standard schema
// or over none. Problems must be in order and have places in the text, and rules
// that compile must have the same meaning when they are formatted.
func FuzzCompile(f *testing.F) {
	cases, err := conformance.Read(os.DirFS("../../testdata/conformance"))
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		schema := ""
		for _, file := range c.Files {
			if file.Name == "schema.score" {
				schema = file.Text
				f.Add(schema, "", true)
				continue
			}
			f.Add(schema, file.Text, c.Base == nil)
		}
	}
	for _, text := range []string{
		"", "\ufeffmodel \"M\" { target contact }\r\n", "model \"\xff\" { }", "\ufeffmodel \"M\xff", "model \"M\" {", "}", "profile `a b` { `dated` date dated by `dated` }",
		`model "M" { target account condition "C" { each Interaction.Contact.ParentAccount where Interaction.Timestamp within last 1 month score -1 } }`,
		strings.Repeat(`model "M" { condition "C" { } } `, 120),
	} {
		f.Add(text, text, false)
	}
	f.Fuzz(func(t *testing.T, schemaText, rules string, alone bool) {
		defer time.AfterFunc(time.Minute, func() { panic("no end in sight") }).Stop()
		var base *leadscore.Schema
		if !alone {
			base = leadscore.StandardSchema()
		}
		schema, err := leadscore.ParseSchema("schema.score", schemaText, base)
		if err != nil {
			checkDiagnostics(t, err, leadscore.File{Name: "schema.score", Text: schemaText})
			schema = leadscore.StandardSchema()
		} else {
			again, err := leadscore.ParseSchema("schema.score", format(t, schemaText), base)
			if err != nil {
				t.Fatalf("the formatted schema has problems:\n%v", err)
			}
			if diff := cmp.Diff(schema.Definitions(), again.Definitions()); diff != "" {
				t.Errorf("formatting changes the schema (-before +after):\n%s", diff)
			}
		}
		// Both texts in one compilation, which must not panic either.
		both := []leadscore.File{{Name: "schema.score", Text: schemaText}, {Name: "model.score", Text: rules}}
		if _, err := leadscore.CompileSet(base, both); err != nil {
			checkDiagnostics(t, err, both...)
		}
		set, err := leadscore.CompileSet(schema, both[1:])
		if err != nil {
			checkDiagnostics(t, err, both[1])
			return
		}
		after, err := leadscore.CompileSet(schema, []leadscore.File{{Name: "model.score", Text: format(t, rules)}})
		if err != nil {
			t.Fatalf("the formatted rules have problems:\n%v", err)
		}
		if diff := cmp.Diff(needTexts(set), needTexts(after)); diff != "" {
			t.Errorf("formatting changes the needs (-before +after):\n%s", diff)
		}
		models := set.Models()
		if one, err := leadscore.Compile("model.score", rules, schema); (err == nil) != (len(models) == 1 && !needsSet(rules)) {
			t.Errorf("Compile of %d models gives %v", len(models), err)
		} else if err == nil && one.Name() != models[0].Name() {
			t.Errorf("Compile gives model %q, CompileSet %q", one.Name(), models[0].Name())
		}
		if len(models) == 0 {
			return
		}
		data := recordsOf(t, models[0].Schema())
		for _, lead := range []string{"1", "2", "3"} {
			want, err := set.Score(t.Context(), lead, data, scoretest.AsOf, leadscore.Explain(100))
			if err != nil && !choosesModel(rules) { // a record may name a model that there is not
				t.Fatal(err)
			}
			got, again := after.Score(t.Context(), lead, data, scoretest.AsOf, leadscore.Explain(100))
			if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(again) {
				t.Errorf("formatting changes the result (-before +after):\n%s%v, %v", diff, err, again)
			}
			plain, again := set.Score(t.Context(), lead, data, scoretest.AsOf)
			if fmt.Sprint(err) != fmt.Sprint(again) {
				t.Errorf("an explanation changes the error: %v, %v", err, again)
			}
			if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(plain)); diff != "" {
				t.Errorf("an explanation changes the result (-with +without):\n%s", diff)
			}
		}
	})
}

// needsSet reports whether a file has a block that belongs to a set of models.
func needsSet(text string) bool {
	file, _ := dsl.Parse("f", text, dsl.Limits{})
	return slices.ContainsFunc(file.Blocks, func(b dsl.Block) bool {
		switch b.(type) {
		case *dsl.Model, *dsl.Entity, *dsl.Test, *dsl.Let:
			return false
		}
		return true
	})
}

// choosesModel reports whether a file has a block that chooses models.
func choosesModel(text string) bool {
	file, _ := dsl.Parse("f", text, dsl.Limits{})
	return slices.ContainsFunc(file.Blocks, func(b dsl.Block) bool {
		_, ok := b.(*dsl.ChooseModel)
		return ok
	})
}

func format(t *testing.T, text string) string {
	t.Helper()
	formatted, err := dsl.Format("f", text)
	if err != nil {
		t.Fatalf("what compiles does not format: %v", err)
	}
	return formatted
}

func needTexts(s *leadscore.Set) []string {
	var list []string
	for _, n := range s.Needs() {
		list = append(list, fmt.Sprintf("%s by %q: %q, dated %q", n.Entity, n.By, n.Fields, n.Time))
	}
	return list
}

// checkDiagnostics checks that err is a list of problems in files, in order, each with
// a message and a place that exists.
func checkDiagnostics(t *testing.T, err error, files ...leadscore.File) {
	t.Helper()
	diags, ok := errors.AsType[leadscore.Diagnostics](err)
	if !ok || len(diags) == 0 {
		t.Fatalf("an error without diagnostics: %v", err)
	}
	if s := diags.Error(); !utf8.ValidString(s) {
		t.Errorf("the problems are not UTF-8: %q", s)
	}
	file, offset := 0, 0
	for _, d := range diags {
		if d.Code == "" || d.Summary == "" {
			t.Errorf("a problem has no message: %+v", d)
		}
		at := slices.IndexFunc(files, func(f leadscore.File) bool { return f.Name == d.File })
		if at < 0 {
			t.Fatalf("a problem of no file: %+v", d)
		}
		if at < file || at == file && d.Span.Start.Offset < offset {
			t.Errorf("a problem is out of order: %v", d.Error())
		}
		file, offset = at, d.Span.Start.Offset
		checkSpan(t, files[at].Text, d.Span)
		if line := (&dsl.File{Text: files[at].Text}).Line(d.Span.Start); d.Line != line && d.More == 0 {
			t.Errorf("a problem shows line %q instead of %q: %+v", d.Line, line, d)
		}
		for _, r := range d.Related {
			at := slices.IndexFunc(files, func(f leadscore.File) bool { return f.Name == r.File })
			if at < 0 || r.Summary == "" {
				t.Fatalf("a place of no file, or that says nothing: %+v", r)
			}
			checkSpan(t, files[at].Text, r.Span)
		}
	}
}

// checkSpan checks that a span is in text, and that its lines and columns agree with
// its offsets.
func checkSpan(t *testing.T, text string, span dsl.Span) {
	t.Helper()
	if !span.Known() {
		return
	}
	if span.Start.Offset > span.End.Offset {
		t.Errorf("a span ends before it begins: %+v", span)
	}
	for _, p := range []dsl.Pos{span.Start, span.End} {
		if p.Offset < 0 || p.Offset > len(text) {
			t.Fatalf("%+v lies outside of a text of %d bytes", p, len(text))
		}
		before := strings.TrimPrefix(text[:p.Offset], "\ufeff")
		line := 1 + strings.Count(before, "\n")
		column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
		if p.Line != line || p.Column != column {
			t.Errorf("offset %d is line %d, column %d, not %d and %d", p.Offset, line, column, p.Line, p.Column)
		}
	}
}

// recordsOf makes three records of every entity: lead 1 has a contact, lead 2 an
// account, lead 3 neither. The values include listed choices and likely texts.
func recordsOf(t *testing.T, schema *leadscore.Schema) leadscore.Source {
	t.Helper()
	data := memory.New(schema)
	now := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	for e := range schema.Entities() {
		if e.Name() == traverse.AnyInteraction {
			continue
		}
		for i := range 3 {
			r := memory.Record{}
			for f := range e.Fields() {
				if f.Name == "id" {
					continue
				}
				switch f.Type {
				case traverse.Text:
					r[f.Name] = []string{"Chicago", "a", ""}[i]
				case traverse.Number:
					r[f.Name] = []any{1000, -2.5, nil}[i]
				case traverse.Bool:
					r[f.Name] = []any{true, false, nil}[i]
				case traverse.Time, traverse.Date:
					r[f.Name] = []any{now, now.AddDate(0, -1, 0), nil}[i]
				case traverse.Choice:
					r[f.Name] = f.Values[i%len(f.Values)]
				case traverse.Choices:
					r[f.Name] = f.Values[:min(i, len(f.Values))]
				}
			}
			for rel := range e.Relationships() {
				if !rel.Many() && rel.Name != "id" {
					r[rel.Name] = []string{"1", "1", "3"}[i]
				}
			}
			if e.Name() == traverse.Lead {
				r[traverse.ParentContact] = []string{"1", "", ""}[i]
				r[traverse.ParentAccount] = []string{"1", "3", ""}[i]
			}
			if err := data.Add(e.Name(), fmt.Sprint(i+1), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return data
}
