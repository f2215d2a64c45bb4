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

func TestAssignments(t *testing.T) {
	const never, hidden = string(findings.CodeRuleNever), string(findings.CodeRuleHidden)
	for _, test := range []struct{ before, rule, want string }{
		{`when score of "N" >= 50`, `when score of "N" >= 80`, hidden},
		{`when score of "N" >= 80`, `when score of "N" >= 50`, ""},
		{`when score of "N" >= 50`, `has Lead when score of "N" >= 80`, hidden},
		{`has Lead when score of "N" >= 50`, `when score of "N" >= 80`, ""},
		{`when score of "N" >= 50`, `has Lead`, ""},
		{`has Lead where City = "Rome"`, `has Lead where City = "Rome" and Country = "IT"`, hidden},
		{`has Lead where City = "Rome" and Country = "IT"`, `has Lead where City = "Rome"`, ""},
		{`has Lead where City = "Rome" or Country = "IT"`, `has Lead where City = "Rome"`, ""},
		{`has EmailOpened`, `has EmailOpened when score of "N" >= 80`, hidden},
		{`none EmailOpened where EmailName = "A"`, `none EmailOpened where EmailName = "A" and CustomerJourney = "B"`, ""},
		{`none EmailOpened`, `none EmailOpened has Lead`, hidden},
		{`at least 2 EmailOpened`, `at least 3 EmailOpened`, ""},
		{`at least 2 EmailOpened`, `at least 2 EmailOpened where EmailName = "A"`, hidden},
		{`at most 2 EmailOpened`, `at most 2 EmailOpened where EmailName = "A"`, ""},
		{`any of { has EmailOpened has EmailClicked }`, `"label": any of { has EmailOpened has EmailClicked } has Lead`, hidden},
		{`has EmailOpened within last 3 days`, `has EmailOpened within last 2 days`, ""},
		{`has Lead`, `when score of "M" > 80`, never},
		{`has Lead`, `when condition "Nothing" of "M" holds`, never},
	} {
		text := forStages + "assignment \"A\" {\nrule \"Before\" { " + test.before + " set City = \"A\" }\nrule \"Rule\" { " + test.rule + " set City = \"B\" }\n}\n"
		tree, diags := dsl.Parse("a.score", text, dsl.Limits{})
		if diags.Err() != nil {
			t.Fatalf("%v", diags)
		}
		set, diags := check.NewSet(traverse.Standard(), tree)
		if diags.Err() != nil {
			t.Fatalf("%v", diags)
		}
		var got []string
		for _, d := range findings.OfSet(set, time.Time{}, tree) {
			if code := string(d.Code); code == never || code == hidden {
				got = append(got, code)
				if d.Span.Start.Line == 0 || !strings.Contains(d.Line, "Rule") {
					t.Errorf("%q: %v", test.rule, &d)
				}
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q before %q: %q, want %q", test.before, test.rule, got, test.want)
		}
	}
}
