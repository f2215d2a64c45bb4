package modeldiff

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// checked returns the checked models of a set.
func checked(s *leadscore.Set) []*check.Model {
	var list []*check.Model
	for _, m := range s.Models() {
		list = append(list, m.Checked())
	}
	return list
}

// matchModels maps the models of a new version to those of the old one.
func matchModels(older, newer []*check.Model) map[*check.Model]*check.Model {
	return match(older, newer, func(m *check.Model) string { return m.Name }, modelText)
}

// matchConditions maps the conditions of a new version of a model to those of the
// old one.
func matchConditions(older, newer *check.Model) map[*check.Condition]*check.Condition {
	pointers := func(m *check.Model) []*check.Condition {
		list := make([]*check.Condition, len(m.Conditions))
		for i := range m.Conditions {
			list[i] = &m.Conditions[i]
		}
		return list
	}
	return match(pointers(older), pointers(newer), conditionName, contentOf)
}

// match maps new elements to old ones: by their names, and those that remain by
// their content, unless that is ambiguous.
func match[T any](older, newer []*T, name, content func(*T) string) map[*T]*T {
	pairs := map[*T]*T{}
	byName := map[string]*T{}
	for _, o := range older {
		byName[name(o)] = o
	}
	taken := map[*T]bool{}
	for _, n := range newer {
		if o := byName[name(n)]; o != nil && !taken[o] {
			pairs[n], taken[o] = o, true
		}
	}
	was, is := map[string][]*T{}, map[string][]*T{}
	for _, o := range older {
		if !taken[o] {
			was[content(o)] = append(was[content(o)], o)
		}
	}
	for _, n := range newer {
		if pairs[n] == nil {
			is[content(n)] = append(is[content(n)], n)
		}
	}
	for text, list := range is {
		if old := was[text]; len(list) == 1 && len(old) == 1 {
			pairs[list[0]] = old[0]
		}
	}
	return pairs
}

// modelText returns everything in a model except its name.
func modelText(m *check.Model) string {
	var b strings.Builder
	b.WriteString(target(m) + zone(m) + strconv.Quote(m.Description) + ready(m))
	for i := range m.Conditions {
		b.WriteString(strconv.Quote(m.Conditions[i].Name) + conditionText(&m.Conditions[i]))
	}
	for band := range m.Grades.Bands() {
		b.WriteString(strconv.Quote(band.String()))
	}
	parts, places := partsOf(m)
	for i := range parts {
		b.WriteString(strconv.Quote(parts[i].name) + strconv.Quote(parts[i].text()))
	}
	for i := range m.Conditions {
		b.WriteString(strconv.Quote(places[i]))
	}
	lets := letsOf(m)
	for _, name := range sortedKeys(lets) {
		b.WriteString(strconv.Quote(name) + strconv.Quote(lets[name]))
	}
	return b.String()
}

// contentOf returns what makes conditions with different names the same. A row is the
// same as no other.
func contentOf(c *check.Condition) string {
	if c.Row != nil {
		return strconv.Quote(conditionName(c)) + conditionText(c)
	}
	return conditionText(c)
}

// conditionText returns everything in a condition except its name.
func conditionText(c *check.Condition) string {
	text := fmt.Sprintf("%+d", c.Points)
	if c.Bound != 0 {
		text += " up to " + boundText(c)
	}
	if active := conditionActive(c); active != "" {
		text += "; active " + active
	}
	return strings.Join(append([]string{text}, childTexts(c)...), "; ")
}

// childTexts returns the children and blocks of children, sorted, as their order makes no
// difference. A row has none: it says it all.
func childTexts(c *check.Condition) []string {
	if c.Source == nil {
		return nil
	}
	return itemTexts(c.Source.Items)
}

func target(m *check.Model) string { return m.Target.String() }

func zone(m *check.Model) string { return m.Zone.String() }

func ready(m *check.Model) string {
	for _, c := range m.Source.Clauses {
		if c, ok := c.(*dsl.SalesReady); ok && c.When != nil {
			return "when " + c.When.String()
		}
	}
	if n, ok := m.SalesReady.At(); ok {
		return strconv.FormatInt(n, 10)
	}
	return ""
}
