package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

const typesSchema = `
profile Lead {
    Text    text
    Choice  choice ("A", "B")
    Choices choices ("A", "B")
    Number  number
    Bool    bool
    Time    time
    Date    date
    ParentContact -> Contact
    ParentAccount -> Account
}
profile Contact {
    ParentAccount -> Account
}
profile Account {
}
`

// compile checks rules against the schema of this test.
func compile(t *testing.T, rules string) ([]*check.Model, dsl.Diagnostics) {
	t.Helper()
	schema, diags := dsl.Parse("schema.score", typesSchema, dsl.Limits{})
	file, more := dsl.Parse("rules.score", rules, dsl.Limits{})
	if diags = append(diags, more...); len(diags) > 0 {
		t.Fatal(diags)
	}
	_, models, diags := check.Files(nil, schema, file)
	return models, diags
}

func rule(where string) string {
	return `model "M" { target contact condition "C" { has Lead where ` + where + ` score 1 } }`
}

// TestOperatorsByType checks for every operator which types have it, as the
// table of the language reference says.
func TestOperatorsByType(t *testing.T) {
	text := []string{"Text"}
	instants := []string{"Time", "Date"}
	all := []string{"Text", "Choice", "Choices", "Number", "Bool", "Time", "Date"}
	tests := []struct {
		op    string
		types []string
	}{
		{"= V", []string{"Text", "Choice", "Number", "Bool"}},
		{"!= V", []string{"Text", "Choice", "Number", "Bool"}},
		{"in (V)", []string{"Text", "Choice", "Number"}},
		{"not in (V, V)", []string{"Text", "Choice", "Number"}},
		{"< V", []string{"Number"}},
		{"<= V", []string{"Number"}},
		{"> V", []string{"Number"}},
		{">= V", []string{"Number"}},
		{"between V and V", []string{"Number", "Time", "Date"}},
		{"contains V", []string{"Text", "Choices"}},
		{"does not contain V", []string{"Text", "Choices"}},
		{"contains any (V)", []string{"Text", "Choices"}},
		{"does not contain any (V)", []string{"Text", "Choices"}},
		{"contains all (V)", []string{"Choices"}},
		{"contains word V", text},
		{"contains any word (V)", text},
		{"does not contain word V", text},
		{"does not contain any word (V)", text},
		{"begins with V", text},
		{"begins with any (V)", text},
		{"does not begin with V", text},
		{"does not begin with any (V)", text},
		{"ends with V", text},
		{"ends with any (V)", text},
		{"does not end with V", text},
		{"does not end with any (V)", text},
		{"on D", instants},
		{"before D", instants},
		{"after D", instants},
		{"on or before D", instants},
		{"on or after D", instants},
		{"within last 3 days", instants},
		{"within next 3 days", instants},
		{"older than 3 days", instants},
		{"within last 3 hours", []string{"Time"}},
		{"is empty", all},
		{"is not empty", all},
	}
	values := map[string]string{
		"Text": `"x"`, "Choice": `"a"`, "Choices": `"B"`, "Number": "-1.5", "Bool": "true", "Time": "2026-05-31T12:00", "Date": "2026-05-31",
	}
	for _, test := range tests {
		for _, typ := range all {
			where := typ + " " + strings.ReplaceAll(strings.ReplaceAll(test.op, "V", values[typ]), "D", "2026-05-31")
			if strings.HasPrefix(test.op, "does") {
				where = typ + " " + strings.ReplaceAll(test.op, "V", values[typ])
			}
			_, diags := compile(t, rule(where))
			want := false
			for _, has := range test.types {
				want = want || has == typ
			}
			switch {
			case want && len(diags) > 0:
				t.Errorf("%s: %v", where, diags)
			case !want && len(diags) != 1:
				t.Errorf("%s: %d problems, want 1: %v", where, len(diags), diags)
			case !want && diags[0].Code != check.CodeType && diags[0].Code != check.CodeTimeSpan:
				t.Errorf("%s: the problem is %s", where, diags[0].Code)
			}
		}
	}
}

// TestOperandsByType checks that a value of each kind fits its own type alone.
func TestOperandsByType(t *testing.T) {
	for _, test := range []struct {
		where string
		code  dsl.Code // "" = fits
	}{
		{`Text = "x"`, ""}, {`Text = 1`, check.CodeType}, {`Text = true`, check.CodeType}, {`Text = 2026-05-31`, check.CodeType},
		{`Text = ""`, check.CodeValue}, {`Text contains any ("x", 1)`, check.CodeType},
		{`Choice = "A"`, ""}, {`Choice = "C"`, check.CodeValue}, {`Choice = 1`, check.CodeType}, {`Choice in ("A", "")`, check.CodeValue},
		{`Choices contains "b"`, ""}, {`Choices contains all ("A", "C")`, check.CodeValue},
		{`Number = 1`, ""}, {`Number = "1"`, check.CodeType}, {`Number in (1, true)`, check.CodeType},
		{`Number = 9007199254740992`, ""}, {`Number = 9007199254740993`, dsl.CodeNumber}, {`Number = 9007199254740994`, ""},
		{`Number = 9007199254740993.0`, ""}, // a fraction rounds as data do
		{`Number = 100000000000000000000`, ""}, {`Number = 100000000000000000001`, dsl.CodeNumber},
		{`Number > ` + strings.Repeat("9", 400), dsl.CodeNumber},
		{`Number between 1 and 1`, ""}, {`Number between 2 and 1`, check.CodeBounds},
		{`Number between 1 and ` + strings.Repeat("9", 400), dsl.CodeNumber}, // unknown bounds are not compared
		{`Bool = false`, ""}, {`Bool = 0`, check.CodeType}, {`Bool != "false"`, check.CodeType},
		{`Time between 2026-05-31 and 2026-05-31`, ""}, {`Time between 2026-05-31T12:00 and 2026-05-31`, ""},
		{`Time between 2026-05-31 and 2026-05-30T12:00`, check.CodeBounds},
		{`Time between 2026-05-31T12:00+02:00 and 2026-05-31T11:00+01:00`, ""},
		{`Time between 2026-05-31T12:00+02:00 and 2026-05-31T10:00+01:00`, check.CodeBounds},
		{`Time between 1 and 2`, check.CodeType},
		{`Date between 2026-05-31 and 2026-05-30`, check.CodeBounds},
		{`Date between 2026-05-31T23:00 and 2026-05-31T01:00`, ""}, // one and the same day
		{`Date older than 3 minutes`, check.CodeTimeSpan},
	} {
		_, diags := compile(t, rule(test.where))
		var got dsl.Code
		if len(diags) > 0 {
			got = diags[0].Code
		}
		if got != test.code || len(diags) > 1 {
			t.Errorf("%s: %v, want %q", test.where, diags, test.code)
		}
	}
}

// TestSpanLimits checks the smallest and largest length of time of each unit.
func TestSpanLimits(t *testing.T) {
	for unit, most := range map[string]int{
		"minutes": 52_596_000, "hours": 876_600, "days": 36_525, "weeks": 5_218, "months": 1_200, "years": 100,
	} {
		for n, ok := range map[int]bool{0: false, 1: true, most: true, most + 1: false} {
			_, diags := compile(t, rule(fmt.Sprintf("Time within last %d %s", n, unit)))
			if ok != (len(diags) == 0) || len(diags) > 1 {
				t.Errorf("%d %s: %v", n, unit, diags)
			}
		}
	}
	for _, n := range []string{"-1", "99999999999999999999"} {
		if _, diags := compile(t, rule("Time older than "+n+" days")); len(diags) != 1 || diags[0].Code != check.CodeTimeSpan {
			t.Errorf("%s days: %v", n, diags)
		}
	}
}

// TestPredicates checks what a comparison is turned into.
func TestPredicates(t *testing.T) {
	for _, test := range []struct {
		where string
		want  check.Predicate
	}{
		{`Text = "ÄB"`, check.TextMatch{How: check.MatchEquals, Values: []string{traverse.Fold("äb")}}},
		{`Text does not contain any ("A", "b")`, check.TextMatch{How: check.MatchContains, Values: []string{"a", "b"}, Not: true}},
		{`Text begins with "A"`, check.TextMatch{How: check.MatchPrefix, Values: []string{"a"}}},
		{`Choice not in ("a")`, check.TextMatch{How: check.MatchEquals, Values: []string{"a"}, Not: true}},
		{`Choices contains all ("A", "B")`, check.ChoicesMatch{Values: []string{"a", "b"}, All: true}},
		{`Number not in (1, 0.5)`, check.NumberIn{Values: []float64{1, 0.5}, Not: true}},
		{`Number between -1 and 2`, check.NumberBetween{Lo: -1, Hi: 2}},
		{`Bool != false`, check.IsBool{Want: true}},
		{`Bool is not empty`, check.IsEmpty{Not: true}},
		{`Date on 2026-05-31`, check.InWindow{Window: check.Window{Days: true, Lo: check.Bound{Kind: check.Fixed, At: 20604}, Hi: check.Bound{Kind: check.Fixed, At: 20604}}}},
		{`Date after 2026-05-31`, check.InWindow{Window: check.Window{Days: true, Lo: check.Bound{Kind: check.Fixed, At: 20605}}}},
		{`Date older than 3 days`, check.InWindow{Window: check.Window{Days: true, Hi: check.Bound{Kind: check.Relative, N: -3, Unit: dsl.Days, Plus: -1}}}},
		{`Time before 1970-01-02`, check.InWindow{Window: check.Window{Hi: check.Bound{Kind: check.Fixed, At: 86_400_000_000 - 1}}}},
		{`Time on 1970-01-01`, check.InWindow{Window: check.Window{Lo: check.Bound{Kind: check.Fixed}, Hi: check.Bound{Kind: check.Fixed, At: 86_400_000_000 - 1}}}},
		{`Time on 1970-01-01T00:00:01Z`, check.InWindow{Window: check.Window{Lo: check.Bound{Kind: check.Fixed, At: 1_000_000}, Hi: check.Bound{Kind: check.Fixed, At: 1_000_000}}}},
	} {
		models, diags := compile(t, rule(test.where))
		if len(diags) > 0 {
			t.Errorf("%s: %v", test.where, diags)
			continue
		}
		got, ok := models[0].Conditions[0].Children[0].Where[0].(*check.Comparison)
		if !ok {
			t.Fatalf("%s is a %T", test.where, models[0].Conditions[0].Children[0].Where[0])
		}
		if diff := cmp.Diff(test.want, got.Predicate); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.where, diff)
		}
	}
}

// TestBrokenTextIsNotJudgedTwice checks that what the parser reported does not
// make the checker complain again, and that the rest is checked all the same.
func TestBrokenTextIsNotJudgedTwice(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string // the checker's summaries
	}{
		{"a broken target is not a missing one", `model "M" { target nobody }`, nil},
		{"a broken name", "model \"M\" { target contact condition \"C\" { has `Lead score 1 } }", nil},
		{"a broken name of a relationship", "profile Lead { `` -> Contact `` <- Contact.Lead } profile Contact { `` text }", nil},
		{"a bad number", `model "M" { target contact sales ready at 007 condition "C" { has Lead score 1_0 } }`, nil},
		{"a bad date", `model "M" { target contact condition "C" { has Lead where Time on 2026-02-30 score 1 } }`, nil},
		{"a bad grade does not make a gap", `model "M" { target contact grade "A" below 1 grade "B" from 01 to 2 grade "C" from 3 }`, nil},
		{"a member without a type is known", `profile Lead { City txt } model "M" { target contact condition "C" { has Lead where City = "x" score 1 } }`, nil},
		{"a relationship without a target is known", `profile Lead { Orders } model "M" { target contact condition "C" { has Lead.Orders has Lead where Orders.City = "x" score 1 } }`, nil},
		{"the rest is checked", `model "M" { target contact condition "C" { has Nothing within lst 3 days score 1 } condition "D" { has Anything score 0 } }`,
			[]string{"unknown entity Anything", "a score of 0 changes nothing; write the points to add or subtract"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			schema, _ := dsl.Parse("schema.score", typesSchema, dsl.Limits{})
			file, parsed := dsl.Parse("rules.score", test.text, dsl.Limits{})
			if len(parsed) == 0 {
				t.Fatal("the text parses")
			}
			_, _, diags := check.Files(nil, schema, file)
			var got []string
			for _, d := range diags {
				got = append(got, d.Summary)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestStepsOfOneName checks that a name that two steps have is an error, also if
// one of them is the root.
func TestStepsOfOneName(t *testing.T) {
	_, diags := compile(t, `profile Contact { Lead -> Lead } model "M" { target contact
		condition "C" { has Lead.ParentContact.Lead.ParentContact where Lead.Text = "x" score 1 }
		condition "D" { has Lead.ParentContact.Lead where Lead.Text = "x" score 1 } }`)
	if len(diags) != 1 || diags[0].Summary != "two steps of the path are called Lead, so it is not clear which one is meant" {
		t.Errorf("got %v", diags)
	}
}

// TestWayTo checks that a way to an entity is shown where a path cannot start
// there, and not where it goes wrong after its root.
func TestWayTo(t *testing.T) {
	_, diags := compile(t, `profile Lead { Twin -> Lead } model "M" { target contact
		condition "C" { has Contact score 1 }
		condition "D" { has Lead.Qqqqqqq score 1 } }`)
	var got []string
	for _, d := range diags {
		got = append(got, d.Help)
	}
	if want := []string{"write Lead.ParentContact", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestIntegerLimits checks the limits of 64 bits, and that a message says whether
// a number is too large or too small.
func TestIntegerLimits(t *testing.T) {
	for number, want := range map[string]string{
		"9223372036854775807": "", "-9223372036854775808": "", "+7": "",
		"9223372036854775808":  "9223372036854775808 is too large",
		"-9223372036854775809": "-9223372036854775809 is too small",
	} {
		_, diags := compile(t, `model "M" { target contact sales ready at `+number+` }`)
		got := ""
		if len(diags) > 0 {
			got = diags[0].Summary
		}
		if got != want || len(diags) > 1 {
			t.Errorf("%s: %v", number, diags)
		}
	}
}

// TestBaseIsKept checks that a compilation does not change the schema it
// extends, and that without blocks it is that very schema.
func TestBaseIsKept(t *testing.T) {
	base := traverse.Standard()
	file, _ := dsl.Parse("", `profile Lead { Extra text } interaction Tasting { }`, dsl.Limits{})
	schema, _, diags := check.Files(base, file)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if _, ok := schema.Entity("Lead").Field("Extra"); !ok || schema.Entity("Tasting") == nil {
		t.Error("the blocks are not in the schema")
	}
	if _, ok := base.Entity("Lead").Field("Extra"); ok || base.Entity("Tasting") != nil {
		t.Error("the base has changed")
	}
	plain, _ := dsl.Parse("", `model "M" { target contact }`, dsl.Limits{})
	if schema, _, _ := check.Files(base, plain); schema != base {
		t.Error("without blocks the schema is another")
	}
}
