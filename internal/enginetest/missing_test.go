package enginetest_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
)

// missing is data with what can be missing: references that lead nowhere, and records
// outside a date range or later than as of.
var missing = scoretest.Records{
	"Lead":    {"l": {"ParentContact": "ada", "Topic": "СОСА "}, "lost": {"ParentContact": "gone"}, "firm": {"ParentAccount": "acme"}},
	"Contact": {"ada": {"ParentAccount": "nowhere"}, "ben": {"ParentAccount": "acme"}, "cyd": {"ParentAccount": "acme"}},
	"Account": {"acme": {}},
	"EmailOpened": {
		"1": {"Contact": "ada", "Timestamp": "2026-06-03T00:00:00Z"}, "2": {"Contact": "ada", "Timestamp": "2026-06-02T00:00:00Z"},
		"3": {"Contact": "ada", "Timestamp": "2026-01-01T00:00:00Z"}, "4": {"Contact": "ada"},
	},
	"EmailClicked": {"5": {"Contact": "gone", "Timestamp": "2026-05-01T00:00:00Z"}},
}

// TestMissing: a child that counts nothing says why, whether the source lends its records
// or is queried; without lists it does not.
func TestMissing(t *testing.T) {
	for _, test := range []struct {
		lead, target, child string
		want                []string
	}{
		{"l", "contact", "each EmailOpened within last 30 days", []string{
			`not met: within last 30 days: EmailOpened "3" has 2026-01-01T00:00:00Z`,
			`2 EmailOpened are later than as of, the first at 2026-06-02T00:00:00Z`, `EmailOpened "4" has no date`,
		}},
		{"l", "contact", "none EmailOpened within last 30 days", []string{
			`2 EmailOpened are later than as of, the first at 2026-06-02T00:00:00Z`,
			`EmailOpened "3" is before the date range, at 2026-01-01T00:00:00Z`, `EmailOpened "4" has no date`,
		}},
		{"l", "contact", "each EmailOpened", nil},
		{"l", "contact", "at least 3 EmailOpened", []string{`2 EmailOpened are later than as of, the first at 2026-06-02T00:00:00Z`}},
		{"l", "contact", `has EmailOpened.Contact.ParentAccount where Name = "A"`, []string{
			`2 EmailOpened are later than as of, the first at 2026-06-02T00:00:00Z`, `ParentAccount "nowhere" is not an Account`,
		}},
		{"l", "contact", `has Lead.ParentContact where ParentAccount.Name = "A"`, []string{
			`not met: ParentAccount.Name = "A": Contact "ada" has nothing: ParentAccount "nowhere" is not an Account`,
		}},
		{"l", "contact", `has Lead.ParentContact where ParentAccount.PrimaryContact.City = "A"`, []string{
			`not met: ParentAccount.PrimaryContact.City = "A": Contact "ada" has nothing: ParentAccount "nowhere" is not an Account`,
		}},
		{"l", "contact", `has Lead where ParentAccount.Name = "A"`, []string{
			`not met: ParentAccount.Name = "A": Lead "l" has nothing: ParentAccount is empty`,
		}},
		{"l", "contact", `has Lead where Topic = "COCA"`, []string{
			`not met: Topic = "COCA": Lead "l" has "СОСА ": it differs from "COCA" in how it is written`,
		}},
		{"l", "contact", `has Lead where Topic in ("Tea", "COCA")`, []string{
			`not met: Topic in ("Tea", "COCA"): Lead "l" has "СОСА ": it differs from "COCA" in how it is written`,
		}},
		{"l", "contact", `has Lead where Topic != "COCA" and Topic is empty`, []string{`not met: Topic is empty: Lead "l" has "СОСА "`}},
		{"l", "contact", "has EmailClicked", []string{`no EmailClicked has "ada" as its Contact`}},
		{"l", "contact", "none EmailClicked", nil},
		{"lost", "contact", `has EmailClicked.Contact where City = "A"`, []string{`there is no Contact "gone"`}},
		{"lost", "contact", "none Lead.ParentContact", []string{`ParentContact "gone" is not a Contact`}},
		{"lost", "contact", "has Interaction since 2026-05-02", []string{`not met: since 2026-05-02: EmailClicked "5" has 2026-05-01T00:00:00Z`}},
		{"firm", "account", "has Interaction", []string{`no Interaction has one of 2 ids as its Contact, such as "ben"`}},
		{"firm", "account", "has Lead.ParentContact", []string{`ParentContact is empty`}},
	} {
		m := scoretest.Compile(t, `model "M" { target `+test.target+` condition "C" { `+test.child+` score 1 } }`)
		rows := scoretest.Source(t, missing)
		for how, src := range map[string]leadscore.Source{"lent": rows.Source, "rows": rows} {
			r, err := m.Score(t.Context(), test.lead, src, scoretest.AsOf, leadscore.Explain(1))
			if err != nil {
				t.Fatal(err)
			}
			child := slices.Collect(scoretest.Detailed(t, r).Contributions())[0].Children[0]
			if diff := cmp.Diff(test.want, child.Reasons()); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", test.child, how, diff)
			}
			r, err = m.Score(t.Context(), test.lead, src, scoretest.AsOf, leadscore.Explain(0))
			if child := slices.Collect(r.Contributions())[0].Children[0]; err != nil || child.Missing != nil {
				t.Errorf("%s, %s: without lists: %v, %v", test.child, how, child.Missing, err)
			}
		}
	}
}

// TestMissingIsGivenUp: a lead that reaches too many records only if those of any date
// are counted says nothing about them, and is explained all the same.
func TestMissingIsGivenUp(t *testing.T) {
	m := scoretest.Compile(t, scoretest.Model("M", "each EmailOpened within last 30 days"))
	for records, want := range map[int]int{5: 3, 4: 0} { // the lead, and four opened emails
		r, err := m.Score(t.Context(), "l", scoretest.Source(t, missing), scoretest.AsOf, leadscore.Explain(1), leadscore.MaxRecords(records))
		if err != nil {
			t.Fatal(err)
		}
		if list := slices.Collect(scoretest.Detailed(t, r).Contributions())[0].Children[0].Missing; len(list) != want {
			t.Errorf("%d records: %v", records, list)
		}
	}
}
