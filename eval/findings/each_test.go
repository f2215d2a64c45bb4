package findings_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

const forEach = forStages + `
let Unused = 3
model "Over" { target contact active until 2020-01-01 condition "Twice" { has Lead where City = "A" and City = "A" score +1 } }
stages "S" { stage "Low" stage "High" when score of "N" > 3 and score of "N" < 2 }
assignment "A" { rule "R" { when score of "N" > 3 and score of "N" < 2 set Owner = "x" } }
`

// TestEach checks that the parts have the findings of the whole.
func TestEach(t *testing.T) {
	schema, err := traverse.Standard().Extend(traverse.Definition{Name: "Lead", Fields: []traverse.Field{{Name: "Owner", Type: traverse.Text}}})
	if err != nil {
		t.Fatal(err)
	}
	file, diags := dsl.Parse("f", forEach, dsl.Limits{})
	set, more := check.NewSet(schema, file)
	if len(diags)+len(more) > 0 {
		t.Fatal(diags, more)
	}
	for _, asOf := range []time.Time{{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} {
		var got []string
		parts, with := 0, 0
		for p, err := range findings.Each(t.Context(), set, asOf, file) {
			if err != nil {
				t.Fatal(err)
			}
			if parts++; len(p.Found) > 0 {
				with++
			}
			if !slices.IsSortedFunc(p.Found, func(a, b dsl.Diagnostic) int { return int(a.Severity) - int(b.Severity) }) {
				t.Errorf("advice comes before warnings: %v", p.Found)
			}
			for _, d := range p.Found {
				got = append(got, d.Error())
			}
		}
		var want []string
		for _, d := range findings.OfSet(set, asOf, file) {
			want = append(want, d.Error())
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := len(set.Models) + 3; parts != n || with < 5 { // models, stages, an assignment and a file
			t.Errorf("%d of %d parts have findings", with, parts)
		}
	}
}

// TestEachStops checks that a context that is done ends the search.
func TestEachStops(t *testing.T) {
	file, _ := dsl.Parse("f", forStages, dsl.Limits{})
	set, _ := check.NewSet(traverse.Standard(), file)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	parts := 0
	for p, err := range findings.Each(ctx, set, time.Time{}, file) {
		parts++
		switch {
		case parts == 1 && (err != nil || len(p.Found) == 0):
			t.Errorf("the first part is %v, %v", p.Found, err)
		case parts == 2 && (!errors.Is(err, context.Canceled) || len(p.Found) > 0 || p.Model != set.Models[1]):
			t.Errorf("the second part is %v, %v", p.Found, err)
		}
		cancel()
	}
	if parts != 2 {
		t.Errorf("there are %d parts", parts)
	}
}
