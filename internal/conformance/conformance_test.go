package conformance_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/conformance"
)

const good = `What it shows.

-- m.score --
model "M" { target contact }
-- Lead.csv --
id,ParentContact
lead 1,anna
-- as_of --
2026-05-31T12:00:00Z
-- want --
"lead 1"  M  scored   -5  -
"lead 1"  M  "no parent"
`

func parse(t *testing.T, text string) *conformance.Case {
	t.Helper()
	c, err := conformance.Parse("case", text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func says(rows ...conformance.Row) conformance.Evaluator {
	return func(context.Context, *conformance.Case) ([]conformance.Row, error) { return rows, nil }
}

func TestParse(t *testing.T) {
	c := parse(t, good)
	if c.Doc != "What it shows." || c.Base == nil || len(c.Files) != 1 || c.Files[0].Name != "m.score" || c.AsOf.Year() != 2026 {
		t.Errorf("got %+v", c)
	}
	data, err := c.Load(c.Base)
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := c.Leads(t.Context(), data); err != nil || strings.Join(ids, "|") != "lead 1" {
		t.Errorf("leads %q, %v", ids, err)
	}
	own := parse(t, strings.Replace(good, "-- m.score", "-- schema.score --\nprofile Lead { }\n-- m.score", 1))
	if own.Base != nil || len(own.Files) != 2 || own.Files[0].Name != "schema.score" {
		t.Errorf("with a schema of its own: %+v", own)
	}
	for _, test := range []struct{ name, old, new, want string }{
		{"no comment", "What it shows.", "", "the case has no text that says what it shows"},
		{"an unknown file", "-- as_of --", "-- asof --", "unknown file asof"},
		{"no rules", "-- m.score --", "-- leads --", "the case has no rules"},
		{"no data", "-- Lead.csv --", "-- leads --", "the case has want, but not data and as_of"},
		{"a bad instant", "2026-05-31T12:00:00Z", "yesterday", `as_of: parsing time "yesterday"`},
		{"no answer", "-- want --", "-- leads --", "the case has neither want nor errors"},
		{"two answers", "-- want --", "-- errors --\n-- want --", "the case has both want and errors"},
		{"a file twice", "-- want --", "-- m.score --\n-- want --", "there are two files m.score"},
	} {
		_, err := conformance.Parse("case", strings.Replace(good, test.old, test.new, 1))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	c = parse(t, strings.Replace(good, "id,ParentContact", "id,ParentContakt", 1))
	if _, err := c.Load(c.Base); err == nil {
		t.Error("a column that the schema does not know goes unnoticed")
	}
}

// TestRun checks that a case accepts right results and rejects wrong ones.
func TestRun(t *testing.T) {
	c := parse(t, strings.Replace(strings.Replace(good, "  -\n", "  -   not  ready\n", 1), `"no parent"`, "no parent", 1))
	right := []conformance.Row{
		{Lead: "lead 1", Model: "M", Status: "scored", Score: -5},
		{Lead: "lead 1", Model: "M", Status: "no parent"},
	}
	if err := c.Run(t.Context(), says(right...)); err != nil {
		t.Errorf("the right answer: %v", err)
	}
	for name, change := range map[string]func(r *conformance.Row){
		"score": func(r *conformance.Row) { r.Score = 5 }, "grade": func(r *conformance.Row) { r.Grade = "-" },
		"ready": func(r *conformance.Row) { r.Ready = true }, "status": func(r *conformance.Row) { r.Status = "not targeted" },
		"lead": func(r *conformance.Row) { r.Lead = "lead" }, "error": func(r *conformance.Row) { r.Err = errors.New("bad") },
	} {
		wrong := right[0]
		change(&wrong)
		if err := c.Run(t.Context(), says(wrong, right[1])); err == nil {
			t.Errorf("a wrong %s goes unnoticed", name)
		}
	}
	if err := c.Run(t.Context(), says(right[0])); err == nil {
		t.Error("a missing row goes unnoticed")
	}
	fails := func(context.Context, *conformance.Case) ([]conformance.Row, error) {
		return nil, dsl.Diagnostics{{Summary: "wrong", File: "m.score"}}
	}
	if err := c.Run(t.Context(), fails); err == nil {
		t.Error("rules that do not compile go unnoticed")
	}
	bad := errors.New("broken")
	if err := c.Run(t.Context(), func(context.Context, *conformance.Case) ([]conformance.Row, error) { return nil, bad }); err != bad {
		t.Errorf("an error of the evaluator comes as %v", err)
	}
}

func TestUpdate(t *testing.T) {
	c := parse(t, good)
	text, err := c.Update(t.Context(), says(conformance.Row{Lead: "lead 1", Model: "M", Status: "scored", Score: 7, Grade: "Hot one", Ready: true}))
	if err != nil {
		t.Fatal(err)
	}
	if want := "-- want --\n\"lead 1\"  M  scored  7  \"Hot one\"  ready\n"; !strings.HasSuffix(text, want) || !strings.HasPrefix(text, "What it shows.\n\n-- m.score --\n") {
		t.Errorf("got %s", text)
	}
	text, err = c.Update(t.Context(), func(context.Context, *conformance.Case) ([]conformance.Row, error) {
		return nil, dsl.Diagnostics{{Summary: "wrong", File: "m.score"}}
	})
	if err != nil || strings.Contains(text, "-- want --") || !strings.HasSuffix(text, "-- errors --\nm.score: wrong\n") {
		t.Errorf("got %s, %v", text, err)
	}
}

// TestExplanation checks that explanations are compared if both sides have one.
func TestExplanation(t *testing.T) {
	c := parse(t, strings.Replace(good, "-- want --\n\"lead 1\"  M  scored   -5  -\n\"lead 1\"  M  \"no parent\"\n",
		"-- want --\nlead-1 M scored 6 - not ready\n-- explain --\nlead-1 M \"C\" 3 x +2 = 6\n  3 holds: each EmailOpened\n", 1))
	row := conformance.Row{Lead: "lead-1", Model: "M", Status: "scored", Score: 6}
	if err := c.Run(t.Context(), says(row)); err != nil || !c.Explains() {
		t.Errorf("without contributions: %v", err)
	}
	row.Contributions = []conformance.Contribution{{Condition: "C", Multiplier: "3", Points: 2, Score: 6, Children: []conformance.Child{{Rule: "each EmailOpened", Count: 3, Holds: true}}}}
	if err := c.Run(t.Context(), says(row)); err != nil {
		t.Errorf("with the right contributions: %v", err)
	}
	row.Contributions[0].Children[0].Holds = false
	if err := c.Run(t.Context(), says(row)); err == nil {
		t.Error("a wrong explanation goes unnoticed")
	}
}

// TestLedger checks that the accounts of scores, labels and dimensions are compared.
func TestLedger(t *testing.T) {
	c := parse(t, strings.Replace(good, "-- want --\n\"lead 1\"  M  scored   -5  -\n\"lead 1\"  M  \"no parent\"\n",
		"-- want --\nlead-1 M scored 6 - not ready label - Fit 6 A\n-- ledger --\nlead-1 M 6\n  +6 Fit / C: 3 x +2\n", 1))
	row := conformance.Row{
		Lead: "lead-1", Model: "M", Status: "scored", Score: 6, Labeled: true, Dimensions: []conformance.Dimension{{Name: "Fit", Score: 6, Grade: "A"}},
	}
	if err := c.Run(t.Context(), says(row)); err != nil {
		t.Errorf("without a ledger: %v", err)
	}
	row.Ledger = []conformance.Line{{Amount: "+6", Text: "Fit / C: 3 x +2"}}
	if err := c.Run(t.Context(), says(row)); err != nil {
		t.Errorf("with the right ledger: %v", err)
	}
	for name, change := range map[string]func(r *conformance.Row){
		"ledger":    func(r *conformance.Row) { r.Ledger = []conformance.Line{{Amount: "+7", Text: "Fit / C: 3 x +2"}} },
		"label":     func(r *conformance.Row) { r.Label = "A" },
		"dimension": func(r *conformance.Row) { r.Dimensions = []conformance.Dimension{{Name: "Fit", Score: 6}} },
	} {
		wrong := row
		change(&wrong)
		if err := c.Run(t.Context(), says(wrong)); err == nil {
			t.Errorf("a wrong %s goes unnoticed", name)
		}
	}
}
