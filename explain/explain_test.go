package explain_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/source/memory"
)

const rules = `model "Coffee & <Tea>" {
    target contact

    condition "Opened" {
        "Lately": each EmailOpened since 2026-05-01
        score +10
    }

    condition "Colleagues" {
        each Lead.ParentContact.ParentAccount.Contacts.Leads
        score -1
    }

    condition "Visited" {
        has WebsiteVisited where Url contains "pricing"
        none EmailClicked
        score +5
    }

    condition "Large" {
        has Lead.ParentContact.ParentAccount where NumberOfEmployees > 500
        score +7
    }

    grade "Warm" from 10 to 100
    sales ready at 18
}

model "Firms" {
    target account
}
`

var asOf = leadscore.AsOf(time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC))

// load compiles the rules and makes data: ada-lead and ben-lead are contact-based,
// firm-lead is account-based, and orphan has no parent.
func load(t *testing.T) (*leadscore.Set, *memory.Source) {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: rules}})
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(set.Schema())
	for _, r := range []struct {
		entity, id string
		record     memory.Record
	}{
		{"Lead", "ada-lead", memory.Record{"ParentContact": "ada"}},
		{"Lead", "ben-lead", memory.Record{"ParentContact": "ben"}},
		{"Lead", "firm-lead", memory.Record{"ParentAccount": "bean\thouse"}},
		{"Lead", "orphan", nil},
		{"Contact", "ada", memory.Record{"ParentAccount": "bean\thouse"}},
		{"Contact", "ben", memory.Record{"ParentAccount": "bean\thouse"}},
		{"Account", "bean\thouse", memory.Record{"NumberOfEmployees": 400}},
		{"EmailOpened", "1", memory.Record{"Contact": "ada", "Timestamp": "2026-05-04T10:00:00+02:00"}},
		{"EmailOpened", "2", memory.Record{"Contact": "ada", "Timestamp": "2026-05-05T08:00:00Z"}},
		{"WebsiteVisited", "3", memory.Record{"Contact": "ada", "Timestamp": "2026-05-05T09:00:00Z", "Url": "/about"}},
	} {
		if err := data.Add(r.entity, r.id, r.record); err != nil {
			t.Fatal(err)
		}
	}
	return set, data
}

const ada = `"ada-lead", Coffee & <Tea>: score 18, Warm, sales ready
  as of 2026-06-01T00:00:00Z
  Opened: 2 x +10 = +20
    "Lately": each EmailOpened since 2026-05-01: 2, holds
      2026-05-04T08:00:00Z EmailOpened "1"
      2026-05-05T08:00:00Z EmailOpened "2"
  Colleagues: 2 x -1 = -2
    each Lead.ParentContact.ParentAccount.Contacts.Leads: 2, holds
      Lead "ada-lead"
      Lead "ben-lead"
  Visited: 0 x +5 = 0
    has WebsiteVisited where Url contains "pricing": 0, does not hold
      not met: Url contains "pricing": WebsiteVisited "3" has "/about"
    none EmailClicked: 0, holds
  Large: 0 x +7 = 0
    has Lead.ParentContact.ParentAccount where NumberOfEmployees > 500: 0, does not hold
      not met: NumberOfEmployees > 500: Account "bean\thouse" has 400
`

func TestLead(t *testing.T) {
	set, data := load(t)
	for _, test := range []struct {
		lead string
		want []string // by model
		why  string   // of the first
	}{
		{"ada-lead", []string{ada, "\"ada-lead\", Firms: not targeted\n"}, "Opened: 2 x +10 = +20; Colleagues: 2 x -1 = -2"},
		{"firm-lead", []string{"\"firm-lead\", Coffee & <Tea>: not targeted\n", "\"firm-lead\", Firms: score 0\n  as of 2026-06-01T00:00:00Z\n"}, ""},
		{"orphan", []string{"\"orphan\", Coffee & <Tea>: no parent\n", "\"orphan\", Firms: no parent\n"}, ""},
	} {
		ledgers, err := explain.Lead(t.Context(), set, test.lead, data, asOf)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range ledgers {
			got = append(got, l.String())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.lead, diff)
		}
		if why := ledgers[0].Summary(); why != test.why {
			t.Errorf("%s: got %q, want %q", test.lead, why, test.why)
		}
	}
	if _, err := explain.Lead(t.Context(), set, "nemo", data, asOf); !errors.Is(err, leadscore.ErrNoLead) {
		t.Errorf("a lead that is not there: %v", err)
	}
	ledgers, err := explain.Lead(t.Context(), set, "ada-lead", data, asOf, leadscore.Explain(1))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(ledgers[0].Contributions[0].Children[0].Occurrences); n != 1 {
		t.Errorf("%d records are listed where one was asked for", n)
	}
}

// TestRoutes: a record that several routes lead to says how many.
func TestRoutes(t *testing.T) {
	m, err := leadscore.Compile("m.score", `model "M" {
		target contact
		condition "Opens of colleagues" { each EmailOpened.Contact.ParentAccount.Contacts score +1 }
	}`, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	_, data := load(t)
	r, err := m.Score(t.Context(), "ada-lead", data, asOf, leadscore.Explain(1))
	if err != nil {
		t.Fatal(err)
	}
	const want = `"ada-lead", M: score 4
  as of 2026-06-01T00:00:00Z
  Opens of colleagues: 4 x +1 = +4
    each EmailOpened.Contact.ParentAccount.Contacts: 4, holds
      2026-05-04T08:00:00Z EmailOpened "1", 2 routes
`
	if diff := cmp.Diff(want, ledgerOf(t, r).String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestJSON: a ledger is written as its result is, and nothing is lost when it is
// read again.
func TestJSON(t *testing.T) {
	set, data := load(t)
	for _, lead := range []string{"ada-lead", "ben-lead", "firm-lead", "orphan"} {
		scored, err := set.Score(t.Context(), lead, data, asOf, leadscore.Explain(explain.Occurrences))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range scored.Results {
			want, err := r.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			ledger := ledgerOf(t, r)
			got, err := ledger.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("(-result +ledger):\n%s", diff)
			}
			var read explain.Ledger
			if err := json.Unmarshal(got, &read); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(ledger, read); diff != "" {
				t.Errorf("(-written +read):\n%s", diff)
			}
			if read.String() != ledger.String() {
				t.Errorf("what was read is printed as\n%s", read)
			}
		}
	}
}

// ledgerOf returns the ledger of a result.
func ledgerOf(t *testing.T, r leadscore.Result) explain.Ledger {
	t.Helper()
	l, err := explain.Of(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestUnexplained: a result that was scored alone has its first line, and as of.
func TestUnexplained(t *testing.T) {
	set, data := load(t)
	r, err := set.Score(t.Context(), "ada-lead", data, asOf)
	if err != nil {
		t.Fatal(err)
	}
	l := ledgerOf(t, r.Results[0])
	if got := l.String(); got != r.Results[0].String()+"\n  as of 2026-06-01T00:00:00Z\n" || l.Summary() != "" {
		t.Errorf("got %q, %q", got, l.Summary())
	}
}

// TestSteps: occurrences that weigh less with time say until when, and if there are
// several, a line says when the first of them will weigh less; of has it is the newest.
func TestSteps(t *testing.T) {
	m, err := leadscore.Compile("m.score", `model "M" {
		target contact
		condition "Each" { each EmailOpened losing 50% every 1 week score +8 }
		condition "Has" { has EmailOpened halving every 1 week score +8 }
		condition "Over" { each EmailOpened fading over 2 days score +8 }
		condition "Quiet" { every 10 days without EmailOpened score -1 down to -5 }
		condition "Gone" { every 10 days without EmailOpened score -1 down to -2 }
	}`, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	_, data := load(t)
	for day, want := range map[int]string{
		12: `"ada-lead", M: score 20
  as of 2026-05-12T06:00:00Z
  Each   1.5  x +8  +12
  Has      1  x +8   +8
  Over     0  x +8    0
  Quiet    0  x -1    0
  Gone     0  x -1    0
  score             +20
  Each: 1.5 x +8 = +12
    each EmailOpened losing 50% every 1 week: 2, weight 1.5, holds
      2026-05-04T08:00:00Z EmailOpened "1", weight 0.5 until 2026-05-18T08:00:00Z
      2026-05-05T08:00:00Z EmailOpened "2", weight 1 until 2026-05-12T08:00:00Z
      weighs less after 2026-05-12T08:00:00Z
  Has: 1 x +8 = +8
    has EmailOpened halving every 1 week: 2, weight 1, holds
      2026-05-04T08:00:00Z EmailOpened "1", weight 0.5 until 2026-05-18T08:00:00Z
      2026-05-05T08:00:00Z EmailOpened "2", weight 1 until 2026-05-12T08:00:00Z
      weighs less after 2026-05-12T08:00:00Z
  Over: 0 x +8 = 0
    each EmailOpened fading over 2 days: 2, weight 0, does not hold
      2026-05-04T08:00:00Z EmailOpened "1", weight 0
      2026-05-05T08:00:00Z EmailOpened "2", weight 0
  Quiet: 0 x -1 = 0
    every 10 days without EmailOpened: 0, does not hold
      2026-05-05T08:00:00Z EmailOpened "2", less than 1 span old until 2026-05-15T08:00:00Z
  Gone: 0 x -1 = 0
    every 10 days without EmailOpened: 0, does not hold
      2026-05-05T08:00:00Z EmailOpened "2", less than 1 span old until 2026-05-15T08:00:00Z
`,
		26: `"ada-lead", M: score -2
  as of 2026-05-26T06:00:00Z
  Each      0  x +8   0
  Has    0.25  x +8  +2
  Over      0  x +8   0
  Quiet     2  x -1  -2
  Gone      2  x -1  -2
  score              -2
  Each: 0 x +8 = 0
    each EmailOpened losing 50% every 1 week: 2, weight 0, does not hold
      2026-05-04T08:00:00Z EmailOpened "1", weight 0
      2026-05-05T08:00:00Z EmailOpened "2", weight 0
  Has: 0.25 x +8 = +2
    has EmailOpened halving every 1 week: 2, weight 0.25, holds
      2026-05-04T08:00:00Z EmailOpened "1", weight 0.125 until 2026-06-01T08:00:00Z
      2026-05-05T08:00:00Z EmailOpened "2", weight 0.25 until 2026-05-26T08:00:00Z
      weighs less after 2026-05-26T08:00:00Z
  Over: 0 x +8 = 0
    each EmailOpened fading over 2 days: 2, weight 0, does not hold
      2026-05-04T08:00:00Z EmailOpened "1", weight 0
      2026-05-05T08:00:00Z EmailOpened "2", weight 0
  Quiet: 2 x -1 = -2
    every 10 days without EmailOpened: 2, holds
      2026-05-05T08:00:00Z EmailOpened "2", 2 spans old until 2026-06-04T08:00:00Z
  Gone: 2 x -1 = -2
    every 10 days without EmailOpened: 2, holds
      2026-05-05T08:00:00Z EmailOpened "2", 2 spans old
`,
	} {
		r, err := m.Score(t.Context(), "ada-lead", data, leadscore.AsOf(time.Date(2026, time.May, day, 6, 0, 0, 0, time.UTC)), leadscore.Explain(9))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, ledgerOf(t, r).String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestLineWithoutAmount checks that a ledger whose lines lack an amount, as one that was
// read may, can be printed and compared: the line adds nothing.
func TestLineWithoutAmount(t *testing.T) {
	const text = `{"model": "M", "lead": "l", "status": "scored", "score": 3, "ledger": [
		{"kind": "condition", "condition": "C", "times": "1", "points": 3, "amount": 3}, {"kind": "limit", "rule": "limit up to 5"}]}`
	var l explain.Ledger
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		t.Fatal(err)
	}
	const want = `"l", M: score 3
  C              1  x +3  +3
  limit up to 5            0
  score                   +3
`
	if got := l.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !l.Lines[1].Equal(l.Lines[1]) || l.Lines[1].Equal(l.Lines[0]) || l.Lines[0].Equal(leadscore.Line{Kind: "condition", Condition: "C", Times: "1", Points: 3}) {
		t.Error("an amount of none equals that of another line, or not itself")
	}
}

// TestTakenRowOfNoPoints checks that the row of a table that was taken has a line, also
// if it adds nothing, and that the others have none.
func TestTakenRowOfNoPoints(t *testing.T) {
	const rules = `model "M" {
		target contact
		table "Country" by Lead.ParentContact.Country { "France" score +5  "Germany" score 0  otherwise score -1 }
	}`
	m, err := leadscore.Compile("m.score", rules, leadscore.StandardSchema())
	if err != nil {
		t.Fatal(err)
	}
	data := memory.New(leadscore.StandardSchema())
	for _, err := range []error{
		data.Add("Lead", "l", memory.Record{"ParentContact": "c"}), data.Add("Contact", "c", memory.Record{"Country": "Germany"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := m.Score(t.Context(), "l", data, leadscore.Explain(1))
	if err != nil {
		t.Fatal(err)
	}
	const want = `  table "Country"
    "Germany"      1  x +0  0
    sum                     0
  score                     0
`
	if got := ledgerOf(t, r).String(); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
