package findings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

const forStages = `model "M" {
    target contact
    condition "Country" { has Lead where Country = "DE" score +60 }
    condition "Nothing" { has Lead where Country = "DE" and Country = "FR" score +60 }
    dimension "Fit" { condition "Title" { has Lead where JobTitle = "CEO" score +20 } grade "A" from 20 grade "B" below 20 }
    label "Fit"
    sales ready at 70
}
model "N" {
    target contact
    condition "Opened" { each EmailOpened score +10 }
    sales ready at 70
}
model "Unready" { target contact condition "Opened" { each EmailOpened score +10 } }
`

func TestStages(t *testing.T) {
	const never, passed, lost, decided = string(findings.CodeStageNever), string(findings.CodeStagePassed), string(findings.CodeStageLost), string(findings.CodeDecided)
	for _, test := range []struct{ stages, want string }{
		{`stage "A" when score of "M" > 80`, never},
		{`stage "A" when score of "M" > 50 and (score of "M" > 80 or sales ready of "Unready")`, never},
		{`stage "A" when condition "Nothing" of "M" holds`, never},
		{`stage "A" when score of "M"."Fit" >= 30`, never},
		{`stage "A" when score of "M" > 50 or score of "M" > 80`, decided},
		{`stage "A" when sales ready of "M" until score of "M" < 0`, decided},
		{`stage "A" when sales ready of "N" or sales ready of "M"`, ""},
		{`stage "A" when not (score of "M" > 100)`, decided},
		{`stage "A" when status of "M" is "scored"`, ""},

		{`stage "A" when score of "N" >= 50 until score of "N" >= 40`, lost},
		{`stage "A" when score of "N" >= 50 until score of "N" > 50`, ""},
		{`stage "A" when score of "N" >= 50 until score of "N" != 3`, lost},
		{`stage "A" when score of "N" >= 50 and sales ready of "N" until sales ready of "N" or score of "N" < 3`, lost},
		{`stage "A" when score of "N" >= 50 or score of "N" = 7 until score of "N" > 6`, lost},
		{`stage "A" when score of "N" >= 50 or score of "N" = 7 until score of "N" > 7`, ""},
		{`stage "A" when score of "N" >= 50 until score of "N" >= 40 and score of "N" >= 45`, lost},
		{`stage "A" when score of "N" >= 50 until score of "N" >= 40 or score of "M" < 50`, ""}, // M may not score the lead
		{`stage "A" when grade of "M"."Fit" is "A" until grade of "M"."Fit" is not "B"`, lost},
		{`stage "A" when grade of "M"."Fit" is not "B" until grade of "M"."Fit" is "A"`, ""},
		{`stage "A" when label of "M" is "A" until label of "M" in ("A", "B")`, lost},
		{`stage "A" when not (score of "N" >= 50) until not (score of "N" >= 60)`, ""}, // N may not score the lead
		{`stage "A" when status of "N" is "no parent" until status of "N" is not "scored"`, lost},
		{`stage "A" when condition "Opened" of "N" holds until condition "Opened" of "N" holds`, lost},

		{`stage "A" when score of "N" >= 80 stage "B" when score of "N" >= 50`, passed},
		{`stage "A" when score of "N" >= 50 stage "B" when score of "N" >= 80`, ""},
		{`stage "A" when score of "N" >= 80 and score of "M" >= 20 stage "B" when score of "M" >= 100 stage "C" when score of "N" > 7`, passed + " " + never},
		{`stage "A" when score of "N" >= 80 stage "B" when score of "M" >= 50`, ""},
	} {
		f, diags := dsl.Parse("rules.score", forStages+"stages \"S\" { stage \"New\" "+test.stages+" }", dsl.Limits{})
		set, more := check.NewSet(traverse.Standard(), f)
		if diags = append(diags, more...); len(diags) > 0 {
			t.Fatal(diags)
		}
		var got []string
		before := len(strings.Split(forStages, "\n")) - 1
		for _, asOf := range []time.Time{{}, time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)} {
			got = nil
			for _, d := range findings.OfSet(set, asOf, f) {
				if d.Span.Start.Line > before {
					got = append(got, string(d.Code))
					if d.Severity != dsl.Warning || d.Line == "" || d.Error() == "" {
						t.Errorf("%+v", d)
					}
				}
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s\n%q, want %q", test.stages, got, test.want)
		}
	}
}
