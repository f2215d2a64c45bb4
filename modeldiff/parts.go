package modeldiff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// conditionName returns the name of a condition, or that of a table and the row of it
// that the condition is.
func conditionName(c *check.Condition) string {
	if c.Row == nil {
		return c.Name
	}
	row, _, _ := strings.Cut(c.Row.String(), " score ")
	return c.Name + ", " + row
}

// A part is what holds conditions, and what is said of it.
type part struct {
	name   string // such as `group "Emails"`; "" for the model itself
	values []value
	order  []string // of tiers or rows, in which they are looked at
}

// A value is one thing that is said of a part. Its text is "" if it is not said.
type value struct{ what, text string }

// partsOf returns the parts of a model in the order of the rules, the model itself first,
// and the place of each condition, such as `dimension "Fit", group "Emails"`.
func partsOf(m *check.Model) (parts []part, places map[int]string) {
	places = map[int]string{}
	model := part{values: []value{{"limit", limitText(m.Limit)}, {"active", activeText(m.Source.Clauses)}}}
	for _, c := range m.Source.Clauses {
		switch c := c.(type) {
		case *dsl.Audience:
			model.values = append(model.values, value{"audience", strings.Join(itemTexts(c.Items), "; ")})
		case *dsl.Label:
			names := make([]string, len(c.Dimensions))
			for i, d := range c.Dimensions {
				names[i] = d.Value
			}
			model.values = append(model.values, value{"label", quotedList(names)})
		}
	}
	parts = []part{model}
	var visit func(list []check.Part, in string)
	visit = func(list []check.Part, in string) {
		enter := func(p part) string {
			parts = append(parts, p)
			if in == "" {
				return p.name
			}
			return in + ", " + p.name
		}
		for _, at := range list {
			switch at := at.(type) {
			case check.ConditionPart:
				places[int(at)] = in
			case *check.Group:
				p := part{name: fmt.Sprintf("group %q", at.Name), values: []value{{"limit", limitText(at.Limit)}, {"active", activeText(at.Source.Clauses)}, {"place", in}}}
				visit(at.Parts, enter(p))
			case *check.Dimension:
				visit(at.Parts, enter(dimensionPart(at)))
			case *check.Tiers:
				p := tiersPart(m, at)
				p.values = append(p.values, value{"place", in})
				place := enter(p)
				for _, i := range at.Conditions {
					places[i] = place
				}
			}
		}
	}
	visit(m.Parts, "")
	return parts, places
}

func dimensionPart(d *check.Dimension) part {
	p := part{name: fmt.Sprintf("dimension %q", d.Name)}
	p.values = []value{{"limit", limitText(d.Limit)}, {"active", activeText(d.Source.Clauses)}, {"weight", fmt.Sprintf("%d%%", d.Weight)}}
	if d.OutOf > 0 {
		p.values = append(p.values, value{"out of", strconv.FormatInt(d.OutOf, 10)})
	}
	for b := range d.Grades.Bands() {
		p.values = append(p.values, value{fmt.Sprintf("grade %q", b.Name), scores(b)})
	}
	return p
}

func tiersPart(m *check.Model, t *check.Tiers) part {
	p := part{name: fmt.Sprintf("first of %q", t.Name)}
	var active *dsl.Active
	if t.Table != nil {
		p.name, active = fmt.Sprintf("table %q", t.Name), t.Table.Active
		p.values = append(p.values, value{"by", tableText(t.Table)})
	} else {
		active = t.FirstOf.Active
	}
	if active != nil {
		p.values = append(p.values, value{"active", seasonText(active)})
	}
	for _, i := range t.Conditions {
		p.order = append(p.order, conditionName(&m.Conditions[i]))
	}
	return p
}

// tableText returns what a table is by.
func tableText(t *dsl.Table) string {
	if t.Number != nil {
		return "number of " + strings.TrimPrefix(t.Number.String(), "each ")
	}
	names := make([]string, len(t.Ref))
	for i, n := range t.Ref {
		names[i] = n.String()
	}
	return strings.Join(names, ".")
}

func limitText(l check.Limit) string {
	switch {
	case l.HasLo && l.HasHi:
		return fmt.Sprintf("from %d to %d", l.Lo, l.Hi)
	case l.HasLo:
		return fmt.Sprintf("from %d", l.Lo)
	case l.HasHi:
		return fmt.Sprintf("up to %d", l.Hi)
	}
	return ""
}

func activeText(clauses []dsl.Clause) string {
	for _, c := range clauses {
		if a, ok := c.(*dsl.Active); ok {
			return seasonText(a)
		}
	}
	return ""
}

func seasonText(a *dsl.Active) string { return strings.TrimPrefix(a.String(), "active ") }

// boundText returns the bound of a condition, or "".
func boundText(c *check.Condition) string {
	if c.Bound == 0 {
		return ""
	}
	return fmt.Sprintf("%+d", c.Bound)
}

// conditionActive returns the season of a condition, or "".
func conditionActive(c *check.Condition) string {
	if c.Source == nil || c.Source.Active == nil {
		return ""
	}
	return seasonText(c.Source.Active)
}

// itemTexts returns items, sorted, as their order makes no difference.
func itemTexts(items []dsl.Item) []string {
	var texts []string
	for _, item := range items {
		switch item := item.(type) {
		case *dsl.Child:
			texts = append(texts, item.String())
		case *dsl.ItemBlock:
			texts = append(texts, item.String())
		}
	}
	slices.Sort(texts)
	return texts
}

// parts compares what is said of the parts of a model.
func (d *differ) parts(old, now []part) {
	for _, p := range now {
		before := partNamed(old, p.name)
		if before == nil {
			d.add("", p.name, Added, "", p.text())
			continue
		}
		for _, v := range p.values {
			d.value("", p.label(v.what), before.value(v.what), v.text)
		}
		for _, v := range before.values {
			if !slices.ContainsFunc(p.values, func(now value) bool { return now.what == v.what }) {
				d.value("", p.label(v.what), v.text, "")
			}
		}
		if a, b := slices.Sorted(slices.Values(before.order)), slices.Sorted(slices.Values(p.order)); slices.Equal(a, b) {
			d.value("", p.label("order"), quotedList(before.order), quotedList(p.order))
		}
	}
	for _, p := range old {
		if partNamed(now, p.name) == nil {
			d.add("", p.name, Removed, p.text(), "")
		}
	}
}

func partNamed(list []part, name string) *part {
	if i := slices.IndexFunc(list, func(p part) bool { return p.name == name }); i >= 0 {
		return &list[i]
	}
	return nil
}

// label returns the name of something that is said of the part.
func (p *part) label(what string) string {
	if p.name == "" {
		return what
	}
	return p.name + ": " + what
}

func (p *part) value(what string) string {
	for _, v := range p.values {
		if v.what == what {
			return v.text
		}
	}
	return ""
}

// text returns all that is said of the part.
func (p *part) text() string {
	var texts []string
	for _, v := range p.values {
		if v.text != "" {
			texts = append(texts, v.what+" "+v.text)
		}
	}
	if len(p.order) > 0 {
		texts = append(texts, quotedList(p.order))
	}
	return strings.Join(texts, "; ")
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(n)
	}
	return strings.Join(quoted, ", ")
}

// lets compares the values of names that both versions of a model use. Where other
// names are used, what uses them differs.
func (d *differ) lets(old, now *check.Model) {
	before := letsOf(old)
	after := letsOf(now)
	for _, name := range sortedKeys(after) {
		if was, ok := before[name]; ok {
			d.value("", "let "+name, was, after[name])
		}
	}
}

// letsOf returns the values of the names that a model uses.
func letsOf(m *check.Model) map[string]string {
	lets := map[string]string{}
	add := func(l *dsl.Let) {
		if l == nil {
			return
		}
		if name, text, ok := strings.Cut(strings.TrimPrefix(l.String(), "let "), " = "); ok {
			lets[name] = text
		}
	}
	dsl.Walk(m.Source, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.String:
			add(n.Let)
		case *dsl.Number:
			add(n.Let)
		case *dsl.TimeSpan:
			add(n.Let)
		case *dsl.Moment:
			add(n.Let)
		case *dsl.Comparison:
			add(n.List)
		case *dsl.Row:
			add(n.List)
		case *dsl.Judgment:
			add(n.List)
		}
		return true
	})
	return lets
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
