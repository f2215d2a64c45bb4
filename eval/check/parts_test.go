package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/eval/check"
)

// outline writes how the conditions of a model add up, a line for each part.
func outline(m *check.Model) string {
	var b strings.Builder
	b.WriteString("model" + limitText(m.Limit) + seasonText(m.Season) + "\n")
	outlineOf(&b, m, m.Parts, "  ")
	return b.String()
}

func outlineOf(b *strings.Builder, m *check.Model, parts []check.Part, indent string) {
	name := func(i int) string { return fmt.Sprintf("%s %+d", m.Conditions[i].Name, m.Conditions[i].Points) }
	for _, p := range parts {
		switch p := p.(type) {
		case check.ConditionPart:
			fmt.Fprintf(b, "%s%s\n", indent, name(int(p)))
		case *check.Group:
			fmt.Fprintf(b, "%sgroup %s%s%s\n", indent, p.Name, limitText(p.Limit), seasonText(p.Season))
			outlineOf(b, m, p.Parts, indent+"  ")
		case *check.Tiers:
			what := "first of"
			if p.Table != nil {
				what = "table"
			}
			fmt.Fprintf(b, "%s%s %s%s:", indent, what, p.Name, seasonText(p.Season))
			for _, i := range p.Conditions {
				b.WriteString(" " + name(i))
			}
			b.WriteString("\n")
		case *check.Dimension:
			fmt.Fprintf(b, "%sdimension %s%s%s %d%% out of %d", indent, p.Name, limitText(p.Limit), seasonText(p.Season), p.Weight, p.OutOf)
			for band := range p.Grades.Bands() {
				b.WriteString(" " + band.Name)
			}
			b.WriteString("\n")
			outlineOf(b, m, p.Parts, indent+"  ")
		}
	}
}

func limitText(l check.Limit) string {
	text := ""
	if l.HasLo {
		text += fmt.Sprintf(" from %d", l.Lo)
	}
	if l.HasHi {
		text += fmt.Sprintf(" to %d", l.Hi)
	}
	return text
}

func seasonText(w *check.Window) string {
	if w == nil {
		return ""
	}
	return " in season"
}

// TestParts checks what becomes of groups, tiers, tables and dimensions.
func TestParts(t *testing.T) {
	m := sound(t, `
model "M" {
    target contact
    limit from -10 to 1000000000000
    active from 2026-01-01
    condition "First" { has Lead score +1 }
    dimension "Fit" {
        out of 10
        limit up to 40
        weight 50%
        active until 2026-12-31
        grade "B" below 5
        grade "A" from 5
        table "Size" by Lead.NumberOfEmployees {
            active from 2026-01-01
            from 100 score +20
            otherwise score 0
        }
        group "Inner" {
            limit from 1
            condition "Second" { has Lead score +2 }
            group "Innermost" { }
        }
    }
    first of "Tiers" {
        active from 2026-01-01 to 2026-02-01
        condition "Third" { has Lead score +3 }
        condition "Fourth" { has Lead score +4 }
    }
    dimension "Engagement" { condition "Fifth" { each EmailOpened score +5 } }
}`)[0]
	want := `model from -10 to 1000000000000 in season
  First +1
  dimension Fit to 40 in season 50% out of 10 B A
    table Size in season: Size +20 Size +0
    group Inner from 1
      Second +2
      group Innermost
  first of Tiers in season: Third +3 Fourth +4
  dimension Engagement 100% out of 0
    Fifth +5
`
	if diff := cmp.Diff(want, outline(m)); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	var order []string
	for i := range m.Conditions {
		order = append(order, m.Conditions[i].Name)
	}
	if diff := cmp.Diff([]string{"First", "Size", "Size", "Second", "Third", "Fourth", "Fifth"}, order); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

// TestNoParts checks which models have parts: those whose score is more than the sum of
// what their conditions count.
func TestNoParts(t *testing.T) {
	for _, test := range []struct {
		clauses string
		parts   bool
	}{
		{`condition "C" { each EmailOpened score +1 } grade "A" from 1 sales ready at 3 let Unused = 5`, false},
		{`condition "C" { exactly 2 EmailOpened once per day where not (EmailName = "A") score +1 }`, false},
		{`condition "C" { at least 3 EmailOpened or EmailClicked within any 2 hours score +1 }`, false},
		{`condition "C" { each EmailOpened score +1 up to +5 }`, true},
		{`condition "C" { each EmailOpened halving every 7 days score +1 }`, true},
		{`condition "C" { every 2 EmailOpened score +1 }`, true},
		{`condition "C" { any of { has EmailOpened has EmailClicked } score +1 }`, true},
		{`condition "C" { active from 2026-01-01 has Lead score +1 }`, true},
		{`condition "C" { every 30 days without Interaction score -1 down to -5 }`, true},
		{`limit up to 5`, true},
		{`active from 2026-01-01`, true},
		{`audience { has Lead }`, true},
		{`group "G" { }`, true},
		{`dimension "D" { }`, true},
		{`sales ready when score > 5`, true},
	} {
		m := sound(t, `model "M" { target contact condition "Always" { has Lead score +1 } `+test.clauses+` }`)[0]
		if (m.Parts != nil) != test.parts {
			t.Errorf("%s: parts %v", test.clauses, m.Parts)
		}
	}
}

// rowText writes what a row asks: its children, and whether one of several must hold.
func rowText(c *check.Condition) string {
	var texts []string
	for i := range c.Children {
		ch := &c.Children[i]
		text := fmt.Sprintf("%d..%d", ch.Min, ch.Max)
		for _, e := range ch.Where {
			cmp := e.(*check.Comparison)
			for _, h := range cmp.Hops {
				text += " " + h.Name
			}
			text += fmt.Sprintf(" %s %T", cmp.Field.Name, cmp.Predicate)
		}
		texts = append(texts, text+" | "+ch.Source.String())
	}
	text := strings.Join(texts, "; ")
	for _, item := range c.Items {
		if b, ok := item.(*check.Block); ok && b.Any && len(b.Items) == len(c.Children) {
			text = "any: " + text
		}
	}
	return text
}

// TestRows checks what the rows of tables become.
func TestRows(t *testing.T) {
	for _, test := range []struct{ by, row, want string }{
		{"Lead.NumberOfEmployees", "from 5", "1..0 NumberOfEmployees check.NumberBetween | has Lead where NumberOfEmployees >= 5"},
		{"Lead.NumberOfEmployees", "from 5 to 10", "1..0 NumberOfEmployees check.NumberBetween | has Lead where NumberOfEmployees between 5 and 10"},
		{"Lead.NumberOfEmployees", "from 5 below 10", "1..0 NumberOfEmployees check.NumberBetween NumberOfEmployees check.NumberBetween | has Lead where NumberOfEmployees >= 5 and NumberOfEmployees < 10"},
		{"Lead.NumberOfEmployees", "below 0.5", "1..0 NumberOfEmployees check.NumberBetween | has Lead where NumberOfEmployees < 0.5"},
		{"Lead.NumberOfEmployees", "5, 10", "1..0 NumberOfEmployees check.NumberIn | has Lead where NumberOfEmployees in (5, 10)"},
		{"Lead.ParentContact.ParentAccount.Name", `contains word "Ltd"`, `1..0 ParentContact ParentAccount Name check.TextMatch | has Lead where ParentContact.ParentAccount.Name contains word "Ltd"`},
		{"Lead.ParentContact.ParentAccount.Name", "is empty", "1..0 ParentContact ParentAccount Name check.IsEmpty | has Lead where ParentContact.ParentAccount.Name is empty"},
		{"Lead.Orders.Buyer.City", `"Chicago"`, `1..0 Buyer City check.TextMatch | has Lead.Orders where Buyer.City in ("Chicago")`},
		{"Lead.Interests", `"Tea", "Milk"`, `1..0 Interests check.ChoicesMatch | has Lead where Interests contains any ("Tea", "Milk")`},
		{"EmailOpened.Timestamp", "within last 30 days", "1..0 Timestamp check.InWindow | has EmailOpened where Timestamp within last 30 days"},
		{"number of EmailOpened", "= 0", "0..0 | none EmailOpened"},
		{"number of EmailOpened", "from 3 to 5", "3..5 | from 3 to 5 EmailOpened"},
		{"number of EmailOpened", "from 1", "1..0 | has EmailOpened"},
		{"number of EmailOpened", "2", "2..2 | exactly 2 EmailOpened"},
		{"number of EmailOpened", "from 0 below 2.5", "0..2 | at most 2 EmailOpened"},
		{"number of EmailOpened", "!= 3", "any: 0..2 | at most 2 EmailOpened; 4..0 | at least 4 EmailOpened"},
		{"number of EmailOpened", "0, 3, 4", "any: 0..0 | none EmailOpened; 3..4 | from 3 to 4 EmailOpened"},
		{"number of EmailOpened", ">= 0", "any: 0..0 | none EmailOpened; 1..0 | has EmailOpened"},
		{"number of EmailOpened", "= 2.5", "2..1 | from 2 to 1 EmailOpened"},
		{"number of EmailOpened", "below 0", "2..1 | from 2 to 1 EmailOpened"},
		{"number of EmailOpened once per day where EmailName = \"A\"", "> 3", `4..0 EmailName check.TextMatch | at least 4 EmailOpened once per day where EmailName = "A"`},
		{"Lead.City", "otherwise", ""},
	} {
		m := sound(t, `model "M" { target contact table "T" by `+test.by+` { `+test.row+` score 0 } }`)[0]
		if got := rowText(&m.Conditions[0]); got != test.want {
			t.Errorf("by %s: %s\n got %s\nwant %s", test.by, test.row, got, test.want)
		}
		if c := m.Conditions[0]; c.Row == nil || c.Source != nil || c.Name != "T" {
			t.Errorf("by %s: %s: got %+v", test.by, test.row, c)
		}
	}
}

// decisionText writes a decision.
func decisionText(m *check.Model, d check.Decision) string {
	list := func(word string, terms []check.Decision) string {
		texts := make([]string, len(terms))
		for i, t := range terms {
			texts[i] = decisionText(m, t)
		}
		return "(" + strings.Join(texts, " "+word+" ") + ")"
	}
	of := func(d *check.Dimension) string {
		if d == nil {
			return ""
		}
		return " of " + d.Name
	}
	switch d := d.(type) {
	case check.AllDecisions:
		return list("and", d)
	case check.AnyDecision:
		return list("or", d)
	case check.NotDecision:
		return "not " + decisionText(m, d.Decision)
	case check.ScoreDecision:
		return fmt.Sprintf("score%s %v", of(d.Of), d.Predicate)
	case check.GradeDecision:
		return fmt.Sprintf("grade%s label=%t %q not=%t", of(d.Of), d.Label, d.Values, d.Not)
	case check.HoldsDecision:
		return m.Conditions[d.Condition].Name
	}
	return fmt.Sprintf("%T", d)
}

// TestDecision checks what a decision becomes.
func TestDecision(t *testing.T) {
	m := sound(t, `
model "M" {
    target contact
    sales ready when (score >= 70 or label in ("A1", "B1")) and not (condition "Tier" holds or grade of "Fit" is "B")
        and grade of "Fit" not in ("A") and score of "Fit" between 1 and 5 and grade is not "Cold" and label is not "B1"
    dimension "Fit" { grade "A" from 1 grade "B" below 1 table "Tier one" by Lead.City { "Chicago" score 1 } }
    dimension "Engagement" { grade "1" from 1 }
    label "Fit", "Engagement"
    first of "Tiers" { condition "Tier" { has Lead score +1 } }
    grade "Cold" below 5
}`)[0]
	want := `((score {70 +Inf false false} or grade label=true ["A1" "B1"] not=false) and ` +
		`not (Tier or grade of Fit label=false ["B"] not=false) and grade of Fit label=false ["A"] not=true and ` +
		`score of Fit {1 5 false false} and grade label=false ["Cold"] not=true and grade label=true ["B1"] not=true)`
	if diff := cmp.Diff(want, decisionText(m, m.Decision)); diff != "" {
		t.Errorf("the decision (-want +got):\n%s", diff)
	}
	if len(m.Label) != 2 || m.Label[0].Name != "Fit" || m.Label[1].Name != "Engagement" {
		t.Errorf("the label is %v", m.Label)
	}
}

// TestAudience checks what an audience becomes.
func TestAudience(t *testing.T) {
	m := sound(t, `
model "M" {
    target contact
    audience {
        has Lead where City = "Chicago"
        any of { none EmailOpened all of { has EmailClicked at most 3 WebsiteVisited } }
    }
}`)[0]
	a := m.Audience
	if a == nil || len(a.Children) != 4 || len(a.Items) != 2 || len(m.Conditions) != 0 {
		t.Fatalf("got %+v", a)
	}
	if b, ok := a.Items[1].(*check.Block); !ok || !b.Any || len(b.Items) != 2 {
		t.Errorf("the block is %+v", a.Items[1])
	}
}
