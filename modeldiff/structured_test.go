package modeldiff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/modeldiff"
)

// layered is a model with everything that a model can have.
const layered = `let Recent = 90 days
model "M" {
    target contact
    active from 2026-01-01
    limit from 0 to 200
    audience {
        has Lead where not (Rating = "Cold")
        any of {
            has EmailOpened
            has EmailClicked
        }
    }
    dimension "Fit" {
        active until 2026-12-31
        limit from 0 to 100
        out of 50
        weight 150%
        table "Size" by Lead.ParentContact.ParentAccount.NumberOfEmployees {
            from 1000 score +30
            below 10 score -10
            otherwise score +5
        }
        first of "Seniority" {
            active from 2026-02-01
            condition "Chief" { has Lead.ParentContact where JobTitle contains word "chief" score +30 }
            condition "Director" { has Lead.ParentContact where JobTitle contains word "director" score +20 }
        }
        grade "A" from 40
        grade "B" below 40
    }
    group "Emails" {
        limit up to 40
        condition "Opened" {
            active until 2027-01-01
            each EmailOpened within last Recent once per day
            score +2 up to +30
        }
        condition "Clicked" { same EmailName { has EmailOpened has EmailClicked } score +5 }
    }
    table "Visits" by number of WebsiteVisited within last Recent { >= 3 score +10 }
    condition "Quiet" { has Lead where Rating = "Cold" score -5 }
    grade "1" from 50
    grade "2" below 50
    label "Fit"
    sales ready when score >= 70 and not (condition "Quiet" holds)
}
`

// TestStructured: each change of a model's structure is reported in the words of the
// rules.
func TestStructured(t *testing.T) {
	const opened = `        condition "Opened" {
            active until 2027-01-01
            each EmailOpened within last Recent once per day
            score +2 up to +30
        }
`
	const quiet = "    condition \"Quiet\" { has Lead where Rating = \"Cold\" score -5 }\n"
	for _, test := range []struct {
		name  string
		edits []string // what is replaced, and by what
		want  string   // changes, one a line
	}{
		{"nothing", nil, ""},
		{"a name of a value", []string{"let Recent", "let Lately", "last Recent", "last Lately"}, ""},
		{"values in place of a name", []string{"let Recent = 90 days\n", "", "last Recent", "last 90 days"}, ""},
		{"a value", []string{"= 90 days", "= 91 days"},
			"table \"Visits\": by changed from number of WebsiteVisited within last 90 days to number of WebsiteVisited within last 91 days\n" +
				`condition "Opened": child changed from each EmailOpened within last 90 days once per day to each EmailOpened within last 91 days once per day`},
		{"the season", []string{"    active from 2026-01-01\n", "    active from 2026-01-02 to 2026-05-01\n"},
			"season changed from 2026-01-01 on to 2026-01-02 until 2026-05-01"},
		{"no season", []string{"    active from 2026-01-01\n", ""}, "season removed: 2026-01-01 on"},
		{"the limit", []string{"limit from 0 to 200", "limit from -5"}, "limit changed from 0–200 to at least -5"},
		{"the audience", []string{`        has Lead where not (Rating = "Cold")`, ""}, `audience: child removed: has Lead where not (Rating = "Cold")`},
		{"a block in the audience", []string{"            has EmailClicked\n", "            none EmailClicked\n"},
			"audience: child changed from any of { has EmailClicked has EmailOpened } to any of { has EmailOpened none EmailClicked }"},
		{"the order in a block", []string{"            has EmailOpened\n            has EmailClicked\n", "            has EmailClicked\n            has EmailOpened\n"}, ""},
		{"a target", []string{"target contact", "target lead with contact"}, "target changed from contact to lead with contact"},
		{"a dimension", []string{"out of 50", "out of 51", "        weight 150%\n", "", "until 2026-12-31", "until 2026-12-30", "from 0 to 100", "up to 100"},
			"dimension \"Fit\": season changed from until 2026-12-31 to until 2026-12-30\ndimension \"Fit\": limit changed from 0–100 to up to 100\n" +
				"dimension \"Fit\": out of changed from 50 to 51\ndimension \"Fit\": weight changed from 150% to 100%"},
		{"grades of a dimension", []string{"from 40", "from 41", "below 40", "below 41"},
			"dimension \"Fit\": grade \"B\" changed from below 40 to below 41\ndimension \"Fit\": grade \"A\" changed from 40 and above to 41 and above"},
		{"a row", []string{"from 1000 score +30", "from 1000 score 0"}, "table \"Size\": row `from 1000` changed from +30 to 0"},
		{"what a row asks", []string{"from 1000 score", "from 999 score"},
			"table \"Size\": row `from 999` added: +30, before `below 10`\ntable \"Size\": row `from 1000` removed: +30"},
		{"the order of rows", []string{"from 1000 score +30\n            below 10 score -10", "below 10 score -10\n            from 1000 score +30"},
			"table \"Size\": order changed from `from 1000`, `below 10` to `below 10`, `from 1000`"},
		{"a row less", []string{"            otherwise score +5\n", ""}, "table \"Size\": row `otherwise` removed: +5"},
		{"the field of a table", []string{"ParentAccount.NumberOfEmployees", "ParentAccount.AnnualRevenue"},
			`table "Size": by changed from Lead.ParentContact.ParentAccount.NumberOfEmployees to Lead.ParentContact.ParentAccount.AnnualRevenue`},
		{"the order of tiers", []string{`"Chief"`, `"Director"`, `"Director" { has Lead.ParentContact where JobTitle contains word "director"`, `"Chief" { has Lead.ParentContact where JobTitle contains word "chief"`,
			`"Director" { has Lead.ParentContact where JobTitle contains word "chief" score +30`, `"Director" { has Lead.ParentContact where JobTitle contains word "director" score +20`,
			`contains word "chief" score +20`, `contains word "chief" score +30`}, "first of \"Seniority\": order changed from \"Chief\", \"Director\" to \"Director\", \"Chief\""},
		{"a tier more", []string{"            condition \"Director\"", "            condition \"Vice\" { has Lead score +1 }\n            condition \"Director\""},
			`condition "Vice" added: +1; has Lead; in first of "Seniority", before "Director"`},
		{"a season of tiers", []string{"active from 2026-02-01", ""}, `first of "Seniority": season removed: 2026-02-01 on`},
		{"a limit of a group", []string{"limit up to 40", "limit up to 41"}, `group "Emails": limit changed from up to 40 to up to 41`},
		{"a condition", []string{"until 2027-01-01", "until 2027-01-02", "score +2 up to +30", "score +2"},
			"condition \"Opened\": season changed from until 2027-01-01 to until 2027-01-02\ncondition \"Opened\": bound removed: +30"},
		{"a cap", []string{"once per day", "up to 2 per day"},
			`condition "Opened": child changed from each EmailOpened within last 90 days once per day to each EmailOpened within last 90 days up to 2 per day`},
		{"a condition that moves to a group", []string{quiet, "", opened, opened + quiet}, `condition "Quiet" moved from the model to group "Emails"`},
		{"a condition that moves out of a group", []string{opened, "", quiet, quiet + opened}, `condition "Opened" moved from group "Emails" to the model`},
		{"a condition that becomes a tier", []string{quiet, "", "            condition \"Chief\"", quiet + "            condition \"Chief\""},
			`condition "Quiet" moved from the model to first of "Seniority", before "Chief"`},
		{"a group that is called otherwise", []string{`group "Emails"`, `group "Mails"`}, `group "Emails" is now called "Mails"`},
		{"new names of all there is", []string{`"Fit"`, `"Person"`, `"Size"`, `"Staff"`, `"Seniority"`, `"Rank"`, `"Chief"`, `"Boss"`, `"Emails"`, `"Mails"`, `"Visits"`, `"Web"`, `"Quiet"`, `"Silent"`},
			"dimension \"Fit\" is now called \"Person\"\ntable \"Size\" is now called \"Staff\"\nfirst of \"Seniority\" is now called \"Rank\"\n" +
				"group \"Emails\" is now called \"Mails\"\ntable \"Visits\" is now called \"Web\"\n" +
				"condition \"Chief\" is now called \"Boss\"\ncondition \"Quiet\" is now called \"Silent\""},
		{"a group that becomes a dimension", []string{`group "Emails"`, `dimension "Emails"`},
			"dimension \"Emails\" added: limit up to 40\ngroup \"Emails\" removed: limit up to 40\n" +
				"condition \"Opened\" moved from group \"Emails\" to dimension \"Emails\"\ncondition \"Clicked\" moved from group \"Emails\" to dimension \"Emails\""},
		{"a group around a condition", []string{quiet, "group \"G\" {\nlimit from 3\n" + quiet + "}\n"},
			"group \"G\" added: limit at least 3\ncondition \"Quiet\" moved from the model to group \"G\""},
		{"a table elsewhere", []string{`    table "Visits" by number of WebsiteVisited within last Recent { >= 3 score +10 }` + "\n", "", "        limit up to 40\n", "        limit up to 40\n" + `    table "Visits" by number of WebsiteVisited within last Recent { >= 3 score +10 }` + "\n"},
			`table "Visits" moved from the model to group "Emails"`},
		{"a table less", []string{`    table "Visits" by number of WebsiteVisited within last Recent { >= 3 score +10 }` + "\n", ""},
			`table "Visits" removed: by number of WebsiteVisited within last 90 days; >= 3 score +10`},
		{"the label", []string{`label "Fit"`, ""}, `label removed: "Fit"`},
		{"a decision", []string{">= 70 and", ">= 70 or"},
			`sales ready changed from when score >= 70 and not (condition "Quiet" holds) to when score >= 70 or not (condition "Quiet" holds)`},
		{"a score in place of a decision", []string{`sales ready when score >= 70 and not (condition "Quiet" holds)`, "sales ready at 70"},
			`sales ready changed from when score >= 70 and not (condition "Quiet" holds) to 70`},
		{"the order of what is not ordered", []string{quiet, "", "    dimension \"Fit\"", quiet + "    dimension \"Fit\""}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := layered
			for i := 0; i < len(test.edits); i += 2 {
				if !strings.Contains(now, test.edits[i]) {
					t.Fatalf("there is no %q in\n%s", test.edits[i], now)
				}
				now = strings.ReplaceAll(now, test.edits[i], test.edits[i+1])
			}
			var got []string
			for _, c := range modeldiff.Rules(compile(t, layered), compile(t, now)) {
				got = append(got, c.String())
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestStructuredModels: a model with another name is found by all of its content.
func TestStructuredModels(t *testing.T) {
	older := compile(t, layered)
	const want = "N\n  model \"M\" is now called \"N\"\n"
	if got := modeldiff.Rules(older, compile(t, strings.Replace(layered, `model "M"`, `model "N"`, 1))).String(); got != want {
		t.Errorf("got %s", got)
	}
	other := strings.Replace(strings.Replace(layered, `model "M"`, `model "N"`, 1), "limit up to 40", "limit up to 41", 1)
	if got := modeldiff.Rules(older, compile(t, other)).String(); got != "N\n  model added\nM\n  model removed\n" {
		t.Errorf("got %s", got)
	}
}
