package dsl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
)

// conditionOf returns a model with a condition of the given body.
func conditionOf(body string) string {
	return "model \"M\" {\n    condition \"C\" {\n        " + body + "\n        score +1\n    }\n}\n"
}

// parsedCondition parses the body of a condition.
func parsedCondition(t *testing.T, body string) *dsl.Condition {
	t.Helper()
	f, diags := dsl.Parse("m", conditionOf(body), dsl.Limits{})
	if len(diags) > 0 {
		t.Fatalf("%s:\n%v", body, diags)
	}
	return f.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition)
}

// TestChildren parses children, and compares their canonical form, on one line.
func TestChildren(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"AT Most +3 A", "at most 3 A"},
		{"exactly 2 A", "exactly 2 A"},
		{"From 1 TO 3 A", "from 1 to 3 A"},
		{"every 2 A", "every 2 A"},
		{"every 2 Day", "every 2 Day"},
		{"every 2 days", "every 2 days"},
		{"every 2 days . Contact", "every 2 days.Contact"},
		{"every 2 without", "every 2 without"},
		{"every 1 days without A", "every 1 day without A"},
		{"every 2 Day without A.B where C = 1", "every 2 days without A.B where C = 1"},
		{`"L" : exactly 2 A`, `"L": exactly 2 A`},
		{"each from", "each from"},
		{"each every", "each every"},
		{"each once once per once", "each once once per once"},
		{"each A or B or `C d`.E.F", "each A or B or `C d`.E.F"},
		{"each A or has", "each A or has"},
		{"each A OR each where B = 1", "each A or each where B = 1"},
		{"each A or has once per day", "each A or has once per day"},

		{"each A between 90 AND 7 days AGO", "each A between 90 and 7 days ago"},
		{"each A between 9 and 1 weeks ago", "each A between 9 and 1 week ago"},
		{"at least 3 A within ANY 2 hours", "at least 3 A within any 2 hours"},
		{"at least 3 A within any 2 hours within last 3 days", "at least 3 A within last 3 days within any 2 hours"},
		{"each A once PER day", "each A once per day"},
		{"each A once per Day", "each A once per Day"},
		{"each A once per DAY", "each A once per DAY"},
		{"each A once per `day`", "each A once per `day`"},
		{"each A once per `Day`", "each A once per Day"},
		{"each A once per day.City", "each A once per day.City"},
		{"each A once per days", "each A once per days"},
		{"each A UP to 3 per Contact . `Parent account`", "each A up to 3 per Contact.`Parent account`"},
		{"each A up to 3 per week", "each A up to 3 per week"},
		{"each A halving every 30 days", "each A halving every 30 days"},
		{"each A losing 25% every 1 months", "each A losing 25% every 1 month"},
		{"has A fading over 5 days where B = 1", "has A fading over 5 days where B = 1"},
		{
			"each A or B.C Fading Over 5 Days once per hour since 2026-01-01 where D = 1",
			"each A or B.C since 2026-01-01 once per hour fading over 5 days where D = 1",
		},

		{"has A where B between 90 and 7 days ago and C = 1", "has A where B between 90 and 7 days ago and C = 1"},
		{"has A where B = 1 OR C = 2", "has A where B = 1 or C = 2"},
		{"has A where (B = 1)", "has A where B = 1"},
		{"has A where ((B = 1) and ((C = 2)))", "has A where (B = 1 and C = 2)"},
		{"has A where (B = 1 or C = 2)", "has A where B = 1 or C = 2"},
		{"has A where ( B = 1 or C = 2 ) and D in (1,2)", "has A where (B = 1 or C = 2) and D in (1, 2)"},
		{"has A where NOT(B = 1)", "has A where not (B = 1)"},
		{"has A where not ((B = 1 and (C = 2 or not (D = 3))))", "has A where not (B = 1 and (C = 2 or not (D = 3)))"},
		{"has A where (not (B = 1))", "has A where not (B = 1)"},
		{"has A where not = 1 and not in (1) and or = 1", "has A where not = 1 and not in (1) and or = 1"},
		{"has A where `not` = 1 or and = 1", "has A where not = 1 or and = 1"},
		{"has A where (B between 1 and 2 or B on or before 2026-01-01) and C = 1", "has A where (B between 1 and 2 or B on or before 2026-01-01) and C = 1"},
		{"has A where (B between 1 and 2) or (C = 1 and D = 2)", "has A where B between 1 and 2 or (C = 1 and D = 2)"},
		{"has A where B = 1 and has = 2 and every = 3 and exactly = 4", "has A where B = 1 and has = 2 and every = 3 and exactly = 4"},
	} {
		c := parsedCondition(t, test.text)
		if len(c.Items) != 1 || c.Items[0].(*dsl.Child).String() != test.want {
			t.Errorf("%s is read as %v, want %s", test.text, c.Items[0], test.want)
		}
		checkFormat(t, conditionOf(test.text))
		if again := parsedCondition(t, test.want).Items[0].(*dsl.Child).String(); again != test.want {
			t.Errorf("%s becomes %s", test.want, again)
		}
	}
}

// TestChildParts checks which parts of the tree children become.
func TestChildParts(t *testing.T) {
	for _, test := range []struct {
		text string
		want dsl.Child
	}{
		{"from 1 to 3 A", dsl.Child{Frequency: dsl.Frequency{Kind: dsl.FromTo, Count: number("1"), To: number("3")}, Path: path("A")}},
		{"every 3 A", dsl.Child{Frequency: dsl.Frequency{Kind: dsl.Every, Count: number("3")}, Path: path("A")}},
		{"every 3 weeks without A", dsl.Child{Frequency: dsl.Frequency{Kind: dsl.EveryWithout, Without: span("3", dsl.Weeks)}, Path: path("A")}},
		{"each A or B.C.D", dsl.Child{Path: path("A", "C", "D"), Or: path("B")}},
		{
			"each A between 9 and 7 days ago",
			dsl.Child{Path: path("A"), Range: &dsl.Range{Kind: dsl.BetweenAgo, Last: span("9", dsl.Days), Next: span("7", dsl.Days)}},
		},
		{"each A within any 7 days", dsl.Child{Path: path("A"), Burst: &dsl.Burst{Any: span("7", dsl.Days)}}},
		{"each A once per day", dsl.Child{Path: path("A"), Cap: &dsl.Cap{Period: dsl.PerDay}}},
		{"each A up to 3 per day.B", dsl.Child{Path: path("A"), Cap: &dsl.Cap{Count: number("3"), Per: path("day", "B")}}},
		{"each A halving every 7 days", dsl.Child{Path: path("A"), Decay: &dsl.Decay{Every: span("7", dsl.Days)}}},
		{"each A losing 3% every 7 days", dsl.Child{Path: path("A"), Decay: &dsl.Decay{Kind: dsl.Losing, Percent: number("3"), Every: span("7", dsl.Days)}}},
		{"each A fading over 7 days", dsl.Child{Path: path("A"), Decay: &dsl.Decay{Kind: dsl.Fading, Every: span("7", dsl.Days)}}},
		{
			"each A where B between 9 and 7 days ago",
			dsl.Child{Path: path("A"), Where: []dsl.Expr{&dsl.Comparison{Ref: path("B"), Op: dsl.InRange, Operands: []dsl.Literal{span("9", dsl.Days), span("7", dsl.Days)}}}},
		},
		{"each A where (B = 1 and C = 1)", dsl.Child{Path: path("A"), Where: []dsl.Expr{&dsl.And{Terms: []dsl.Expr{equal("B"), equal("C")}}}}},
		{"each A where B = 1 and (C = 1)", dsl.Child{Path: path("A"), Where: []dsl.Expr{equal("B"), equal("C")}}},
		{"each A where (B = 1 or C = 1)", dsl.Child{Path: path("A"), Where: []dsl.Expr{&dsl.Or{Terms: []dsl.Expr{equal("B"), equal("C")}}}}},
		{"each A where not (B = 1)", dsl.Child{Path: path("A"), Where: []dsl.Expr{&dsl.Not{Expr: equal("B")}}}},
	} {
		got := parsedCondition(t, test.text).Items[0].(*dsl.Child)
		if diff := cmp.Diff(&test.want, got, ignoreSpans); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

func number(text string) *dsl.Number { return &dsl.Number{Text: text} }

func span(count string, unit dsl.Unit) *dsl.TimeSpan {
	return &dsl.TimeSpan{Count: number(count), Unit: unit}
}

func path(names ...string) []*dsl.Name {
	var list []*dsl.Name
	for _, n := range names {
		list = append(list, &dsl.Name{Text: n})
	}
	return list
}

// equal returns `field = 1`.
func equal(field string) *dsl.Comparison {
	return &dsl.Comparison{Ref: path(field), Operands: []dsl.Literal{number("1")}}
}

// TestExpressionSpans checks what the places of expressions in parentheses are.
func TestExpressionSpans(t *testing.T) {
	const child = "has A where ((B = 1) or C = 2) and not ((D = 3 and E = 4))"
	text := conditionOf(child)
	f, diags := dsl.Parse("m", text, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got []string
	dsl.Walk(f, func(n dsl.Node) bool {
		switch n.(type) {
		case *dsl.Child, dsl.Expr:
			got = append(got, text[n.At().Start.Offset:n.At().End.Offset])
		}
		return true
	})
	want := []string{child, "((B = 1) or C = 2)", "B = 1", "C = 2", "not ((D = 3 and E = 4))", "(D = 3 and E = 4)", "D = 3", "E = 4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConditionFormat(t *testing.T) {
	text := `model "M" { condition "C" { has A // a
  active FROM 2026-01-01 to 2026-12-31T10:00Z // season
  "One": any of { // blocks
     has B has C where D = 1 or
     // second
     E = 2 or (F = 3 and G = 4)
     "All":all OF{
none H
exactly 1 I once per day since 2026-01-01 where J = 1 and (K = 2 or L = 3)
} } // end
same Contact . City { has M has N }
score 5 up to 30 }
condition "D" { active until 2026-01-01 each A score -5 DOWN to -20 }
condition "E" { each A active from 2026-01-01 score -5 } }
`
	want := `model "M" {
    condition "C" {
        has A // a
        active from 2026-01-01 to 2026-12-31T10:00Z // season
        "One": any of { // blocks
            has B
            has C
                where D = 1
                // second
                   or E = 2
                   or (F = 3 and G = 4)
            "All": all of {
                none H
                exactly 1 I since 2026-01-01 once per day
                    where J = 1
                      and (K = 2 or L = 3)
            }
        } // end
        same Contact.City {
            has M
            has N
        }
        score +5 up to +30
    }

    condition "D" {
        active until 2026-01-01
        each A
        score -5 down to -20
    }

    condition "E" {
        each A
        active from 2026-01-01
        score -5
    }
}
`
	got, err := dsl.Format("m", text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	checkFormat(t, text)
}

// TestNesting checks how deep blocks and parentheses may be nested.
func TestNesting(t *testing.T) {
	blocks := func(n int) string {
		return strings.Repeat("any of { has A all of { ", n/2) + strings.Repeat("any of { ", n%2) + "has B" + strings.Repeat(" }", n)
	}
	parentheses := func(n int) string {
		return "has A where " + strings.Repeat("not ((", n/2) + strings.Repeat("(", n%2) + "B = 1" + strings.Repeat(")", n)
	}
	for _, test := range []struct {
		within, beyond, want string
	}{
		{blocks(8), blocks(9), "any of and all of are nested more than 8 deep"},
		{blocks(7), blocks(2000), "any of and all of are nested more than 8 deep"},
		{"any of { same X { has A } " + blocks(7) + "}", "any of { " + blocks(8) + "}", "any of and all of are nested more than 8 deep"},
		{parentheses(32), parentheses(33), "parentheses are nested more than 32 deep"},
		{parentheses(31), parentheses(20000), "parentheses are nested more than 32 deep"},
	} {
		checkFormat(t, conditionOf(test.within))
		if _, diags := dsl.Parse("m", conditionOf(test.within), dsl.Limits{}); len(diags) > 0 {
			t.Errorf("%s: %v", test.within, diags)
		}
		f, diags := dsl.Parse("m", conditionOf(test.beyond), dsl.Limits{})
		if len(diags) != 1 || diags[0].Code != dsl.CodeLimit || diags[0].Summary != test.want {
			t.Errorf("%.80s: got %v, want %s", test.beyond, diags, test.want)
		}
		if c := f.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition); c.Score == nil || !c.Incomplete {
			t.Errorf("%.80s: what follows is lost", test.beyond)
		}
	}
}

// TestBlockRecovery checks what is kept of blocks with problems.
func TestBlockRecovery(t *testing.T) {
	for _, test := range []struct {
		text  string
		codes []dsl.Code
		kept  string
	}{
		{"any of { has A", []dsl.Code{dsl.CodeUnclosed}, "any of { has A }"},
		{"any of { has A has B within 3 }  has C", []dsl.Code{dsl.CodeSyntax}, "any of { has A has B } | has C"},
		{"any of { }", []dsl.Code{dsl.CodeNoChild}, ""},
		{"same X { }", []dsl.Code{dsl.CodeNoChild}, ""},
		{"any of has A has B", []dsl.Code{dsl.CodeSyntax}, "has A | has B"},
		{"same X has A has B", []dsl.Code{dsl.CodeSyntax}, "has A | has B"},
		{"same X { has A any of { has B } has C }", []dsl.Code{dsl.CodeSyntax}, "same X { has A has C }"},
		{"same X { has A same Y { has B } has C }", []dsl.Code{dsl.CodeSyntax}, "same X { has A has C }"},
		{"same X.1 { has A } has B", []dsl.Code{dsl.CodeSyntax}, "has B"},
		{"score +2 any of { has A }", []dsl.Code{dsl.CodeSyntax, dsl.CodeNoScore}, ""},
		{"has A active from 2026-01-01 active until 2026-01-01", []dsl.Code{dsl.CodeRepeated}, "has A"},
		{"has A score +2 active from 2026-01-01", []dsl.Code{dsl.CodeSyntax, dsl.CodeNoScore}, "has A"},
	} {
		f, diags := dsl.Parse("m", conditionOf(test.text), dsl.Limits{})
		if diff := cmp.Diff(test.codes, codes(diags)); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s\n%v", test.text, diff, diags)
		}
		c := f.Blocks[0].(*dsl.Model).Clauses[0].(*dsl.Condition)
		var kept []string
		for _, item := range c.Items {
			kept = append(kept, item.(interface{ String() string }).String())
		}
		if got := strings.Join(kept, " | "); got != test.kept || !c.Incomplete || c.Score == nil {
			t.Errorf("%s: kept %s; incomplete is %t", test.text, got, c.Incomplete)
		}
	}
}

// TestItems checks that the children of blocks are children of the condition.
func TestItems(t *testing.T) {
	c := parsedCondition(t, "has A any of { has B all of { has C has D } } same X { has E } has F")
	var got []string
	for child := range c.Children() {
		got = append(got, child.Path[0].Text)
	}
	if !slices.Equal(got, []string{"A", "B", "C", "D", "E", "F"}) {
		t.Errorf("got %v", got)
	}
	for child := range c.Children() {
		if child.Path[0].Text == "C" {
			break
		}
	}
}

// TestMixed checks what the fix of and and or without parentheses makes of a text.
func TestMixed(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{"A = 1 and B = 2 or C = 3", "(A = 1 and B = 2) or C = 3"},
		{"A = 1 or B = 2 and C = 3", "A = 1 or (B = 2 and C = 3)"},
		{"A = 1 and B = 2 or C = 3 and D = 4 and E = 5 or F = 6", "(A = 1 and B = 2) or (C = 3 and D = 4 and E = 5) or F = 6"},
		{"(A = 1) and (B = 2 or C = 3) or D = 4", "((A = 1) and (B = 2 or C = 3)) or D = 4"},
		{"A = 1 or (B = 2) and (C = 3)", "A = 1 or ((B = 2) and (C = 3))"},
		{"A = 1 and not (B = 2 and C = 3 or D = 4)", "A = 1 and not ((B = 2 and C = 3) or D = 4)"},
		{"A = 1 // one\n and B = 2 // two\n or C = 3", "(A = 1 // one\n and B = 2) // two\n or C = 3"},
		{"A = 1\n or B = 2\n and  `C` = 3", "A = 1\n or (B = 2\n and  `C` = 3)"},
		{"A = 1 && B = 2 or C = 3", "(A = 1 && B = 2) or C = 3"},
	} {
		text := conditionOf("has E where " + test.give)
		_, diags := dsl.Parse("m", text, dsl.Limits{})
		i := slices.IndexFunc(diags, func(d dsl.Diagnostic) bool { return d.Code == dsl.CodeSyntax })
		if i < 0 || len(diags) > 2 || diags[i].Fix == nil {
			t.Errorf("%s: %v", test.give, diags)
			continue
		}
		if got := diags[i].Fix.Apply(text); got != conditionOf("has E where "+test.want) {
			t.Errorf("%s: got\n%s", test.give, got)
		}
		checkFixes(t, text, diags)
	}
}

// TestNamesInConditions checks what is said of names for values in places of a child
// where they cannot stand.
func TestNamesInConditions(t *testing.T) {
	for _, test := range []struct{ line, message, fixed string }{
		{"each A within last Recent days", "there is no unit after a name: Recent is a whole length of time; leave it out", "each A within last Recent"},
		{"each A within Recent", "last is missing after within; write within last Recent", "each A within last Recent"},
		{"each A losing Share% every 1 month", "a name cannot be the number in losing P%; write it in digits: 5", "each A losing 5% every 1 month"},
		{
			"each A between Share and 7 days ago",
			"a name cannot be the number in between N and M days ago; write it in digits: 5", "each A between 5 and 7 days ago",
		},
		{"every Recent A", "without is missing after every Recent; every and a length of time counts how long nothing has occurred", "every Recent without A"},
		{"exactly Recent A", "a whole number must be here, and Recent is 30 days", ""},
	} {
		_, diags := dsl.Parse("m", "let Share = 5\nlet Recent = 30 days\n"+conditionOf(test.line), dsl.Limits{})
		if len(diags) != 1 || diags[0].Message() != test.message || strings.TrimSpace(diags[0].Fixed()) != test.fixed {
			t.Errorf("%s:\n%v", test.line, diags)
		}
	}
	for _, line := range []string{
		"each A within last Recent once per Recent", "every Recent without A", "every Share A", "from Share to 7 A", "each A up to Share per day",
		"at least Share A within any Recent", "each A fading over Recent", "has A where B = Share or not (C in (Share, 6))",
	} {
		text := "let Share = 5\nlet Recent = 30 days\n" + conditionOf(line)
		if _, diags := dsl.Parse("m", text, dsl.Limits{}); len(diags) > 0 {
			t.Errorf("%s:\n%v", line, diags)
		}
		checkFormat(t, text)
	}
}
