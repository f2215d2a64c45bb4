package modeltest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/modeltest"
)

// parts is a model of which tests expect more than a score.
const parts = `model "B2B" {
    target lead
    active from 2026-01-01
    audience { has Lead where not (Rating = "Cold") }
    dimension "Fit" {
        limit up to 20
        weight 50%
        table "Size" by Lead.NumberOfEmployees {
            from 100 score +30
            otherwise score +5
        }
        grade "A" from 20
        grade "B" from 5 to 19
    }
    dimension "Engagement" {
        first of "Forms" {
            condition "Demo" { has FormSubmitted where FormName = "Demo" score +10 }
            condition "Form" { has FormSubmitted score +5 }
        }
        condition "Opened" { each EmailOpened halving every 1 day score +8 }
        condition "Later" { active from 2027-01-01 has Lead score +100 }
        grade "1" from 10
    }
    label "Fit", "Engagement"
    sales ready when label is "A1"
}
`

// TestParts checks expectations of dimensions, labels, seasons and audiences, both of
// those that are met and of those that are not.
func TestParts(t *testing.T) {
	const lead, form = "Lead with NumberOfEmployees = 500", ` FormSubmitted with FormName = "Demo"`
	for _, test := range []struct {
		asOf, records, met string
		unmet              map[string]string // by expectation
	}{
		{"2026-05-31", lead + form, `score 20, dimension "Fit" score 20, dimension "Fit" grade "A", dimension "Engagement" grade "1", label "A1", sales ready, "Demo" holds, "Form" does not hold, "Form" 0 times, "Later" does not hold`, map[string]string{
			`dimension "Fit" score 10`:       `the score of "Fit" is 20, not 10`,
			`dimension "Fit" grade "B"`:      `the grade of "Fit" is "A", not "B" (the score is 20)`,
			`dimension "Fit" no grade`:       `the grade of "Fit" is "A" (the score is 20)`,
			`label "B1"`:                     `the label is "A1", not "B1"`,
			`no label`:                       `the label is "A1"`,
			`not active`:                     `the lead is scored`,
			`not in audience`:                `the lead is scored`,
			`"Form" holds`:                   `condition "Form" does not hold: an earlier tier was taken`,
			`"Form" 1 time`:                  `condition "Form" counts 0 times, not 1: an earlier tier was taken`,
			`"Later" holds`:                  `condition "Later" does not hold: out of season`,
			`"Demo" does not hold`:           `condition "Demo" holds, 1 time`,
			`dimension "Engagement" score 9`: `the score of "Engagement" is 10, not 9`,
		}},
		{"2026-05-31", "Lead" + ` EmailOpened 36 hours ago`, `no label, dimension "Engagement" no grade, dimension "Engagement" score 4, not sales ready, "Opened" holds`, map[string]string{
			`label "A1"`:                       `there is no label: a dimension of it has no grade`,
			`dimension "Engagement" grade "1"`: `there is no grade of "Engagement" for 4`,
			`"Opened" 1 time`:                  `condition "Opened" counts 0.5 times, not 1`,
			`"Opened" 0 times`:                 `condition "Opened" counts 0.5 times, not 0`,
		}},
		{"2025-05-31", lead, `not active`, map[string]string{`score 5`: `the lead is not scored: the model is not active: it is active from 2026-01-01`, `not in audience`: `the model is not active: it is active from 2026-01-01`}},
		{"2026-05-31", `Lead with Rating = "Cold"`, `not in audience`, map[string]string{
			`score 5`:    `the lead is not scored: it is not in the audience`,
			`not active`: `the lead is not in the audience`,
		}},
	} {
		check := func(expectation, want string) {
			rules := fmt.Sprintf("%s test \"T\" { as of %s %s expect %s }", parts, test.asOf, test.records, expectation)
			for r := range modeltest.Results(t.Context(), compile(t, rules)) {
				got := ""
				if r.Err != nil {
					got = r.Err.Error()
				} else if len(r.Failures) > 0 {
					got = r.Failures[0].Summary
				}
				if got != want {
					t.Errorf("%s: expect %s: %q, want %q", test.records, expectation, got, want)
				}
			}
		}
		for expectation := range strings.SplitSeq(test.met, ", ") {
			check(expectation, "")
		}
		for expectation, want := range test.unmet {
			check(expectation, want)
		}
	}
}

// TestPartsReport checks what a failed test shows of limits, weights and rows.
func TestPartsReport(t *testing.T) {
	rules := parts + `test "T" { as of 2026-05-31 Lead with NumberOfEmployees = 500 expect score 1 }`
	for r := range modeltest.Results(t.Context(), compile(t, rules)) {
		text := r.String()
		for _, want := range []string{
			"+30  Size, from 100: 1 x +30", "+0  Size, otherwise: 1 x +5, an earlier row was taken",
			`-10  limit up to 20 of dimension "Fit"`, `-10  weight 50% of dimension "Fit"`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
	}
}
