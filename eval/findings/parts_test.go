package findings_test

import (
	"math"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

// TestPartFindings checks what is found about groups, tiers, tables, dimensions and
// names for values.
func TestPartFindings(t *testing.T) {
	row := func(by, rows string) string { return `table "T" by ` + by + ` { ` + rows + ` }` }
	const size, opened = "Lead.NumberOfEmployees", "number of EmailOpened"
	for _, test := range []struct{ clauses, want string }{
		{row(size, `from 100 score +1 from 50 below 100 score +2 is empty score 3 otherwise score 0`), ""},
		{row(size, `from 100 score +1 from 200 score +2 otherwise score 0`), "hidden-row this row never counts: where it holds, an earlier one does"},
		{row(size, `from 100 score +1 below 100 score +2 from 50 to 200 score 3 otherwise score 0`), "hidden-row this row never counts: where it holds, one before it does"},
		{row(size, `from 100 score +1 <= 100 score +2`), ""},
		{row(size, `from 100 score +1 is not empty score +2 5 score 1 otherwise score 0`), "hidden-row"},
		{row(size, `from 100 score +1 below 10 score +2`), "row-gap no row holds for 10 to 99, although rows do for less and for more; add a row, or otherwise, for them"},
		{row(size, `from 100 score +1 from 10 to 98 score +2`), "row-gap no row holds for 99, "},
		{row(size, `from 100 score +1 from 10 to 99 score +2`), ""},
		{row(size, `from 100 score +1 below 10 score +2 otherwise score 0`), ""},
		{row("Lead.City", `"Chicago", "Boston" score +1 "boston" score +2 otherwise score 0`), "hidden-row"},
		{row("Lead.City", `contains "go" score +1 ends with "cago" score +2 otherwise score 0`), "hidden-row"},
		{row("Lead.City", `ends with "cago" score +1 contains "go" score +2 otherwise score 0`), ""},
		{row("Lead.City", `is not empty score +1 = "Chicago" score +2`), "hidden-row"},
		{row("Lead.DecisionMaker", `= true score +1 != false score +2`), "hidden-row"},
		{row(opened, `= 0 score -1 from 1 to 3 score +1 from 4 score +2`), ""},
		{row(opened, `= 2.5 score -1 otherwise score 0`), "hidden-row this row never counts: it holds for no number"},
		{row(opened, `= 0 score -1 from 1 score +1 otherwise score 0`), "hidden-row this row never counts: one of those before it holds for every number"},
		{row(opened, `!= 3 score -1 3 score +1 from 2 to 5 score 0`), "hidden-row this row never counts: where it holds, one before it does"},
		{row(opened, `from 1 to 3 score +1 from 6 score +2`), "row-gap no row holds for 4 to 5"},
		{`limit from 0 to 100`, "limit-decides the limit gives every lead 0: without it, the model gives scores from -1 to 0"},
		{`group "G" { limit up to 50 condition "C" { has EmailOpened score +10 } }`, "limit-out-of-reach no lead reaches 50: without the limit, group \"G\" gives scores from 0 to 10"},
		{`group "G" { limit from 10 condition "C" { has EmailOpened score +10 } }`, "limit-decides the limit gives every lead 10: without it, group \"G\" gives scores from 0 to 10"},
		{`group "G" { limit from -20 condition "C" { has EmailOpened score -10 } }`, "limit-out-of-reach no lead falls to -20"},
		{`group "G" { limit up to 50 condition "C" { each EmailOpened score +10 } }`, ""},
		{`dimension "D" { limit from 0 to 100 out of 10 condition "C" { each EmailOpened within last 9 days score +10 } grade "A" from 11 grade "B" from 0 to 10 }`, `grade-out-of-reach no lead gets grade "A": dimension "D" gives scores from 0 to 10`},
		{`condition "C" { has EmailOpened between 90 and 7 days ago where Timestamp within last 100 days score +5 }`, "implied Timestamp within last 100 days changes nothing: it follows from between 90 and 7 days ago"},
		{`let Demo = 5 let Never = "x" condition "C" { has FormSubmitted score +Demo }`, "unused-name Never is never used; drop it"},
		{`let Names = ("A", "B") condition "C" { has Lead where City in Names score +5 }`, ""},
		{`let Recent = 5 days let May = 2026-05-01 condition "C" { has EmailOpened within last Recent score +5 } active from May`, ""},
	} {
		found, files := models(t, `model "M" { target contact condition "Always" { has EmailSent score -1 } grade "Z" from -1000000 `+test.clauses+` }`)
		var got []string
		for _, d := range findings.Of(found, files...) {
			if d.Code != findings.CodeScores && d.Code != findings.CodeEndless && d.Code != findings.CodeUngraded {
				got = append(got, string(d.Code)+" "+d.Message())
			}
		}
		if text := strings.Join(got, "\n"); !strings.HasPrefix(text, test.want) || (test.want == "") != (text == "") || len(got) > 1 {
			t.Errorf("%s:\n got %s\nwant %s", test.clauses, text, test.want)
		}
	}
}

// TestWrongRows checks that nothing is said of a table with a row that could not be
// checked.
func TestWrongRows(t *testing.T) {
	for _, rows := range []string{`from 5 to 3 score +1`, `"many" score +1 otherwise score 0`, `= 5 score`, `is empty`} {
		f, _ := dsl.Parse("rules.score", `model "M" { target contact table "T" by Lead.NumberOfEmployees { `+rows+` } }`, dsl.Limits{})
		_, models, _ := check.Files(traverse.Standard(), f)
		if got := findings.Of(models, f); len(got) > 0 {
			t.Errorf("%s: %v", rows, got)
		}
	}
}

// TestPartRange checks which scores models with parts can give.
func TestPartRange(t *testing.T) {
	const most, least = math.MaxInt64, math.MinInt64
	for _, test := range []struct {
		clauses string
		lo, hi  int64
	}{
		{`condition "C" { each EmailOpened score +5 up to +30 }`, 0, 30},
		{`condition "C" { each EmailOpened score -5 down to -30 }`, -30, 0},
		{`condition "C" { has EmailOpened halving every 7 days score +5 }`, 0, 5},
		{`condition "C" { each EmailOpened halving every 7 days score +5 }`, 0, most},
		{`condition "C" { any of { has EmailOpened has EmailClicked } score -5 }`, -5, 0},
		{`condition "C" { same EmailName { has EmailOpened } score +5 }`, 0, most},
		{`condition "C" { has Lead score +5 } limit up to 3`, 3, 3},
		{`condition "C" { active from 2026-01-01 has Lead score +5 }`, 0, 5},
		{`group "G" { limit from 2 to 20 condition "C" { each EmailOpened score +5 } } condition "D" { has EmailOpened score -1 }`, 1, 20},
		{`group "G" { limit up to 20 condition "C" { each EmailOpened score -5 } }`, least, 0},
		{`first of "F" { condition "C" { has EmailOpened score +5 } condition "D" { has EmailClicked score -7 } }`, -7, 5},
		{`table "T" by number of EmailOpened { 0 score 3 from 1 score 7 }`, 0, 7},
		{`table "T" by number of EmailOpened { 0 score 3 otherwise score 7 }`, 3, 7},
		{`table "T" by number of EmailOpened { active until 2026-01-01 0 score 3 otherwise score 7 }`, 0, 7},
		{`dimension "D" { weight 50% limit from -5 to 30 out of 10 condition "C" { each EmailOpened score +5 } condition "E" { each EmailSent score -5 } }`, -1, 5},
		{`limit from -10 to 10 dimension "D" { condition "C" { each EmailOpened score +5 } }`, 0, 10},
	} {
		found, _ := models(t, `model "M" { target contact `+test.clauses+` }`)
		if s := findings.Range(found[0]); s.Least != test.lo || s.Greatest != test.hi {
			t.Errorf("%s: from %d to %d, want %d to %d", test.clauses, s.Least, s.Greatest, test.lo, test.hi)
		}
	}
}
