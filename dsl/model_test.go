package dsl_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
)

// blocks holds every clause and block of a model, and every expectation of a test,
// in canonical form.
const blocks = `let FreeMail = ("@gmail.com", "@yahoo.com") // mail
let Recent = 90 days
let Demo = 25
let Launch = 2026-01-01
let ` + "`is`" + ` = "A1"

model "B2B" {
    target lead with contact
    time zone "Europe/Berlin"
    active from Launch to 2026-12-31
    let Most = 40

    audience {
        has Lead
            where not (Rating = "Cold")
        none Lead.Orders within last 1 year
    }

    dimension "Fit" {
        limit from 0 to 100
        out of 10

        table "Company size" by Lead.ParentContact.ParentAccount.NumberOfEmployees {
            active until 2026-06-30
            from 1000           score +30
            from 100 below 1000 score +20
            from 10 to 99       score 0
            below Most          score -10
            is empty            score -5
            in (1, Demo)        score +1
            1, 2, Most          score Demo
            otherwise           score +5
        }

        // of the table
        table "Mail" by Lead.Email {
            ends with any FreeMail score -20
            FreeMail               score +Demo
            "a very long address@example.com", "another@example.com" score -Demo
            contains "x"           score +1
        }

        first of "Seniority" {
            active from 2026-01-01

            condition "Chief" {
                has Lead.ParentContact
                    where JobTitle contains "chief"
                score +30
            }

            condition "Director" {
                has Lead.ParentContact
                score +20
            }
        }

        grade "A" from Most
        grade "B" from 20 to 39
        grade "C" below 20
    }

    dimension "Engagement" {
        weight 50%

        group "Emails" {
            limit up to Most

            condition "Opened" {
                each EmailOpened within last Recent
                score +2
            }

            group "Clicks" {
                limit from -5
                active until Launch
            }
        }

        table "Visits" by number of WebsiteVisited within last 7 days {
            from 3 score +3
        }

        table "Pages" by number of WebsiteVisited
                where Url contains "pricing"
                  and PageTitle = "x" {
            > 3 score +3
        }

        grade "1" from 50
    }

    label "Fit", "Engagement"
    sales ready when label in ("A1", ` + "`is`" + `)
        or score >= Most
        // neither one nor two
        or score of "Fit" not in (1, 2)
        or not (grade of "Fit" is "A" and (condition "Opened" holds or score between 1 and Demo))
        or grade is not "B"
        or label not in FreeMail
}

model "Simple" {
    target lead
    sales ready when score >= Demo and grade is "A"
}

model "Threshold" {
    target lead
    sales ready at Demo
}

test "T" {
    model "B2B"
    as of Launch
    EmailOpened Recent ago with Amount = Demo
    Order in Recent with Channels = FreeMail
    expect dimension "Fit" score 40
    expect dimension "Fit" grade "A"
    expect dimension "Fit" no grade
    expect label "A1"
    expect no label
    expect not in audience
    expect not active
}

profile Order {
    Tags     choices
    Channels choices ("A") exact
}
`

func TestBlocks(t *testing.T) {
	f, diags := dsl.Parse("f", blocks, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	got, err := dsl.Format("f", blocks)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(blocks, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	checkFormat(t, strings.ReplaceAll(strings.ReplaceAll(blocks, "// mail", ""), "\n", " ")[:strings.Index(blocks, "        // of")-8]+"}}")
	kinds := map[string]bool{}
	dsl.Walk(f, func(n dsl.Node) bool {
		kinds[fmt.Sprintf("%T", n)] = true
		return true
	})
	for _, n := range []dsl.Node{
		&dsl.Let{}, &dsl.List{}, &dsl.Active{}, &dsl.Audience{}, &dsl.Dimension{}, &dsl.Limit{}, &dsl.OutOf{}, &dsl.Table{}, &dsl.Row{},
		&dsl.FirstOf{}, &dsl.Group{}, &dsl.Weight{}, &dsl.Label{}, &dsl.Judgment{},
	} {
		if kind := fmt.Sprintf("%T", n); !kinds[kind] {
			t.Errorf("no %s is visited", kind)
		}
	}
}

// TestLets checks what stands in the tree where a name is used.
func TestLets(t *testing.T) {
	f, diags := dsl.Parse("f", blocks, dsl.Limits{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	uses := map[string]int{}
	use := func(let *dsl.Let, value any, at dsl.Span) {
		if let == nil {
			return
		}
		text := strings.Trim(strings.TrimLeft(blocks[at.Start.Offset:at.End.Offset], "+-"), "`")
		if text != let.Name.Text {
			t.Errorf("the use of %s is %q", let.Name.Text, text)
		}
		uses[fmt.Sprintf("%s %v", let.Name.Text, value)]++
	}
	dsl.Walk(f, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.Number:
			use(n.Let, n.Text, n.Span)
		case *dsl.String:
			use(n.Let, n.Value, n.Span)
		case *dsl.TimeSpan:
			use(n.Let, n.Count.Text+" "+n.Unit.String(), n.Span)
		case *dsl.Moment:
			use(n.Let, n.Raw, n.Span)
		case *dsl.Comparison:
			if n.List != nil {
				use(n.List, len(n.Operands), n.Operands[0].At())
			}
		case *dsl.Row:
			if n.List != nil {
				use(n.List, len(n.Values), n.Values[0].At())
			}
		case *dsl.Judgment:
			if n.List != nil {
				use(n.List, len(n.Operands), n.Operands[0].At())
			}
		case *dsl.FieldValue:
			if n.Let != nil {
				use(n.Let, len(n.Values), n.Values[0].At())
			}
		}
		return true
	})
	want := map[string]int{
		"FreeMail 2": 4, "Recent 90 days": 3, "Demo 25": 6, "Demo +25": 1, "Demo -25": 1, "Launch 2026-01-01": 3, "is A1": 1, "Most 40": 5,
	}
	if diff := cmp.Diff(want, uses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBlockTrees checks the parts of the nodes of blocks.
func TestBlockTrees(t *testing.T) {
	parse := func(clauses string) *dsl.Model {
		t.Helper()
		f, diags := dsl.Parse("f", `let N = -3 model "M" { `+clauses+" }", dsl.Limits{})
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		return f.Blocks[1].(*dsl.Model)
	}
	for _, test := range []struct {
		clause string
		want   dsl.Clause
	}{
		{`target lead`, &dsl.Target{Kind: dsl.TargetLead}},
		{`TARGET Lead With Contact`, &dsl.Target{Kind: dsl.TargetLeadWithContact}},
		{`limit up to +5`, &dsl.Limit{To: &dsl.Number{Text: "+5"}}},
		{`limit from -5 to 5`, &dsl.Limit{From: &dsl.Number{Text: "-5"}, To: &dsl.Number{Text: "5"}}},
		{`dimension "D" { weight 5% out of 10 }`, &dsl.Dimension{
			Name:    &dsl.String{Raw: `"D"`, Value: "D"},
			Clauses: []dsl.Clause{&dsl.Weight{Percent: &dsl.Number{Text: "5"}}, &dsl.OutOf{Number: &dsl.Number{Text: "10"}}},
		}},
		{`table "T" by A.B { otherwise score -N2 } let N2 = 3`, nil},
		{`table "T" by number.of { from 1.5 below 2 score 0 }`, &dsl.Table{
			Name: &dsl.String{Raw: `"T"`, Value: "T"},
			Ref:  []*dsl.Name{{Text: "number"}, {Text: "of"}},
			Rows: []*dsl.Row{{
				Form: dsl.RowFrom, From: &dsl.Number{Text: "1.5"}, Below: &dsl.Number{Text: "2"}, Score: &dsl.Score{Points: &dsl.Number{Text: "0"}},
			}},
		}},
		{`label "A"`, &dsl.Label{Dimensions: []*dsl.String{{Raw: `"A"`, Value: "A"}}}},
		{`sales ready when label is not "A"`, &dsl.SalesReady{When: &dsl.Judgment{
			Subject: dsl.SubjectLabel, Op: dsl.NotEqual, Operands: []dsl.Literal{&dsl.String{Raw: `"A"`, Value: "A"}},
		}}},
	} {
		m := parse(test.clause)
		if test.want == nil {
			continue
		}
		if diff := cmp.Diff(test.want, m.Clauses[0], ignoreSpans); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.clause, diff)
		}
	}
	m := parse(`condition "C" { has A score N }`)
	if points := m.Clauses[0].(*dsl.Condition).Score.Points; points.Text != "-3" || points.Let == nil {
		t.Errorf("score N has %+v", points)
	}
	deep := strings.Repeat(`group "g" { `, 8) + strings.Repeat("} ", 8)
	parse(deep)
	_, diags := dsl.Parse("f", `model "M" { group "o" { `+deep+"} }", dsl.Limits{})
	if len(diags) != 1 || diags[0].Code != dsl.CodeLimit {
		t.Errorf("nine groups: %v", diags)
	}
}

// TestLetScope checks where a name is seen.
func TestLetScope(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string // the summaries of the problems
	}{
		{`model "M" { sales ready at N } let N = 3`, nil},
		{`model "M" { sales ready at N let N = 3 }`, nil},
		{`model "M" { sales ready at N } model "O" { let N = 3 }`, []string{"unexpected N"}},
		{`model "M" { let N = 2 sales ready at N } model "O" { let N = 3 sales ready at N }`, nil},
		{`let N = 2 model "O" { let N = 3 }`, []string{"there are two lets called N"}},
		{`model "O" { let N = 3 } let N = 2`, []string{"there are two lets called N"}},
		{`let N = 2 let n = 3 let N = 4`, []string{"there are two lets called N"}},
		{`model "M" { let N = 2 let N = 2 }`, []string{"there are two lets called N"}},
		{`let Score = 3`, []string{"Score is a word of the language"}},
		{"let `Score` = 3 model \"M\" { sales ready at `Score` condition \"C\" { has A where score is empty score `Score` } }", nil},
		{`let up = 1 model "M" { condition "C" { each A up to up per day score up up to up } }`, nil},
		{`let N = 1 day model "M" { sales ready at N }`, []string{"a whole number must be here, and N is 1 day"}},
		{`let N = 1.5 model "M" { sales ready at N }`, []string{"a whole number must be here, and N is 1.5"}},
		{`let N = ("A") model "M" { condition "C" { has A where B = N score 1 } }`, []string{"one value must be here, and N is a list"}},
		{`let N = -1 model "M" { condition "C" { has A score +N } }`, []string{"N has a sign already: it is -1"}},
		{`let N = 1 model "M" { sales ready at -N }`, []string{"there is no sign before a name here: N has the sign of its value"}},
		{`let N = M model "M" { sales ready at N }`, []string{"unexpected M"}},
		{`let N = 3 model "M" { dimension "D" { weight N% } }`, []string{"a name cannot be the number in weight N%"}},
		{`let N = 3 model "M" { condition "C" { has A within last N days score 1 } }`, []string{"a length of time must be here, and N is 3"}},
		{`let N = 3 model "M" { condition "C" { has A where B = N.C score 1 } }`, []string{"a value must be here, not the field N.C"}},
	} {
		_, diags := dsl.Parse("f", test.text, dsl.Limits{})
		var got []string
		for _, d := range diags {
			got = append(got, d.Summary)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}

// TestBlockLimits checks that limits hold for tables, lists and decisions.
func TestBlockLimits(t *testing.T) {
	limits := dsl.Limits{Terms: 3, Names: 3, Conditions: 3}
	for _, test := range []struct{ text, want string }{
		{`let L = (1, 2, 3, 4)`, "a list has 4 values; the limit is 3"},
		{`model "M" { table "T" by A.B { 1, 2, 3, 4 score 1 } }`, "a list has 4 values; the limit is 3"},
		{`model "M" { table "T" by A.B { in (1, 2, 3, 4) score 1 } }`, "a list has 4 values; the limit is 3"},
		{`model "M" { table "T" by A.B { 1 score 1 2 score 1 3 score 1 4 score 1 } }`, `table "T" has more than 3 rows`},
		{`model "M" { table "T" by A.B.C.D { 1 score 1 } }`, "a path has 4 names; the limit is 3"},
		{`model "M" { table "T" by number of A.B.C.D { 1 score 1 } }`, "a path has 4 names; the limit is 3"},
		{`model "M" { sales ready when score in (1, 2, 3, 4) }`, "a list has 4 values; the limit is 3"},
		{`model "M" { sales ready when score = 1 or score = 2 or not (score = 3 and score = 4) }`, "a decision has 4 parts; the limit is 3"},
		{`model "M" { group "A" { group "B" { } } dimension "C" { table "T" by A.B { 1 score 1 } } }`, `model "M" has more than 3 conditions`},
		{`model "M" { first of "A" { condition "B" { has A score 1 } condition "C" { has A score 1 } condition "D" { has A score 1 } } }`, `model "M" has more than 3 conditions`},
	} {
		_, diags := dsl.Parse("f", test.text, limits)
		if len(diags) != 1 || diags[0].Code != dsl.CodeLimit || diags[0].Summary != test.want {
			t.Errorf("%s: got %v; want %s", test.text, diags, test.want)
		}
	}
	for _, word := range []string{"group", "dimension", "first of"} {
		deep := `model "M" { ` + strings.Repeat(word+` "g" { `, 20_000) // must not take the stack of the program
		if _, diags := dsl.Parse("f", deep, dsl.Limits{}); len(diags) == 0 {
			t.Errorf("%s: no problem", word)
		}
	}
	uses := strings.Repeat(`condition "C" { has A where B in L score 1 } `, 101)
	text := "let L = (1" + strings.Repeat(", 1", 9_999) + `) model "M" { ` + uses + "}"
	_, diags := dsl.Parse("f", text, dsl.Limits{})
	if len(diags) != 1 || diags[0].Code != dsl.CodeLimit {
		t.Errorf("a long list that is used very often: %v", diags)
	}
}
