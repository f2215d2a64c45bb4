package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// inside adds to own what the tests of the parts of a condition need.
const inside = `
profile Order { Code text  Refunded bool  Tags choices ("A")  Sum number rollup }
interaction Called { Code number  Agent -> Contact  Seconds number  Kind choice ("A", "b") }
interaction Wrote { Code text  Agent -> Account  Seconds number  Kind choice ("B", "a") }
interaction Tweeted { Code text exact  Seconds number calculated  Kind choice ("A") }
profile Contact { Calls <- Called.Contact }
`

// soundChild checks a child that must be without a problem, in a condition with points.
func soundChild(t *testing.T, child, score string) check.Child {
	t.Helper()
	rules := inside + `model "M" { target contact time zone "Europe/Berlin" condition "C" { ` + child + " " + score + ` } }`
	return sound(t, rules)[0].Conditions[0].Children[0]
}

// TestFrequencies checks what each frequency is turned into.
func TestFrequencies(t *testing.T) {
	type frequency struct {
		Each     bool
		Every    uint64
		Min, Max uint64
		None     bool
	}
	for text, want := range map[string]frequency{
		"each":                      {Each: true},
		"has":                       {Min: 1},
		"at least 3":                {Min: 3},
		"none":                      {None: true},
		"at most 1":                 {Max: 1},
		"at most 3":                 {Max: 3},
		"exactly 1":                 {Min: 1, Max: 1},
		"exactly 3":                 {Min: 3, Max: 3},
		"from 1 to 2":               {Min: 1, Max: 2},
		"from 3 to 700":             {Min: 3, Max: 700},
		"every 2":                   {Each: true, Every: 2},
		"every 9223372036854775807": {Each: true, Every: 1<<63 - 1},
	} {
		c := soundChild(t, text+" EmailOpened", "score +1")
		if diff := cmp.Diff(want, frequency{c.Each, c.Every, c.Min, c.Max, c.None()}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// TestAgings checks what decays, and every SPAN without, are turned into.
func TestAgings(t *testing.T) {
	span := func(n int64, unit dsl.Unit) check.Span { return check.Span{N: n, Unit: unit} }
	days := func(n int64, unit dsl.Unit) check.Span { return check.Span{N: n, Unit: unit, Days: true} }
	for _, test := range []struct {
		child, score string
		want         check.Aging
	}{
		{"each EmailOpened halving every 30 days", "score +1", check.Aging{Kind: check.Halving, Span: span(30, dsl.Days), Steps: 33}},
		{"has EmailOpened halving every 1 hour", "score +1", check.Aging{Kind: check.Halving, Span: span(1, dsl.Hours), Steps: 33, Newest: true}},
		{"each EmailOpened losing 25% every 1 month", "score +1", check.Aging{Kind: check.Losing, Percent: 25, Span: span(1, dsl.Months), Steps: 4}},
		{"each EmailOpened losing 30% every 1 month", "score +1", check.Aging{Kind: check.Losing, Percent: 30, Span: span(1, dsl.Months), Steps: 4}},
		{"each EmailOpened losing 1% every 1 month", "score +1", check.Aging{Kind: check.Losing, Percent: 1, Span: span(1, dsl.Months), Steps: 100}},
		{"each EmailOpened losing 100% every 1 month", "score +1", check.Aging{Kind: check.Losing, Percent: 100, Span: span(1, dsl.Months), Steps: 1}},
		{"each EmailOpened fading over 366 days", "score +1", check.Aging{Kind: check.Fading, Span: span(1, dsl.Days), Steps: 366}},
		{"has Lead.Orders fading over 1 year", "score +1", check.Aging{Kind: check.Fading, Span: days(1, dsl.Years), Steps: 1, Newest: true}},
		{"each Lead.Orders halving every 2 weeks", "score +1", check.Aging{Kind: check.Halving, Span: days(2, dsl.Weeks), Steps: 33}},
		{"every 30 days without Interaction", "score -5 down to -50", check.Aging{Kind: check.Without, Span: span(30, dsl.Days), Steps: 10, Newest: true}},
		{"every 30 days without Lead.Orders", "score +5 up to +51", check.Aging{Kind: check.Without, Span: days(30, dsl.Days), Steps: 11, Newest: true}},
		{"every 1 minute without EmailOpened or EmailClicked", "score +5 up to +5", check.Aging{Kind: check.Without, Span: span(1, dsl.Minutes), Steps: 1, Newest: true}},
		{"every 1 minute without EmailOpened", "score -1 down to -1000000000", check.Aging{Kind: check.Without, Span: span(1, dsl.Minutes), Steps: 1_000_000_000, Newest: true}},
	} {
		c := soundChild(t, test.child, test.score)
		if c.Aging == nil {
			t.Errorf("%s has no aging", test.child)
			continue
		}
		if diff := cmp.Diff(test.want, *c.Aging); diff != "" || !c.Each || c.Min != 0 {
			t.Errorf("%s counts: %t (-want +got):\n%s", test.child, c.Each, diff)
		}
	}
}

// value writes what tells occurrences apart: a step, hops, and a field, a reference or
// the record.
func value(v check.Value) string {
	text := fmt.Sprint(v.Step)
	for _, h := range v.Hops {
		text += " " + h.Name + ":" + h.Entity.Name()
	}
	switch {
	case v.Record:
		return text + " record"
	case v.Ref != "":
		return text + " ->" + v.Ref
	}
	return text + " " + v.Field.Name
}

// TestCaps checks what X means: a period, a name of the last entity, or a step.
func TestCaps(t *testing.T) {
	for _, test := range []struct{ child, want string }{
		{"each EmailOpened once per hour", "1 hour"},
		{"each EmailOpened up to 3 per day", "3 day"},
		{"each Lead.Orders up to 2 per year", "2 year"},
		{"each EmailOpened once per Week", "1 week"},
		{"each EmailOpened once per MONTH", "1 month"},
		{"each EmailOpened once per EmailName", "1 0 EmailName"},
		{"each EmailOpened once per Timestamp", "1 0 Timestamp"},
		{"each EmailOpened once per Contact", "1 0 ->Contact"},
		{"each EmailOpened once per Contact.ParentAccount", "1 0 Contact:Contact ->ParentAccount"},
		{"each EmailOpened once per Contact.ParentAccount.Name", "1 0 Contact:Contact ParentAccount:Account Name"},
		{"each EmailOpened.Contact once per Contact", "1 1 record"},
		{"each EmailOpened.Contact once per EmailOpened", "1 0 record"},
		{"each EmailOpened.Contact once per EmailOpened.EmailName", "1 0 EmailName"},
		{"each EmailOpened.Contact once per EmailOpened.Contact", "1 0 ->Contact"},
		{"each EmailOpened.Contact once per ParentAccount", "1 1 ->ParentAccount"},
		{"each Lead.Orders once per Lead", "1 1 ->Lead"},
		{"each Lead.Orders once per Orders", "1 1 record"},
		{"each Lead.ParentContact.Leads.ParentContact.Leads once per ParentContact", "1 4 ->ParentContact"}, // not the steps
		{"each Lead.Orders.Bags once per Orders", "1 1 record"},
		{"each Lead.Orders.Bags once per Order.Buyer", "1 2 Order:Order ->Buyer"},
		{"each EmailOpened or EmailClicked once per EmailName", "1 0 EmailName"},
		{"each EmailOpened or EmailClicked once per Contact", "1 0 ->Contact"},
		{"each EmailOpened or EmailClicked.Contact once per Contact", "1 1 record"},
		{"each Called or Wrote once per Kind", "1 0 Kind"},
		{"has EmailOpened once per day", "1 day"},
	} {
		c := soundChild(t, test.child, "score +1")
		if c.Cap == nil {
			t.Errorf("%s has no cap", test.child)
			continue
		}
		got := fmt.Sprint(c.Cap.Count, " ", c.Cap.Period)
		if c.Cap.Period == dsl.NoPeriod {
			got = fmt.Sprint(c.Cap.Count, " ", value(c.Cap.Value))
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.child, got, test.want)
		}
	}
	// A name wins over a period that is not in lower case, and only then.
	const day = `profile Order { Day date } interaction Day { } `
	for child, want := range map[string]string{
		"each Lead.Orders once per Day": "no period 1 Day", "each Lead.Orders once per day": "day 0 ", "each Lead.Orders once per `Day`": "no period 1 Day",
		"each Day.Contact once per Day": "no period 0 record", "each Day once per DAY": "day 0 ", "each Day once per day": "day 0 ",
	} {
		c := sound(t, day+`model "M" { target contact condition "C" { `+child+` score 1 } }`)[0].Conditions[0].Children[0]
		if got := fmt.Sprint(c.Cap.Period, " ", value(c.Cap.Value)); got != want {
			t.Errorf("%s: %s, want %s", child, got, want)
		}
	}
}

// TestKinds checks what a root of several kinds has.
func TestKinds(t *testing.T) {
	c := soundChild(t, "each EmailOpened or EmailClicked or EmailSent.Contact.ParentAccount within last 3 days where Name = \"A\"", "score +1")
	if len(c.Kinds) != 3 || c.Kinds[0].Name() != "EmailOpened" || c.Kinds[2].Name() != "EmailSent" || c.Dated != 0 || c.Range == nil {
		t.Errorf("got %+v", c)
	}
	root := c.Path[0]
	if root.Name != "" || root.Entity.Name() != "EmailOpened or EmailClicked or EmailSent" || len(c.Path) != 3 {
		t.Errorf("the root is %q of %s", root.Name, root.Entity.Name())
	}
	// Called.Code is a number and Wrote.Code a text; Seconds and Kind are alike.
	c = soundChild(t, "each Called or Wrote", "score +1")
	var names []string
	for f := range c.Path[0].Entity.Fields() {
		names = append(names, f.Name)
	}
	for r := range c.Path[0].Entity.Relationships() {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "Seconds Kind Timestamp Contact" {
		t.Errorf("in common are %s", got)
	}
	again := sound(t, inside+`model "M" { target contact condition "C" { each Called or Wrote has Called or Wrote has Wrote or Called score 1 } }`)[0].Conditions[0].Children
	if again[0].Path[0].Entity != again[1].Path[0].Entity || again[0].Path[0].Entity == again[2].Path[0].Entity {
		t.Error("the same kinds have the same entity, in this order")
	}
}

// TestRangesAndBursts checks what a range between two moments ago, and a burst, are
// turned into.
func TestRangesAndBursts(t *testing.T) {
	relative := func(n int64, unit dsl.Unit) check.Bound { return check.Bound{Kind: check.Relative, N: n, Unit: unit} }
	c := soundChild(t, "each EmailOpened between 90 and 7 days ago", "score +1")
	if diff := cmp.Diff(&check.Window{Lo: relative(-90, dsl.Days), Hi: relative(-7, dsl.Days)}, c.Range); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c = soundChild(t, "each Lead.Orders between 3 and 1 months ago where PlacedOn between 2 and 1 weeks ago", "score +1")
	if diff := cmp.Diff(&check.Window{Days: true, Lo: relative(-3, dsl.Months), Hi: relative(-1, dsl.Months)}, c.Range); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got := c.Where[0].(*check.Comparison).Predicate
	if diff := cmp.Diff(check.InWindow{Window: check.Window{Days: true, Lo: relative(-2, dsl.Weeks), Hi: relative(-1, dsl.Weeks)}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c = soundChild(t, "at least 3 EmailOpened within last 30 days within any 2 hours", "score +1")
	if diff := cmp.Diff(&check.Span{N: 2, Unit: dsl.Hours}, c.Burst); diff != "" || c.Min != 3 || c.Range == nil {
		t.Errorf("%+v (-want +got):\n%s", c, diff)
	}
	c = soundChild(t, "at least 2 Lead.Orders within any 1 week", "score +1")
	if diff := cmp.Diff(&check.Span{N: 1, Unit: dsl.Weeks, Days: true}, c.Burst); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// items writes how the children of a condition combine.
func items(list []check.Item, in *check.Condition) string {
	texts := make([]string, len(list))
	for i, item := range list {
		switch item := item.(type) {
		case check.ChildItem:
			texts[i] = fmt.Sprint(int(item))
		case *check.Block:
			word := "all"
			if item.Any {
				word = "any"
			}
			texts[i] = word + "(" + item.Label + ": " + items(item.Items, in) + ")"
		case *check.Same:
			var values []string
			for j, v := range item.Values {
				values = append(values, fmt.Sprintf("%d by %s", item.Children[j], value(v)))
			}
			texts[i] = "same(" + item.Label + ": " + strings.Join(values, ", ") + ")"
		}
	}
	return strings.Join(texts, ", ")
}

// TestItems checks how children in blocks are listed and combined.
func TestItems(t *testing.T) {
	c := sound(t, inside+`model "M" { target contact condition "C" {
		has Lead
		"Block": any of {
			none Lead
			all of { has EmailOpened at least 2 Called at most 3 Called }
			any of { exactly 2 Called from 1 to 2 Called }
		}
		each EmailSent
		"By event": same EventName { has EventRegistered none EventCancelled at least 2 EventCheckedIn once per day }
		same Contact.ParentAccount { has Called has Wrote.Contact.Calls }
		same Agent { exactly 1 Called }
		score +1
	} }`)[0].Conditions[0]
	want := "0, any(Block: 1, all(: 2, 3, 4), any(: 5, 6)), 7, " +
		"same(By event: 8 by 0 EventName, 9 by 0 EventName, 10 by 0 EventName), " +
		"same(: 11 by 0 Contact:Contact ->ParentAccount, 12 by 2 Contact:Contact ->ParentAccount), same(: 13 by 0 ->Agent)"
	if got := items(c.Items, &c); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	i := 0
	for ch := range c.Source.Children() {
		if c.Children[i].Source != ch {
			t.Errorf("child %d is %s, want %s", i, c.Children[i].Source, ch)
		}
		i++
	}
	if i != len(c.Children) {
		t.Errorf("%d children, want %d", len(c.Children), i)
	}
	flat := sound(t, child("has Lead each EmailOpened"))[0].Conditions[0]
	if flat.Items != nil || flat.Bound != 0 || flat.Season != nil {
		t.Errorf("got %+v", flat)
	}
}

// TestExpressions checks that and, or and not keep their shape.
func TestExpressions(t *testing.T) {
	var shape func(e check.Expr) string
	shape = func(e check.Expr) string {
		var terms []check.Expr
		word := ""
		switch e := e.(type) {
		case *check.Comparison:
			return resolved(t, e)
		case *check.Not:
			return "not(" + shape(e.Expr) + ")"
		case *check.And:
			terms, word = e.Terms, "and"
		case *check.Or:
			terms, word = e.Terms, "or"
		}
		texts := make([]string, len(terms))
		for i, t := range terms {
			texts[i] = shape(t)
		}
		return word + "(" + strings.Join(texts, ", ") + ")"
	}
	c := soundChild(t, `has EmailOpened.Contact where City = "A" and (EmailOpened.EmailName = "B" or not (ParentAccount.Name is empty and JobTitle = "C")) and not (City = "D")`, "score +1")
	var got []string
	for _, e := range c.Where {
		got = append(got, shape(e))
		if e.Syntax() == nil {
			t.Errorf("%s has no source", shape(e))
		}
	}
	want := []string{"1 City", "or(0 EmailName, not(and(1 ParentAccount:Account Name, 1 JobTitle)))", "not(1 City)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBoundsAndSeasons checks the bound of a score and the season of a condition.
func TestBoundsAndSeasons(t *testing.T) {
	const rules = `model "M" { target contact time zone "Europe/Berlin"
		condition "A" { active from 2026-01-01 to 2026-12-31 each EmailOpened score +5 up to +30 }
		condition "B" { active from 2026-01-01T12:00 each EmailOpened score -5 down to -5 }
		condition "C" { active until 2026-01-01 each EmailOpened score +1 up to +1000000000 }
		condition "D" { active from 2026-01-01 to 2026-01-01 each EmailOpened score 1 up to 2 }
	}`
	const newYear = 1767222000_000_000 // midnight in Berlin
	const day = 24 * 3600 * 1_000_000
	fixed := func(at int64) check.Bound { return check.Bound{Kind: check.Fixed, At: at} }
	want := []struct {
		bound  int64
		season check.Window
	}{
		{30, check.Window{Lo: fixed(newYear), Hi: fixed(newYear + 365*day - 1)}},
		{-5, check.Window{Lo: fixed(newYear + day/2)}},
		{1_000_000_000, check.Window{Hi: fixed(newYear + day - 1)}},
		{2, check.Window{Lo: fixed(newYear), Hi: fixed(newYear + day - 1)}},
	}
	for i, c := range sound(t, rules)[0].Conditions {
		if c.Bound != want[i].bound || c.Season == nil || *c.Season != want[i].season {
			t.Errorf("%s: bound %d, season %+v", c.Name, c.Bound, c.Season)
		}
	}
}

// TestOpenChoices checks that choices without a list take any text, in rules and in
// the records of tests.
func TestOpenChoices(t *testing.T) {
	schema, err := traverse.Standard().Extend(traverse.Definition{Name: "Lead", Fields: []traverse.Field{{Name: "Tags", Type: traverse.Choices}}})
	if err != nil {
		t.Fatal(err)
	}
	rules := where("Lead", `Tags contains any ("Anything", "else") and not (Tags contains "third")`) +
		` test "T" { as of 2026-05-31 Lead with Tags = ("Whatever", "x") expect score 0 }`
	_, models, diags := check.Files(schema, parse(t, map[string]string{"rules.score": rules})...)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	got := models[0].Conditions[0].Children[0].Where[0].(*check.Comparison).Predicate
	if diff := cmp.Diff(check.ChoicesMatch{Values: []string{"anything", "else"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(models[0].Tests) != 1 || models[0].Tests[0].Records[0].Values["Tags"].String() == "" {
		t.Errorf("got %+v", models[0].Tests)
	}
	_, _, diags = check.Files(schema, parse(t, map[string]string{"rules.score": where("Lead", `Tags contains ""`)})...)
	if len(diags) != 1 || diags[0].Message() != "no value equals the empty text; write Tags is empty" {
		t.Errorf("got %v", diags)
	}
}

// TestBlockInBlock checks that a block whose first item is a block has only that: the children
// before it are beside it.
func TestBlockInBlock(t *testing.T) {
	for name, text := range map[string]string{
		"audience":  "audience { has EmailOpened any of { all of { has EmailClicked } } }",
		"condition": `condition "C" { has EmailOpened any of { all of { has EmailClicked } } score +1 }`,
	} {
		m := sound(t, fmt.Sprintf("model \"M\" { target contact %s }", text))[0]
		condition := m.Audience
		if condition == nil {
			condition = &m.Conditions[0]
		}
		if len(condition.Items) != 2 || condition.Items[0] != check.ChildItem(0) {
			t.Fatalf("%s: the items are %v", name, condition.Items)
		}
		outer := condition.Items[1].(*check.Block)
		if len(outer.Items) != 1 {
			t.Fatalf("%s: the outer block has the items %v", name, outer.Items)
		}
		if inner := outer.Items[0].(*check.Block); len(inner.Items) != 1 || inner.Items[0] != check.ChildItem(1) {
			t.Errorf("%s: the inner block has the items %v", name, inner.Items)
		}
	}
}
