package modeldiff

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
)

// conditionText returns everything in a condition except its name and its place.
func conditionText(c *check.Condition) string {
	texts := []string{pointsText(c.Points)}
	switch {
	case c.Bound > 0:
		texts[0] += " up to " + pointsText(c.Bound)
	case c.Bound < 0:
		texts[0] += " down to " + pointsText(c.Bound)
	}
	if season := seasonText(c.Source.Active); season != "" {
		texts = append(texts, "season "+season)
	}
	return strings.Join(append(texts, itemTexts(c)...), "; ")
}

// boundText returns where the points of a condition end, or "".
func boundText(c *check.Condition) string {
	if c.Bound == 0 {
		return ""
	}
	return pointsText(c.Bound)
}

// itemTexts returns the children and blocks of a condition, sorted, as their order makes
// no difference. Values stand in place of their names.
func itemTexts(c *check.Condition) []string {
	texts := make([]string, 0, len(c.Source.Items))
	for _, item := range c.Source.Items {
		item = dsl.WithoutLets(item)
		sortItems(item)
		texts = append(texts, itemText(item))
	}
	slices.Sort(texts)
	return texts
}

// sortItems sorts what a block holds.
func sortItems(item dsl.Item) {
	block, ok := item.(*dsl.ItemBlock)
	if !ok {
		return
	}
	for _, i := range block.Items {
		sortItems(i)
	}
	slices.SortFunc(block.Items, func(a, b dsl.Item) int { return strings.Compare(itemText(a), itemText(b)) })
}

func itemText(item dsl.Item) string {
	if block, ok := item.(*dsl.ItemBlock); ok {
		return block.String()
	}
	return item.(*dsl.Child).String()
}

// seasonText returns a season as text, or "" for nil.
func seasonText(a *dsl.Active) string {
	switch {
	case a == nil:
		return ""
	case a.Until == nil:
		return a.From.Raw + " on"
	case a.From == nil:
		return "until " + a.Until.Raw
	}
	return a.From.Raw + " until " + a.Until.Raw
}

// seasonOf returns the season among clauses as text.
func seasonOf(clauses []dsl.Clause) string {
	for _, clause := range clauses {
		if a, ok := clause.(*dsl.Active); ok {
			return seasonText(a)
		}
	}
	return ""
}

func limitText(l check.Limit) string {
	switch {
	case l.HasLo && l.HasHi && l.Lo == l.Hi:
		return strconv.FormatInt(l.Lo, 10)
	case l.HasLo && l.HasHi:
		return fmt.Sprintf("%d–%d", l.Lo, l.Hi)
	case l.HasLo:
		return fmt.Sprintf("at least %d", l.Lo)
	case l.HasHi:
		return fmt.Sprintf("up to %d", l.Hi)
	}
	return ""
}

// scores returns the scores of a grade as text.
func scores(b grades.Band) string {
	switch {
	case b.From == math.MinInt64 && b.To == math.MaxInt64:
		return "every score"
	case b.From == math.MinInt64:
		return fmt.Sprintf("below %d", b.To+1)
	case b.To == math.MaxInt64:
		return fmt.Sprintf("%d and above", b.From)
	case b.From == b.To:
		return strconv.FormatInt(b.From, 10)
	}
	return fmt.Sprintf("%d–%d", b.From, b.To)
}

func zone(m *check.Model) string { return m.Zone.String() }

// ready returns when a lead is sales ready, as text, or "". renamed has other names for
// what a decision names.
func ready(m *check.Model, renamed map[string]string) string {
	for _, clause := range m.Source.Clauses {
		if s, ok := clause.(*dsl.SalesReady); ok && s.When != nil {
			when := dsl.WithoutLets(s.When)
			dsl.Walk(when, func(n dsl.Node) bool {
				if j, ok := n.(*dsl.Judgment); ok && j.Of != nil {
					j.Of.Raw = strconv.Quote(called(j.Of.Value, renamed))
				}
				return true
			})
			return "when " + when.String()
		}
	}
	if n, ok := m.SalesReady.At(); ok {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// labelText returns the dimensions of the label, or "". renamed has other names for them.
func labelText(m *check.Model, renamed map[string]string) string {
	names := make([]string, len(m.Label))
	for i, d := range m.Label {
		names[i] = strconv.Quote(called(d.Name, renamed))
	}
	return strings.Join(names, ", ")
}

// quoted returns a text in quotes, or "" for "".
func quoted(s string) string {
	if s == "" {
		return ""
	}
	return strconv.Quote(s)
}

// A row is a row of a table: what it asks, and its points.
type row struct{ test, points string }

// rowsOf returns the rows of a table, in their order.
func rowsOf(m *check.Model, t *check.Tiers) []row {
	rows := make([]row, len(t.Conditions))
	for i, at := range t.Conditions {
		c := &m.Conditions[at]
		text := dsl.WithoutLets(c.Row).String()
		rows[i] = row{text[:strings.LastIndex(text, " score ")], pointsText(c.Points)}
	}
	return rows
}

func pointsText(n int64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}

// byText returns what a table asks: a field, or a number.
func byText(t *dsl.Table) string {
	if t.Number != nil {
		return "number of " + strings.TrimPrefix(dsl.WithoutLets(t.Number).String(), "each ")
	}
	names := make([]string, len(t.Ref))
	for i, n := range t.Ref {
		names[i] = n.String()
	}
	return strings.Join(names, ".")
}
