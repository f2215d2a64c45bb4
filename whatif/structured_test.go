package whatif_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/scoretest"
	"github.com/leadscore/leadscore/whatif"
)

// TestStructured: the sets of a structured model suffice within its limits, tiers and
// weights, and for its decision.
func TestStructured(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{
		"Lead":        {"l": {"ParentContact": "ada", "City": "Paris"}},
		"EmailOpened": {"1": {"Contact": "ada"}},
		"EmailSent":   {"2": {"Contact": "ada"}},
	})
	for _, test := range []struct{ name, rules, want string }{
		{"a limit", `group "Emails" { limit up to 15 condition "Opened" { each EmailOpened score +10 } condition "Clicked" { each EmailClicked score +1 } }
			condition "Visited" { has WebsiteVisited score +6 } sales ready at 20`, `["Visited" holds (+6) and "Opened" counts 2 times (+5) "Visited" holds (+6) and "Clicked" counts 4 times (+4)]`},
		{"a bound", `condition "Opened" { each EmailOpened score +10 up to +25 } sales ready at 25`, `["Opened" counts 3 times (+15)]`},
		{"tiers", `first of "Town" { condition "Boston" { has Lead where City = "Boston" score +5 } condition "Named" { has Lead where City is not empty score +3 } } sales ready at 5`,
			`["Boston" holds (+2)]`},
		{"a table", `table "Town" by Lead.City { "Boston" score +5 otherwise score +3 } sales ready at 5`, `["Town, \"Boston\"" holds (+2)]`},
		{"a weight", `dimension "Fit" { weight 10% condition "Opened" { each EmailOpened score +10 } } sales ready at 5`, `["Opened" counts 5 times (+4)]`},
		{"a decay", `condition "Opened" { each EmailOpened halving every 1 day score +10 } condition "Visited" { has WebsiteVisited score +1 } sales ready at 15`, `["Opened" counts 2 times (+20)]`},
		{"a decay of the newest", `condition "Opened" { has EmailOpened halving every 1 day score +10 } sales ready at 10`, `["Opened" holds (+10)]`},
		{"more than the newest weighs", `condition "Opened" { has EmailOpened halving every 1 day score +10 } sales ready at 11`, `[]`},
		{"spans", `condition "Quiet" { every 1 day without EmailSent score +5 up to +10 } sales ready at 10`, `["Quiet" counts 2 times (+10)]`},
		{"a decision", `condition "Opened" { each EmailOpened score +10 } condition "Sent" { has EmailSent score -1 } sales ready when score >= 20 and not (condition "Sent" holds)`,
			`["Opened" counts 2 times (+10) and "Sent" does not count (+1)]`},
		{"a label", `dimension "Fit" { condition "Opened" { each EmailOpened score +10 } grade "A" from 30 grade "B" below 30 } label "Fit" sales ready when label is "A"`, `["Opened" counts 3 times (+20)]`},
		{"nothing", `condition "Opened" { each EmailOpened score +10 } limit up to 5 sales ready at 6`, `[]`},
		{"ready", `condition "Opened" { each EmailOpened score +10 } limit up to 50 sales ready at 6`, `[]`},
	} {
		m := scoretest.Compile(t, `model "M" { target contact `+test.rules+` }`)
		r, err := m.Score(t.Context(), "l", data, scoretest.AsOf, leadscore.Explain(0))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := whatif.SalesReady(m, r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, fmt.Sprint(answer.Sets)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestStructuredText: the text of an answer for a model with a decision.
func TestStructuredText(t *testing.T) {
	data := scoretest.Source(t, scoretest.Records{"Lead": {"l": {"ParentContact": "ada"}}})
	for _, test := range []struct{ decision, want string }{
		{`condition "Opened" holds`, "the lead would be sales ready if\n  \"Opened\" holds (+1)\n"},
		{`score < 0`, "no change of up to 3 conditions would make the lead sales ready\n"},
	} {
		m := scoretest.Compile(t, `model "M" { target contact condition "Opened" { has EmailOpened score +1 } sales ready when `+test.decision+` }`)
		r, err := m.Score(t.Context(), "l", data, scoretest.AsOf, leadscore.Explain(0))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := whatif.SalesReady(m, r)
		if err != nil || answer.String() != test.want {
			t.Errorf("%s: %v, %v, want %q", test.decision, answer, err, test.want)
		}
	}
}
