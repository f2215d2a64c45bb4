package modeldiff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/modeldiff"
)

// TestRulesOfParts: changes of groups, dimensions, tiers, tables, limits, seasons,
// audiences, decisions and named values.
func TestRulesOfParts(t *testing.T) {
	const opened, hot = `condition "Opened" { each EmailOpened score +2 }`, `condition "Hot" { has Lead where Rating = "Hot" score +9 }`
	for _, test := range []struct {
		name, old, now string
		want           string // changes, one a line
	}{
		{"nothing", `group "G" { limit up to 5 ` + opened + `}`, `group "G" { ` + opened + ` limit up to 5 }`, ""},
		{"a limit", `group "G" { limit up to 5 ` + opened + `}`, `group "G" { limit from 1 to 6 ` + opened + `}`, `group "G": limit changed from up to 5 to 1–6`},
		{"a limit of the model", opened, `limit from 0 ` + opened, "limit added: at least 0"},
		{"a group", opened, `group "G" { limit up to 5 ` + opened + `}`, "group \"G\" added: limit up to 5\ncondition \"Opened\" moved from the model to group \"G\""},
		{"a group less", `group "G" { ` + opened + `}`, opened, "group \"G\" removed\ncondition \"Opened\" moved from group \"G\" to the model"},
		{"a bound", `condition "C" { each EmailOpened score +2 up to +8 }`, `condition "C" { each EmailOpened score +2 up to +10 }`, `condition "C": bound changed from +8 to +10`},
		{"a season", opened, `condition "Opened" { active from 2026-01-01 each EmailOpened score +2 }`, `condition "Opened": season added: 2026-01-01 on`},
		{"a season of the model", `active until 2026-01-01`, `active until 2026-02-01`, "season changed from until 2026-01-01 to until 2026-02-01"},
		{"a weight", `dimension "D" { ` + opened + `}`, `dimension "D" { weight 50% ` + opened + `}`, `dimension "D": weight changed from 100% to 50%`},
		{"a grade of a dimension", `dimension "D" { grade "A" from 5 ` + opened + `}`, `dimension "D" { grade "A" from 6 ` + opened + `}`, `dimension "D": grade "A" changed from 5 and above to 6 and above`},
		{"out of", `dimension "D" { limit up to 9 ` + opened + `}`, `dimension "D" { limit up to 9 out of 10 ` + opened + `}`, `dimension "D": out of added: 10`},
		{"the order of tiers", `first of "F" { ` + opened + hot + `}`, `first of "F" { ` + hot + opened + `}`, `first of "F": order changed from "Opened", "Hot" to "Hot", "Opened"`},
		{"points of a row", `table "T" by Lead.City { "Boston" score +1 otherwise score 0 }`, `table "T" by Lead.City { "Boston" score +2 otherwise score 0 }`,
			"table \"T\": row `\"Boston\"` changed from +1 to +2"},
		{"a row", `table "T" by Lead.City { "Boston" score +1 otherwise score 0 }`, `table "T" by Lead.City { "Boston" score +1 is empty score -1 otherwise score 0 }`,
			"table \"T\": row `is empty` added: -1, before `otherwise`"},
		{"a row of a number that is not one", `table "T" by number of EmailOpened { != 4 score +1 }`, `table "T" by number of EmailOpened { != 5 score +1 }`,
			"table \"T\": row `!= 5` added: +1\ntable \"T\": row `!= 4` removed: +1"},
		{"what a table is by", `table "T" by Lead.City { is empty score +1 }`, `table "T" by Lead.Country { is empty score +1 }`, `table "T": by changed from Lead.City to Lead.Country`},
		{"a block", `condition "C" { any of { has EmailOpened has EmailClicked } score +1 }`, `condition "C" { all of { has EmailOpened has EmailClicked } score +1 }`,
			`condition "C": child changed from any of { has EmailClicked has EmailOpened } to all of { has EmailClicked has EmailOpened }`},
		{"an audience", ``, `audience { has Lead where Rating = "Hot" }`, `audience added: has Lead where Rating = "Hot"`},
		{"a decision", `sales ready at 5`, `sales ready when score >= 5`, "sales ready changed from 5 to when score >= 5"},
		{"a label", `dimension "D" { grade "A" from 5 ` + opened + `}`, `dimension "D" { grade "A" from 5 ` + opened + `} label "D"`, `label added: "D"`},
		{"a value", `let Span = 3 days condition "C" { each EmailOpened within last Span score +1 }`, `let Span = 4 days condition "C" { each EmailOpened within last Span score +1 }`,
			`condition "C": child changed from each EmailOpened within last 3 days to each EmailOpened within last 4 days`},
	} {
		var got []string
		for _, c := range modeldiff.Rules(compile(t, model(test.old)), compile(t, model(test.now))) {
			got = append(got, c.String())
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if changes := modeldiff.Rules(compile(t, strings.Replace(model(`target lead`), "target contact", "", 1)), compile(t, model(""))); len(changes) != 1 || changes[0].String() != "target changed from lead to contact" {
		t.Errorf("target lead: %v", changes)
	}
}
