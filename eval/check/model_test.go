package check_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// sound checks rules that must be without a problem against the standard schema
// and own.
func sound(t *testing.T, rules string) []*check.Model {
	t.Helper()
	_, models, diags := check.Files(traverse.Standard(), parse(t, map[string]string{"own.score": own, "rules.score": rules})...)
	if len(diags) > 0 {
		t.Fatalf("%s: %v", rules, diags)
	}
	return models
}

// TestModel checks what the clauses of a model become.
func TestModel(t *testing.T) {
	models := sound(t, `
model "Berlin" {
    description "Owned by marketing"
    target account
    time zone "Europe/Berlin"
    condition "First" {
        "Opened": each EmailOpened
        has Lead
        at least 3 WebsiteVisited
        none FormSubmitted
        score -20
    }
    condition "Second" { has Lead score +1000000 }
    grade "Cold" below 40
    grade "Warm" from 40 to 69
    grade "Hot" from 70
    sales ready at 70
}
model "Plain" { target contact }`)
	if len(models) != 2 {
		t.Fatalf("%d models", len(models))
	}
	m := models[0]
	if m.Name != "Berlin" || m.Description != "Owned by marketing" || !m.Account() || m.Zone.String() != "Europe/Berlin" ||
		m.File != "rules.score" || m.Source.Name.Value != "Berlin" || m.Schema.Entity("Tasting") == nil {
		t.Errorf("got %+v", m)
	}
	var bands []string
	for b := range m.Grades.Bands() {
		bands = append(bands, b.Name)
	}
	if diff := cmp.Diff([]string{"Cold", "Warm", "Hot"}, bands); diff != "" {
		t.Errorf("grades (-want +got):\n%s", diff)
	}
	if at, ok := m.SalesReady.At(); at != 70 || !ok {
		t.Errorf("sales ready at %d, %t", at, ok)
	}
	type want struct {
		Label     string
		Each      bool
		Min       uint64
		None      bool
		Condition string
		Points    int64
	}
	var got []want
	for _, c := range m.Conditions {
		if c.Source.Name.Value != c.Name {
			t.Errorf("the source of %s is %s", c.Name, c.Source.Name.Value)
		}
		for _, ch := range c.Children {
			got = append(got, want{ch.Label, ch.Each, ch.Min, ch.None(), c.Name, c.Points})
		}
	}
	if diff := cmp.Diff([]want{
		{"Opened", true, 0, false, "First", -20}, {"", false, 1, false, "First", -20}, {"", false, 3, false, "First", -20},
		{"", false, 0, true, "First", -20}, {"", false, 1, false, "Second", 1_000_000},
	}, got); diff != "" {
		t.Errorf("children (-want +got):\n%s", diff)
	}
	m = models[1]
	if _, ready := m.SalesReady.At(); m.Account() || m.Zone != time.UTC || ready || len(m.Conditions) > 0 || len(m.Tests) > 0 {
		t.Errorf("got %+v", m)
	}
}

// resolved writes where an expression leads: from a step of the path over
// references to a field.
func resolved(t *testing.T, e check.Expr) string {
	t.Helper()
	c, ok := e.(*check.Comparison)
	if !ok {
		t.Fatalf("the expression is a %T", e)
	}
	text := fmt.Sprint(c.Step)
	for _, h := range c.Hops {
		text += " " + h.Name + ":" + h.Entity.Name()
	}
	return text + " " + c.Field.Name
}

// TestReferences checks to which step, over which references and to which field
// a reference leads.
func TestReferences(t *testing.T) {
	for _, test := range []struct{ path, ref, want string }{
		{"Lead", "City", "0 City"},
		{"Lead", "ParentContact.City", "0 ParentContact:Contact City"},
		{"Lead", "ParentContact.ParentAccount.PrimaryContact.City", "0 ParentContact:Contact ParentAccount:Account PrimaryContact:Contact City"},
		{"Lead.ParentContact", "City", "1 City"},
		{"Lead.ParentContact", "Lead.City", "0 City"},
		{"Lead.ParentContact", "Lead.ParentAccount.City", "0 ParentAccount:Account City"},
		{"Lead.ParentContact", "ParentContact.City", "1 City"},
		{"EmailClicked.Contact.ParentAccount", "EmailClicked.Url", "0 Url"},
		{"EmailClicked.Contact.ParentAccount", "Contact.City", "1 City"},
		{"Lead.Orders", "Buyer.City", "1 Buyer:Contact City"},
		// A relationship of the last entity comes before a step of its name.
		{"Lead.ParentContact.Orders", "Lead.City", "2 Lead:Lead City"},
		{"Lead.ParentAccount", "ParentAccount.City", "1 ParentAccount:Account City"},
		{"Interaction", "Contact.City", "0 Contact:Contact City"},
	} {
		models := sound(t, where(test.path, test.ref+` != "x"`))
		ch := models[0].Conditions[0].Children[0]
		if got := resolved(t, ch.Where[0]); got != test.want {
			t.Errorf("%s on %s leads to %s, want %s", test.ref, test.path, got, test.want)
		}
	}
}

// TestWhere checks that expressions keep their order and their source.
func TestWhere(t *testing.T) {
	models := sound(t, `model "M" { target contact
		condition "C" { has Lead where City = "A" and ParentContact.City = "B" and Rating = "Hot" has Lead score 1 }
		condition "D" { each EmailOpened where EmailName = "C" score 1 } }`)
	var got []string
	for _, c := range models[0].Conditions {
		for _, ch := range c.Children {
			if len(ch.Where) != len(ch.Source.Where) {
				t.Errorf("%s has %d expressions", ch.Source, len(ch.Where))
			}
			for i, e := range ch.Where {
				if e.Syntax() != ch.Source.Where[i] {
					t.Errorf("expression %d of %s has another source", i, ch.Source)
				}
				got = append(got, c.Name+" "+resolved(t, e))
			}
		}
	}
	if diff := cmp.Diff([]string{"C 0 City", "C 0 ParentContact:Contact City", "C 0 Rating", "D 0 EmailName"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestUnknownExpression checks that a node that this package does not know is
// not passed over.
func TestUnknownExpression(t *testing.T) {
	files := parse(t, map[string]string{"rules.score": where("Lead", `City = "A"`)})
	condition, ok := files[0].Blocks[0].(*dsl.Model).Clauses[1].(*dsl.Condition)
	if !ok {
		t.Fatal("the second clause is not the condition")
	}
	where := condition.Items[0].(*dsl.Child).Where
	where[0] = unknownExpr{where[0]}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "unknownExpr") {
			t.Errorf("got %s", got)
		}
	}()
	check.Files(traverse.Standard(), files...)
}

type unknownExpr struct{ dsl.Expr }

// TestDated checks to which step a date range applies.
func TestDated(t *testing.T) {
	for path, want := range map[string]int{
		"Lead": -1, "Lead.ParentContact": -1, "Lead.Orders": 1, "Lead.Orders.Bags": 1, "Lead.Orders.Bags.Order": 3,
		"EmailOpened": 0, "EmailOpened.Contact": 0, "EmailOpened.Contact.Orders": 0, "Interaction.Contact": 0,
	} {
		ch := sound(t, child("has "+path))[0].Conditions[0].Children[0]
		if ch.Dated != want || len(ch.Path) != strings.Count(path, ".")+1 || ch.Range != nil {
			t.Errorf("%s is dated by step %d, want %d; its path has %d steps", path, ch.Dated, want, len(ch.Path))
		}
	}
}

func fixed(at int64) check.Bound { return check.Bound{Kind: check.Fixed, At: at} }

func relative(n int64, unit dsl.Unit, plus int64) check.Bound {
	return check.Bound{Kind: check.Relative, N: n, Unit: unit, Plus: plus}
}

// micros is an instant in microseconds since 1970.
func micros(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMicro()
}

// TestDateRanges checks the window of each form of date range, for a time and for
// a date, in a zone where clocks change.
func TestDateRanges(t *testing.T) {
	at := func(text string) check.Bound { return fixed(micros(t, text)) }
	day := func(text string) check.Bound { return fixed(micros(t, text+"T00:00:00Z") / 86_400_000_000) }
	for _, test := range []struct {
		child string
		want  check.Window
	}{
		{"EmailOpened within last 90 days", check.Window{Lo: relative(-90, dsl.Days, 0), Hi: relative(0, dsl.Days, 0)}},
		{"EmailOpened within last 1 hour", check.Window{Lo: relative(-1, dsl.Hours, 0), Hi: relative(0, dsl.Hours, 0)}},
		{"EmailOpened since 2026-03-29", check.Window{Lo: at("2026-03-28T23:00:00Z")}},
		{"EmailOpened since 2026-03-29T02:30", check.Window{Lo: at("2026-03-29T01:30:00Z")}}, // skipped
		{"EmailOpened since 2026-03-29T02:30Z", check.Window{Lo: at("2026-03-29T02:30:00Z")}},
		{"EmailOpened between 2026-03-29 and 2026-03-29", check.Window{Lo: at("2026-03-28T23:00:00Z"), Hi: at("2026-03-29T21:59:59.999999Z")}},
		{"EmailOpened between 2026-03-01T09:00 and 2026-03-29", check.Window{Lo: at("2026-03-01T08:00:00Z"), Hi: at("2026-03-29T21:59:59.999999Z")}},
		{"Lead.Orders within last 2 months", check.Window{Days: true, Lo: relative(-2, dsl.Months, 0), Hi: relative(0, dsl.Months, 0)}},
		{"Lead.Orders since 2026-05-31", check.Window{Days: true, Lo: day("2026-05-31")}},
		{"Lead.Orders since 2026-05-31T23:30Z", check.Window{Days: true, Lo: day("2026-06-01")}}, // in Berlin
		{"Lead.Orders between 2026-05-01 and 2026-05-31", check.Window{Days: true, Lo: day("2026-05-01"), Hi: day("2026-05-31")}},
	} {
		rules := strings.Replace(child("has "+test.child), "target contact", `target contact time zone "Europe/Berlin"`, 1)
		got := sound(t, rules)[0].Conditions[0].Children[0].Range
		if diff := cmp.Diff(&test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.child, diff)
		}
	}
}

// TestEveryPredicate checks for every operator and type what it is turned into.
func TestEveryPredicate(t *testing.T) {
	const day, second = 86_400_000_000, 1_000_000
	infinity := math.Inf(1)
	window := func(lo, hi check.Bound) check.Predicate { return check.InWindow{Window: check.Window{Lo: lo, Hi: hi}} }
	days := func(lo, hi check.Bound) check.Predicate {
		return check.InWindow{Window: check.Window{Days: true, Lo: lo, Hi: hi}}
	}
	var open check.Bound
	texts := func(how check.Match, not bool, values ...string) check.Predicate {
		return check.TextMatch{How: how, Values: values, Not: not}
	}
	tests := []struct {
		where string
		want  check.Predicate
	}{
		{`City = "Ab"`, texts(check.MatchEquals, false, "ab")},
		{`City != "Ab"`, texts(check.MatchEquals, true, "ab")},
		{`City in ("Ab", "C")`, texts(check.MatchEquals, false, "ab", "c")},
		{`City not in ("Ab", "C")`, texts(check.MatchEquals, true, "ab", "c")},
		{`City contains "Ab"`, texts(check.MatchContains, false, "ab")},
		{`City contains any ("Ab", "C")`, texts(check.MatchContains, false, "ab", "c")},
		{`City does not contain "Ab"`, texts(check.MatchContains, true, "ab")},
		{`City does not contain any ("Ab", "C")`, texts(check.MatchContains, true, "ab", "c")},
		{`City contains word "Ab"`, texts(check.MatchWord, false, "ab")},
		{`City contains any word ("Ab", "C")`, texts(check.MatchWord, false, "ab", "c")},
		{`City does not contain word "Ab"`, texts(check.MatchWord, true, "ab")},
		{`City does not contain any word ("Ab", "C")`, texts(check.MatchWord, true, "ab", "c")},
		{`City begins with "Ab"`, texts(check.MatchPrefix, false, "ab")},
		{`City begins with any ("Ab", "C")`, texts(check.MatchPrefix, false, "ab", "c")},
		{`City does not begin with "Ab"`, texts(check.MatchPrefix, true, "ab")},
		{`City does not begin with any ("Ab", "C")`, texts(check.MatchPrefix, true, "ab", "c")},
		{`City ends with "Ab"`, texts(check.MatchSuffix, false, "ab")},
		{`City ends with any ("Ab", "C")`, texts(check.MatchSuffix, false, "ab", "c")},
		{`City does not end with "Ab"`, texts(check.MatchSuffix, true, "ab")},
		{`City does not end with any ("Ab", "C")`, texts(check.MatchSuffix, true, "ab", "c")},
		{`City is empty`, check.IsEmpty{}},
		{`City is not empty`, check.IsEmpty{Not: true}},
		{`Code = "Ab"`, texts(check.MatchEquals, false, "Ab")}, // exact
		{`Code contains any ("Ab", "ab")`, texts(check.MatchContains, false, "Ab", "ab")},

		{`Rating = "HOT"`, texts(check.MatchEquals, false, "hot")},
		{`Rating != "Hot"`, texts(check.MatchEquals, true, "hot")},
		{`Rating in ("Hot", "Cold")`, texts(check.MatchEquals, false, "hot", "cold")},
		{`Rating not in ("Hot", "Cold")`, texts(check.MatchEquals, true, "hot", "cold")},
		{`Grape = "Merlot"`, texts(check.MatchEquals, false, "Merlot")},

		{`Interests contains "Tea"`, check.ChoicesMatch{Values: []string{"tea"}}},
		{`Interests does not contain "Tea"`, check.ChoicesMatch{Values: []string{"tea"}, Not: true}},
		{`Interests contains any ("Tea", "milk")`, check.ChoicesMatch{Values: []string{"tea", "milk"}}},
		{`Interests does not contain any ("Tea", "milk")`, check.ChoicesMatch{Values: []string{"tea", "milk"}, Not: true}},
		{`Interests contains all ("Tea", "milk")`, check.ChoicesMatch{Values: []string{"tea", "milk"}, All: true}},

		{`BudgetAmount = 1`, check.NumberIn{Values: []float64{1}}},
		{`BudgetAmount != 1`, check.NumberIn{Values: []float64{1}, Not: true}},
		{`BudgetAmount < 1`, check.NumberBetween{Lo: -infinity, Hi: 1, HiOpen: true}},
		{`BudgetAmount <= 1`, check.NumberBetween{Lo: -infinity, Hi: 1}},
		{`BudgetAmount > 1`, check.NumberBetween{Lo: 1, LoOpen: true, Hi: infinity}},
		{`BudgetAmount >= 1`, check.NumberBetween{Lo: 1, Hi: infinity}},
		{`BudgetAmount between 1 and 2.5`, check.NumberBetween{Lo: 1, Hi: 2.5}},
		{`BudgetAmount in (1, -2)`, check.NumberIn{Values: []float64{1, -2}}},
		{`BudgetAmount not in (1, -2)`, check.NumberIn{Values: []float64{1, -2}, Not: true}},

		{`DecisionMaker = true`, check.IsBool{Want: true}},
		{`DecisionMaker = false`, check.IsBool{}},
		{`DecisionMaker != true`, check.IsBool{}},
		{`DecisionMaker != false`, check.IsBool{Want: true}},

		{`CreatedOn on 1970-01-02`, window(fixed(day), fixed(2*day-1))},
		{`CreatedOn on 1970-01-02T00:00:01Z`, window(fixed(day+second), fixed(day+second))},
		{`CreatedOn before 1970-01-02`, window(open, fixed(day-1))},
		{`CreatedOn after 1970-01-02`, window(fixed(2*day), open)},
		{`CreatedOn after 1970-01-02T00:00:01Z`, window(fixed(day+second+1), open)},
		{`CreatedOn on or before 1970-01-02`, window(open, fixed(2*day-1))},
		{`CreatedOn on or after 1970-01-02`, window(fixed(day), open)},
		{`CreatedOn between 1970-01-02 and 1970-01-03`, window(fixed(day), fixed(3*day-1))},
		{`CreatedOn within last 3 weeks`, window(relative(-3, dsl.Weeks, 0), relative(0, dsl.Weeks, 0))},
		{`CreatedOn within next 3 minutes`, window(relative(0, dsl.Minutes, 0), relative(3, dsl.Minutes, 0))},
		{`CreatedOn older than 3 years`, window(open, relative(-3, dsl.Years, -1))},

		{`Due on 1970-01-02`, days(fixed(1), fixed(1))},
		{`Due before 1970-01-02`, days(open, fixed(0))},
		{`Due after 1970-01-02`, days(fixed(2), open)},
		{`Due on or before 1970-01-02T23:00`, days(open, fixed(1))},
		{`Due on or after 1970-01-02`, days(fixed(1), open)},
		{`Due between 1970-01-02 and 1970-01-03`, days(fixed(1), fixed(2))},
		{`Due within last 3 days`, days(relative(-3, dsl.Days, 0), relative(0, dsl.Days, 0))},
		{`Due within next 3 months`, days(relative(0, dsl.Months, 0), relative(3, dsl.Months, 0))},
		{`Due older than 3 days`, days(open, relative(-3, dsl.Days, -1))},
	}
	seen := map[dsl.Op]bool{}
	for _, test := range tests {
		got, ok := sound(t, where("Lead", test.where))[0].Conditions[0].Children[0].Where[0].(*check.Comparison)
		if !ok {
			t.Fatalf("%s is not a comparison", test.where)
		}
		seen[got.Source.Op] = true
		if diff := cmp.Diff(test.want, got.Predicate); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.where, diff)
		}
	}
	for op := range dsl.Ops() {
		if !seen[op] {
			t.Errorf("nothing tests what %s is turned into", op)
		}
	}
}
