package findings_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/findings"
	"github.com/leadscore/leadscore/traverse"
)

var update = flag.Bool("update", false, "rewrite the messages in testdata; judge the difference")

// own adds to the standard schema what the tests need.
const own = `profile Lead {
    Code      text exact
    Interests choices ("Coffee", "Tea", "Milk")
    Due       date
    Orders <- Order.Lead
}

profile Order {
    Lead -> Lead
    PlacedOn date
    Amount   number
    dated by PlacedOn
}

interaction Called {
    ParentContact -> Contact
}
`

// models checks rules against the standard schema and own.
func models(t *testing.T, rules string) ([]*check.Model, []*dsl.File) {
	t.Helper()
	var files []*dsl.File
	for name, text := range map[string]string{"own.score": own, "rules.score": rules} {
		f, problems := dsl.Parse(name, text, dsl.Limits{})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		files = append(files, f)
	}
	_, list, problems := check.Files(traverse.Standard(), files...)
	if len(problems) > 0 {
		t.Fatalf("%.4000v\n%.4000s", problems, rules)
	}
	return list, files
}

// The codes of the lists below.
const (
	none    = ""
	nothing = string(findings.CodeNothing)
	never   = string(findings.CodeNever)
	always  = string(findings.CodeAlways)
	implied = string(findings.CodeImplied)
	same    = string(findings.CodeSameExpr)
	twice   = string(findings.CodeSameChild)
)

// expressions lists expressions about one lead, and what must be found.
var expressions = []struct{ code, where string }{
	{nothing, `City = "A" and City = "B"`},
	{nothing, `City = "A" and City != "a"`},
	{nothing, `City in ("A", "B") and City not in ("a", "b", "c")`},
	{nothing, `City in ("A", "B") and City != "A" and City != "B"`},
	{nothing, `City = "Chicago" and City contains "berlin"`},
	{nothing, `City = "Chicago" and City does not contain "CAGO"`},
	{nothing, `City begins with "Chi" and City begins with "Ber"`},
	{nothing, `City begins with any ("ab", "b") and City begins with any ("a", "c") and City does not begin with "AB"`},
	{nothing, `City ends with "o" and City ends with "n"`},
	{nothing, `City begins with "Chi" and City does not contain "h"`},
	{nothing, `City contains "pricing" and City does not contain "PRIC"`},
	{nothing, `City contains any ("ab", "ac") and City does not contain "a"`},
	{nothing, `City ends with "ago" and City does not end with any ("o", "x")`},
	{nothing, `City is empty and City is not empty`},
	{nothing, `City is empty and City != "A"`},
	{nothing, `Code = "a" and Code = "A"`},
	{nothing, `Code begins with "a" and Code begins with "A"`},
	{none, `Code contains "a" and Code contains "A"`},
	{same, `City = "a" and City = "A"`},
	{same, `City = "Kelvin" and City = "` + "\u212a" + `elvin"`},
	{none, `City = "Straße" and Email = "Strasse"`},
	{nothing, `City = "Straße" and City = "Strasse"`},
	{none, `City begins with "Chi" and City ends with "go"`},
	{none, `City begins with "Chi" and City != "Chicago"`},
	{none, `City contains "a" and City does not contain "ab"`},
	{none, `City begins with any ("a", "b") and City begins with any ("bc", "d")`},
	{none, `City != "A" and City != "B"`},
	{implied, `City = "Chicago" and City begins with "Chi"`},
	{implied, `City = "Chicago" and City != "Berlin"`},
	{implied, `City begins with "Chi" and City contains "hi"`},
	{implied, `City begins with "Chi" and City != "Berlin"`},
	{implied, `City begins with "Chi" and City does not begin with "B"`},
	{implied, `City ends with "go" and City does not end with "n"`},
	{implied, `City does not contain "a" and City does not begin with "ab"`},
	{implied, `City does not contain any ("a", "b") and City does not contain "b"`},
	{implied, `City contains word "new york" and City contains word "york"`},
	{implied, `City contains word "york" and City contains "york"`},
	{implied, `City = "New York" and City contains word "york"`},
	{none, `City contains "new york" and City contains word "york"`},
	{none, `City begins with "york" and City contains word "york"`},
	{nothing, `City = "Yorkshire" and City contains word "york"`},
	{nothing, `City contains word "york" and City does not contain "or"`},
	{none, `City contains word "york" and City does not contain word "or"`},
	{implied, `City in ("A", "B") and City in ("A", "B", "C")`},
	{implied, `City contains "a" and City is not empty`},
	{none, `City contains "a" and City contains "b"`},
	{none, `City does not begin with "a" and City does not contain "ab"`},

	{nothing, `Rating = "Hot" and Rating = "Cold"`},
	{nothing, `Rating in ("Hot", "Warm") and Rating = "Cold"`},
	{none, `Rating not in ("Hot", "Warm", "Cold")`}, // data may hold other values
	{implied, `Rating = "Hot" and Rating != "Cold"`},

	{nothing, `Interests contains "Tea" and Interests does not contain "tea"`},
	{nothing, `Interests contains any ("Tea", "Milk") and Interests does not contain any ("Tea", "Milk")`},
	{nothing, `Interests contains all ("Tea", "Milk") and Interests does not contain "Milk"`},
	{none, `Interests contains any ("Tea", "Milk") and Interests does not contain "Milk"`},
	{none, `Interests does not contain any ("Coffee", "Tea", "Milk")`},
	{none, `Interests contains "Tea" and Interests contains "Milk"`},
	{implied, `Interests contains all ("Tea", "Milk") and Interests contains "Milk"`},
	{implied, `Interests contains "Tea" and Interests contains any ("Tea", "Milk")`},
	{implied, `Interests does not contain any ("Tea", "Milk") and Interests does not contain "Tea"`},
	{implied, `Interests does not contain "Tea" and Interests is not empty`},
	{same, `Interests contains "Tea" and Interests contains any ("TEA")`},

	{nothing, `NumberOfEmployees > 500 and NumberOfEmployees < 100`},
	{nothing, `NumberOfEmployees > 5 and NumberOfEmployees < 5`},
	{nothing, `NumberOfEmployees > 0.3 and NumberOfEmployees < 0.30000000000000004`},
	{nothing, `NumberOfEmployees >= 5 and NumberOfEmployees <= 5 and NumberOfEmployees != 5`},
	{nothing, `NumberOfEmployees = 5 and NumberOfEmployees = 6`},
	{nothing, `NumberOfEmployees in (1, 2, 3) and NumberOfEmployees > 3`},
	{nothing, `NumberOfEmployees in (1, 2) and NumberOfEmployees not in (2, 1)`},
	{none, `NumberOfEmployees > 5 and NumberOfEmployees < 6`},
	{none, `NumberOfEmployees >= 5 and NumberOfEmployees <= 5`},
	{none, `NumberOfEmployees > 0.3 and NumberOfEmployees < 0.3000000000000001`},
	{implied, `NumberOfEmployees > 500 and NumberOfEmployees > 100`},
	{implied, `NumberOfEmployees >= 100 and NumberOfEmployees > 99.5`},
	{implied, `NumberOfEmployees between 5 and 6 and NumberOfEmployees != 7`},
	{implied, `NumberOfEmployees between 5 and 5 and NumberOfEmployees in (5, 6)`},
	{implied, `NumberOfEmployees in (5, 6) and NumberOfEmployees < 7`},
	{implied, `NumberOfEmployees not in (5, 6) and NumberOfEmployees != 5`},
	{same, `NumberOfEmployees = 0 and NumberOfEmployees in (-0, 0)`},
	{none, `NumberOfEmployees > 5 and NumberOfEmployees != 7`},

	{nothing, `DecisionMaker = true and DecisionMaker = false`},
	{nothing, `DecisionMaker = true and DecisionMaker != true`},
	{nothing, `DecisionMaker = true and DecisionMaker is empty`},
	{same, `DecisionMaker = true and DecisionMaker != false`},
	{implied, `DecisionMaker != true and DecisionMaker is not empty`},

	{nothing, `CreatedOn on 2026-05-31 and CreatedOn before 2026-05-31`},
	{nothing, `CreatedOn after 2026-05-31 and CreatedOn on or before 2026-05-31`},
	{nothing, `CreatedOn within last 30 days and CreatedOn older than 30 days`},
	{nothing, `CreatedOn within last 30 days and CreatedOn older than 2 months`},
	{nothing, `CreatedOn within last 3 weeks and CreatedOn older than 1 month`},
	{nothing, `CreatedOn within next 2 days and CreatedOn older than 1 minute`},
	{nothing, `CreatedOn within last 1 year and CreatedOn older than 12 months`},
	{none, `CreatedOn within last 31 days and CreatedOn older than 1 month`},
	{none, `CreatedOn within last 30 days and CreatedOn within next 30 days`}, // at as of
	{none, `CreatedOn after 2030-01-01 and CreatedOn within last 30 days`},    // once it is 2030
	{none, `CreatedOn before 2020-01-01 and CreatedOn within last 30 days`},
	{none, `CreatedOn before 2020-01-01 and CreatedOn within next 30 days`},
	{none, `CreatedOn within last 28 days and CreatedOn older than 1 month`}, // a clock change in February
	{none, `CreatedOn within last 61 days and CreatedOn within last 2 months`},
	{none, `CreatedOn within last 59 days and CreatedOn within last 2 months`},
	{none, `Due within last 62 days and Due older than 2 months`},
	{implied, `CreatedOn within last 30 days and CreatedOn within last 2 months`},
	{implied, `CreatedOn within last 1 month and CreatedOn within last 40 days`},
	{implied, `CreatedOn within last 30 days and CreatedOn is not empty`},
	{implied, `CreatedOn older than 60 days and CreatedOn older than 30 days`},
	{implied, `CreatedOn on 2026-05-31 and CreatedOn after 2026-05-30`},
	{same, `CreatedOn within last 1 day and CreatedOn within last 24 hours`},
	{same, `CreatedOn within last 1 year and CreatedOn within last 12 months`},
	{same, `CreatedOn on or after 2026-05-31 and CreatedOn after 2026-05-30`},
	{none, `CreatedOn within last 365 days and CreatedOn within last 1 year`},
	{none, `CreatedOn within last 1 month and CreatedOn within last 30 days`},
	{nothing, `Due within next 7 days and Due older than 1 day`},
	{nothing, `Due on 2026-05-31 and Due on 2026-06-01`},
	{same, `Due within last 7 days and Due within last 1 week`},

	{nothing, `ParentContact.City = "A" and ParentContact.City = "B"`},
	{none, `ParentContact.City = "A" and City = "B"`},
	{none, `ParentContact.City is empty`},
	{none, `ParentContact.ParentAccount.City = "A" and ParentAccount.City = "B"`}, // another account
}

// Children of one condition.
var children = []struct {
	codes    []string
	account  bool
	children string
}{
	{codes: nil, children: "has EmailOpened\nnone EmailClicked"},
	{codes: []string{never}, children: "has EmailOpened\nnone EmailOpened"},
	{codes: []string{never}, children: "at least 3 EmailOpened\nnone EmailOpened"},
	{codes: []string{never}, children: "each EmailOpened\nnone EmailOpened"},
	{codes: []string{never}, children: "has EmailOpened.Contact\nnone EmailOpened"},
	{codes: []string{never}, children: "has EmailOpened\nnone Interaction"},
	{codes: nil, children: "has EmailSent\nnone Interaction"}, // passive
	{codes: nil, children: "has Interaction\nnone EmailOpened"},
	{codes: nil, children: "has EmailOpened\nnone EmailOpened.Contact"}, // the contact may be missing
	{codes: []string{never}, children: `has EmailOpened where EmailName = "A"` + "\n" + `none EmailOpened where EmailName begins with "a"`},
	{codes: nil, children: `has EmailOpened where EmailName = "A"` + "\n" + `none EmailOpened where EmailName = "B"`},
	{codes: nil, children: `has EmailOpened where EmailName = "A"` + "\n" + `has EmailOpened where EmailName = "B"`},
	{codes: []string{never}, children: "has EmailOpened within last 30 days\nnone EmailOpened within last 90 days"},
	{codes: nil, children: "has EmailOpened within last 90 days\nnone EmailOpened within last 30 days"},
	{codes: []string{never}, children: "has EmailOpened within last 30 days\nnone EmailOpened where Timestamp within last 90 days"},
	{codes: []string{never}, children: `has EmailOpened.Contact where City = "A"` + "\n" + `none EmailOpened where Contact.City = "A"`},
	{codes: []string{nothing}, children: `has EmailOpened.Contact where City = "A" and EmailOpened.Contact.City = "B"`},
	{codes: []string{nothing}, children: `has EmailOpened within last 30 days where Timestamp older than 90 days`},
	{codes: []string{implied}, children: `has EmailOpened within last 30 days where Timestamp within last 90 days`},
	{codes: []string{implied}, children: `has EmailOpened within last 90 days where Timestamp within last 30 days`},
	{codes: []string{same}, children: `has EmailOpened within last 90 days where Timestamp within last 90 days`},
	{codes: nil, children: `has EmailOpened where Timestamp within next 3 days`}, // at as of
	{codes: []string{nothing}, children: `has Lead.Orders within last 30 days where PlacedOn is empty`},

	{codes: []string{always}, children: "has Lead\nhas EmailOpened"},
	{codes: nil, children: "each Lead\neach EmailOpened"}, // the smaller count
	{codes: []string{never}, children: "none Lead\nhas EmailOpened"},
	{codes: []string{never}, children: "at least 2 Lead"},
	{codes: []string{never}, children: "at least 2 Lead.ParentContact.ParentAccount"},
	{codes: nil, children: "at least 2 Lead.ParentAccount.Contacts"},
	{codes: []string{nothing}, children: `none Lead where City = "A" and City = "B"`},

	{codes: []string{never}, children: `has Lead where City = "A"` + "\n" + `has Lead where City = "B"`},
	{codes: []string{never}, children: `has Lead where ParentAccount.City = "A"` + "\n" + `each Lead.ParentAccount where City = "B"`},
	{codes: []string{never}, children: "has Lead where NumberOfEmployees >= 1\nhas Lead where NumberOfEmployees <= 1\nhas Lead where NumberOfEmployees != 1"},
	{codes: []string{never}, children: `has Lead.ParentContact where City = "A"` + "\n" + `none Lead.ParentContact where City in ("A", "B")`},
	{codes: []string{never}, children: `has Lead where City = "A"` + "\n" + `has Lead.ParentAccount` + "\n" + `none Lead.ParentAccount where Lead.City = "A"`},
	{codes: nil, children: `has Lead where City = "A"` + "\n" + `none Lead.ParentAccount where Lead.City = "A"`},
	{codes: nil, children: `has Lead.Orders where Amount > 5` + "\n" + `has Lead.Orders where Amount < 5`},

	{codes: []string{twice}, children: "has EmailOpened\n\"Again\": at least 1 EmailOpened"},
	{codes: []string{implied}, children: "has EmailOpened\nat least 3 EmailOpened"},
	{codes: []string{implied}, children: "at least 2 EmailOpened\nat least 3 EmailOpened.Contact"},
	{codes: nil, children: "at least 2 EmailOpened\nat least 3 EmailOpened.Contact.Leads"}, // one may lead to many
	{codes: []string{implied}, children: "has EmailOpened\nat least 3 EmailOpened.Contact.Leads"},
	{codes: []string{implied}, children: "has EmailOpened\neach EmailOpened"},
	{codes: nil, children: "at least 2 EmailOpened\neach EmailOpened"},
	{codes: []string{implied}, children: "each EmailOpened\neach EmailOpened within last 30 days"},
	{codes: nil, children: "each EmailOpened\neach EmailOpened.Contact.Leads"},
	{codes: []string{implied}, children: "none EmailOpened within last 30 days\nnone EmailOpened within last 90 days"},
	{codes: []string{implied}, children: "none EmailOpened.Contact\nnone EmailOpened"},
	{codes: []string{implied}, children: "none EmailOpened\nnone Interaction"},
	{codes: []string{implied}, children: "has Lead where NumberOfEmployees > 500\nhas Lead where NumberOfEmployees > 100"},
	{codes: []string{twice, twice}, children: "none EmailOpened\nnone EmailOpened\nnone EmailOpened"},

	{codes: []string{nothing}, account: true, children: "has Lead.ParentContact"},
	{codes: []string{nothing}, account: true, children: `has Lead where ParentContact.City != "A"`},
	{codes: []string{implied}, account: true, children: `has Lead where City = "A" and ParentContact.City is empty`},
	{codes: nil, account: true, children: "has Lead.ParentAccount.Contacts.Leads.ParentContact"},
	{codes: nil, account: true, children: `has Called where ParentContact.City = "A"`},
	{codes: nil, children: "has Lead.ParentAccount"},
}

// codes lists the codes of the warnings of a condition.
func codes(t *testing.T, account bool, text string) (list []string, all dsl.Diagnostics) {
	t.Helper()
	target := "contact"
	if account {
		target = "account"
	}
	found := dsl.Diagnostics{}
	m, files := models(t, fmt.Sprintf("model \"M\" {\n target %s\n condition \"C\" {\n%s\n score +1\n }\n}\n", target, text))
	for _, d := range findings.Of(m, files...) {
		if d.Severity == dsl.Warning {
			list = append(list, string(d.Code))
			found = append(found, d)
		}
	}
	return list, found
}

// TestHandList checks that exactly what the lists say is found.
func TestHandList(t *testing.T) {
	for _, e := range expressions {
		var want []string
		if e.code != none {
			want = []string{e.code}
		}
		// The order of expressions changes only the place of the finding.
		parts := strings.Split(e.where, " and ")
		if strings.Contains(e.where, "between") {
			parts = []string{e.where}
		}
		for range 2 {
			where := strings.Join(parts, " and ")
			got, all := codes(t, false, "has Lead where "+where)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s%v", where, diff, all)
			}
			slices.Reverse(parts)
		}
	}
	for _, c := range children {
		lines := strings.Split(c.children, "\n")
		for range 2 {
			text := strings.Join(lines, "\n")
			got, all := codes(t, c.account, text)
			if diff := cmp.Diff(c.codes, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s%v", text, diff, all)
			}
			slices.Reverse(lines)
		}
	}
}

// TestMessages checks whole messages, which are in testdata.
func TestMessages(t *testing.T) {
	names, err := filepath.Glob("testdata/*.score")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		rules, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m, files := models(t, string(rules))
		got := findings.Of(m, files...).Error() + "\n"
		golden := strings.TrimSuffix(name, ".score") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRange(t *testing.T) {
	for _, test := range []struct {
		rules string
		want  findings.Scores
		text  string
	}{
		{"", findings.Scores{}, "of 0 only"},
		{`condition "A" { has EmailOpened score +5 } condition "B" { has Lead score -20 }`, findings.Scores{Least: -20, Greatest: -15}, "from -20 to -15"},
		{`condition "A" { each EmailOpened score +5 } condition "B" { none EmailOpened score -20 }`,
			findings.Scores{Least: -20, Greatest: math.MaxInt64, Rising: []string{"A"}}, "of -20 or more"},
		{`condition "A" { each EmailOpened score -5 } condition "B" { each Lead.ParentContact score +20 }`,
			findings.Scores{Least: math.MinInt64, Greatest: 20, Falling: []string{"A"}}, "of 20 or less"},
		{`condition "A" { each EmailOpened score -5 } condition "B" { each Lead.Orders score +20 }`,
			findings.Scores{Least: math.MinInt64, Greatest: math.MaxInt64, Falling: []string{"A"}, Rising: []string{"B"}}, "without limits"},
		{`condition "A" { each EmailOpened each Lead where City = "A" score +5 }`, findings.Scores{Greatest: 5}, "from 0 to 5"},
		{`condition "A" { has Lead where City = "A" and City = "B" score +5 }`, findings.Scores{}, "of 0 only"},
		{`condition "A" { none Lead where City = "A" and City = "B" score +5 }`, findings.Scores{Least: 5, Greatest: 5}, "of 5 only"},
	} {
		m, _ := models(t, "model \"M\" { target contact "+test.rules+" }")
		got := findings.Range(m[0])
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.rules, diff)
		}
		if got.String() != test.text {
			t.Errorf("%s: %q, want %q", test.rules, got, test.text)
		}
	}
}

// TestWithoutFiles checks that only source lines are missing without the trees.
func TestWithoutFiles(t *testing.T) {
	m, files := models(t, `model "M" { target contact condition "C" { has Lead where City = "A" and City = "B" score +1 } }`)
	with, without := findings.Of(m, files...), findings.Of(m)
	for i := range with {
		if with[i].Line == "" || without[i].Line != "" {
			t.Errorf("lines %q and %q", with[i].Line, without[i].Line)
		}
		with[i].Line = ""
	}
	if diff := cmp.Diff(with, without); diff != "" {
		t.Error(diff)
	}
}

// TestWrongRules checks that nothing is found in rules with errors.
func TestWrongRules(t *testing.T) {
	for _, rules := range []string{
		`model { target contact condition "C" { has Lead score +1 } }`,
		`model "M" { target contact condition "C" { has Leed score +1 } }`,
		`model "M" { target contact condition "C" { has Lead where Cty = "A" and City = "B" and City = "C" score +1 } }`,
		`model "M" { target contact condition "C" { has Lead within last 3 days score +1 } }`,
		`model "M" { target contact condition { has Lead score +1 } }`,
		`model "M" { target contact condition "C" { has Lead } }`,
		`model "M" { target contact condition "C" { has Lead where score } }`,
	} {
		f, _ := dsl.Parse("rules.score", rules, dsl.Limits{})
		_, list, problems := check.Files(traverse.Standard(), f)
		if found := findings.Of(list, f); len(found) > 0 {
			t.Errorf("%s: %v\n%v", rules, found, problems)
		}
		for _, m := range list {
			if s := findings.Range(m); s.Least != math.MinInt64 || s.Greatest != math.MaxInt64 {
				t.Errorf("%s: %s", rules, s)
			}
		}
	}
}

// TestLargeRules checks that hostile rules do not take forever.
func TestLargeRules(t *testing.T) {
	var list, where, many strings.Builder
	for i := range 4995 {
		fmt.Fprintf(&list, "%q, ", fmt.Sprint(i))
		fmt.Fprintf(&where, " and CreatedOn after %04d-01-01 and NumberOfEmployees != %d", i, i)
	}
	values := strings.TrimSuffix(list.String(), ", ")
	for i := range 1000 {
		fmt.Fprintf(&many, "has EmailOpened where EmailName contains \"%d\"\n", i)
	}
	_, _ = codes(t, false, "has Lead where City in ("+values+") and City not in ("+values+") and City contains any ("+values+")"+where.String())
	_, _ = codes(t, false, many.String())
}
