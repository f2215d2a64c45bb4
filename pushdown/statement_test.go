package pushdown_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/pushdown"
	"github.com/leadscore/leadscore/source/sqldb"
)

var update = flag.Bool("update", false, "rewrite the files of testdata")

func compile(t *testing.T, rules string) *leadscore.Set {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "rules.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestGolden compares statements for the rules in testdata with files, which -update rewrites.
func TestGolden(t *testing.T) {
	rules, err := filepath.Glob("testdata/*.score")
	if err != nil || len(rules) == 0 {
		t.Fatal("no rules", err)
	}
	for _, name := range rules {
		for _, d := range []*pushdown.Dialect{pushdown.PostgreSQL(), pushdown.SQLite(), pushdown.DuckDB(), pushdown.ClickHouse()} {
			s, err := pushdown.New(compile(t, read(t, name)), d, pushdown.Mapping{})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			text := s.Text()
			if d.Parameter == nil {
				if text, err = s.Literal(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)); err != nil || s.Text() != "" {
					t.Fatalf("%v\n%s", err, s.Text())
				}
			}
			file := strings.TrimSuffix(name, ".score") + "." + strings.ToLower(d.Name) + ".sql"
			if *update {
				if err := os.WriteFile(file, []byte(text+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(read(t, file), text+"\n"); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		}
	}
}

const visits = `model "Visits" {
  target contact
  active from 2026-01-01
  condition "Lately" {
    each WebsiteVisited within last 1 month
    score +1
  }
}`

// TestArguments: the text does not depend on as of, and arguments do.
func TestArguments(t *testing.T) {
	at := time.Date(2026, 3, 31, 12, 0, 0, 1999, time.UTC)
	for _, test := range []struct {
		dialect *pushdown.Dialect
		want    []any
	}{
		{pushdown.PostgreSQL(), []any{time.Date(2026, 3, 31, 12, 0, 0, 1000, time.UTC), time.Date(2026, 2, 28, 12, 0, 0, 1000, time.UTC), true}},
		{pushdown.SQLite(), []any{at.UnixMicro(), time.Date(2026, 2, 28, 12, 0, 0, 1000, time.UTC).UnixMicro(), int64(1)}},
	} {
		s, err := pushdown.New(compile(t, visits), test.dialect, pushdown.Mapping{})
		if err != nil {
			t.Fatal(err)
		}
		args, err := s.Args(at)
		if err != nil {
			t.Fatal(err)
		}
		less := func(x, y any) bool { return fmt.Sprint(x) > fmt.Sprint(y) }
		if diff := cmp.Diff(test.want, args, cmpopts.SortSlices(less)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.dialect.Name, diff)
		}
		literal, err := s.Literal(at)
		if err != nil || strings.Contains(literal, "$1") || strings.Contains(literal, "?1") {
			t.Errorf("%s: %v\n%s", test.dialect.Name, err, literal)
		}
		if _, err := s.Args(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
			t.Error("no error for the year 10000")
		}
		if _, err := s.Args(at, "ada"); err == nil {
			t.Error("no error for leads of a statement for all")
		}
	}
}

// TestForLeads: ids are an argument, or a constant, and nothing else of the statement.
func TestForLeads(t *testing.T) {
	at := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	ids := []string{`a'b"c\d,{}`, "", "x"}
	for _, test := range []struct {
		dialect          *pushdown.Dialect
		argument, quoted string
	}{
		{pushdown.PostgreSQL(), `{"a'b\"c\\d,{}","","x"}`, `E'{"a''b\\"c\\\\d,{}","","x"}'::text[]`},
		{pushdown.SQLite(), `["a'b\"c\\d,{}","","x"]`, `'["a''b\"c\\d,{}","","x"]'`},
	} {
		s, err := pushdown.New(compile(t, visits), test.dialect, pushdown.Mapping{}, pushdown.ForLeads())
		if err != nil {
			t.Fatal(err)
		}
		args, err := s.Args(at, ids...)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, a := range args {
			if a == test.argument {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: %q is not among the arguments %q", test.dialect.Name, test.argument, args)
		}
		literal, err := s.Literal(at, ids...)
		if err != nil || strings.Count(literal, test.quoted) != 1 {
			t.Errorf("%s: %s is not in the statement, error %v:\n%s", test.dialect.Name, test.quoted, err, literal)
		}
	}
}

// TestRefusals lists what cannot be lowered, all at once, with its place.
func TestRefusals(t *testing.T) {
	set := compile(t, `model "A" {
  target contact
  condition "Words" {
    has EmailClicked where LinkText contains word "demo"
    score +1
  }
  condition "Pages" {
    each WebsiteVisited once per Url
    score +1
  }
}
model "B" {
  target lead
  condition "Budget" {
    has Lead where BudgetAmount > 5
    score +1
  }
}`)
	mapping := pushdown.Mapping{Tables: map[string]pushdown.Table{
		"Lead": {Columns: map[string]pushdown.Column{"BudgetAmount": {Name: "budget", Type: "text"}}},
	}}
	_, err := pushdown.New(set, pushdown.SQLite(), mapping)
	if _, ok := errors.AsType[pushdown.Refusals](err); !ok {
		t.Fatal(err)
	}
	want := `pushdown: rules.score:4:5: model "A", condition "Words": SQLite cannot look for a word; write contains, or a list of values
pushdown: rules.score:8:5: model "A", condition "Pages": SQLite cannot tell texts apart without regard to letter case, as it does not know all letters; declare WebsiteVisited.Url as exact, or tell occurrences apart by another field
pushdown: rules.score:15:5: model "B", condition "Budget": Lead.BudgetAmount: the type text of the column budget cannot be compared as a number; map it to a view that converts it`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
	if _, err := pushdown.New(set, pushdown.PostgreSQL(), pushdown.Mapping{}); err != nil {
		t.Errorf("PostgreSQL: %v", err)
	}
}

// TestMapping: names are quoted, and types say how values are compared.
func TestMapping(t *testing.T) {
	set := compile(t, `model "M" {
  target lead
  condition "C" {
    has Lead where Topic = "tea" and DecisionMaker = true and CreatedOn before 2026-01-01 and BudgetAmount > 5 and Rating = "Hot"
    score +1
  }
}`)
	s, err := pushdown.New(set, pushdown.PostgreSQL(), pushdown.Mapping{Tables: map[string]pushdown.Table{
		"Lead": {Schema: "crm", Name: `le"ad`, ID: pushdown.Column{Name: "nr", Type: "int8"}, Columns: map[string]pushdown.Column{
			"Topic": {Name: "topic", Type: "varchar(20)"}, "DecisionMaker": {Name: "dm", Type: "text", True: "Y", False: "N"},
			"CreatedOn": {Name: "at", Type: "int8", Format: sqldb.UnixMillis}, "BudgetAmount": {Name: "budget", Type: "numeric(10, 2)"},
			"Rating": {Name: "rating", Type: "int2", Codes: map[string]string{"1": "Hot", "2": "Cold", "3": ""}}, "ParentAccount": {Absent: true},
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`FROM "crm"."le""ad"`, `"nr" AS "id"`, `NULLIF("topic"::text COLLATE "C", '')`, `CASE "dm"::text WHEN 'Y' THEN TRUE WHEN 'N' THEN FALSE END`,
		`("at" / 1000) * '1 second'::interval + ("at" % 1000) * '1000 microseconds'::interval`, `"budget"::float8`,
		`WHEN '1' THEN 'Hot' WHEN '2' THEN 'Cold' END`, `NULL::text AS "r_ParentAccount"`,
	} {
		if !strings.Contains(s.Text(), want) {
			t.Errorf("%s is not in the statement:\n%s", want, s.Text())
		}
	}
}

// TestNames: the name of a model may be any text that the database has.
func TestNames(t *testing.T) {
	rules := func(name string) string {
		return strings.Replace(visits, "Visits", name, 1)
	}
	for _, d := range []*pushdown.Dialect{pushdown.PostgreSQL(), pushdown.SQLite()} {
		s, err := pushdown.New(compile(t, rules(`it's \\ a \"quoted\" name`)), d, pushdown.Mapping{})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"PostgreSQL": `E'it''s \\ a "quoted" name'`, "SQLite": `'it''s \ a "quoted" name'`}[d.Name]
		if !strings.Contains(s.Text(), want) {
			t.Errorf("%s is not in the statement:\n%s", want, s.Text())
		}
		_, err = pushdown.New(compile(t, rules("a\x00b")), d, pushdown.Mapping{})
		if _, ok := errors.AsType[pushdown.Refusals](err); !ok {
			t.Errorf("%s and NUL: %v", d.Name, err)
		}
	}
}

// TestManyCounters: counters that do not fit into one SELECT are in several.
func TestManyCounters(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("model \"Many\" {\n  target contact\n")
	for i := range 100 {
		fmt.Fprintf(&rules, "  condition \"C%d\" {\n    each WebsiteVisited within last %d days\n    score +1\n  }\n", i, i+1)
	}
	rules.WriteString("}\n")
	const most = 70
	for _, d := range []*pushdown.Dialect{pushdown.PostgreSQL(), pushdown.SQLite()} {
		d.MaxColumns = most
		_, err := pushdown.New(compile(t, rules.String()), d, pushdown.Mapping{})
		if err == nil || !strings.Contains(err.Error(), "divide the model") { // which adds up 100 columns
			t.Errorf("%s: %v", d.Name, err)
		}
		d.MaxColumns = 110
		s, err := pushdown.New(compile(t, rules.String()), d, pushdown.Mapping{})
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range strings.Split(s.Text(), "SELECT ") {
			head, _, _ := strings.Cut(part, "\nFROM ")
			if n := strings.Count(head, ",\n") + 1; n > d.MaxColumns {
				t.Errorf("%s: SELECT %d has %d columns", d.Name, i, n)
			}
		}
		if n := strings.Count(s.Text(), `"WebsiteVisited"`); n != 1 {
			t.Errorf("%s: the table is read %d times", d.Name, n)
		}
	}
}

// TestIntoNames: PostgreSQL would cut off a long name, also with new_ before it.
func TestIntoNames(t *testing.T) {
	for _, test := range []struct {
		dialect       *pushdown.Dialect
		schema, table string
		want          string // what the error says, or nothing
	}{
		{pushdown.PostgreSQL(), "", strings.Repeat("n", 59), ""},
		{pushdown.PostgreSQL(), strings.Repeat("s", 63), "ä" + strings.Repeat("n", 57), ""},
		{pushdown.PostgreSQL(), "", strings.Repeat("n", 60), "pushdown: the name of the table has 60 bytes; PostgreSQL cuts off names of more than 63, and new_ stands before it until the table is complete, so choose one of at most 59"},
		{pushdown.PostgreSQL(), "", "ä" + strings.Repeat("n", 58), "the name of the table has 60 bytes"},
		{pushdown.PostgreSQL(), strings.Repeat("s", 64), "scores", "pushdown: the name of the schema has 64 bytes; PostgreSQL has none of more than 63"},
		{pushdown.SQLite(), "", strings.Repeat("n", 100), ""},
		{pushdown.DuckDB(), "", strings.Repeat("n", 100), ""},
		{pushdown.PostgreSQL(), "", "", "pushdown: the table has no name"},
	} {
		s, err := pushdown.New(compile(t, visits), test.dialect, pushdown.Mapping{})
		if err != nil {
			t.Fatal(err)
		}
		script, err := s.Into(test.schema, test.table, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		switch {
		case test.want == "" && (err != nil || !strings.Contains(script[0], "new_"+test.table)):
			t.Errorf("%s, %q: %v", test.dialect.Name, test.table, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s, %q, %q: %v, want %s", test.dialect.Name, test.schema, test.table, err, test.want)
		}
	}
}
