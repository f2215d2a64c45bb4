package modeldiff

import (
	"strings"

	"github.com/leadscore/leadscore"
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

// A pairing maps what a new version of a model has to what the old one has.
type pairing struct {
	conditions map[*check.Condition]*check.Condition
	parts      map[*part]*part
}

// same reports whether two parts correspond. Each is nil for the model itself.
func (p *pairing) same(old, now *part) bool {
	if now == nil {
		return old == nil
	}
	return old != nil && p.parts[now] == old
}

// pairUp maps the conditions and parts of a new version of a model to those of the old
// one. Those of different kinds do not correspond.
func pairUp(older, newer *layout) pairing {
	p := pairing{
		conditions: match(older.conditions, newer.conditions, func(c *check.Condition) string { return c.Name }, conditionText),
		parts:      map[*part]*part{},
	}
	matchNames(p.parts, older.parts, newer.parts, (*part).String)
	// The content of a part has the names of what it holds, which may be new names, too.
	for before := -1; len(p.parts) > before; {
		before = len(p.parts)
		renamed := p.renamed()
		matchContents(p.parts, older.parts, newer.parts, func(o *part) string { return o.content(renamed) }, func(n *part) string { return n.content(nil) })
	}
	return p
}

// renamed returns the new name of each condition and part that has one, by the old name.
func (p *pairing) renamed() map[string]string {
	names := map[string]string{}
	for now, old := range p.conditions {
		names[old.Name] = now.Name
	}
	for now, old := range p.parts {
		names[old.name] = now.name
	}
	return names
}

// match maps new elements to old ones: by their names, and those that remain by
// their content, unless that is ambiguous.
func match[T any](older, newer []*T, name, content func(*T) string) map[*T]*T {
	pairs := map[*T]*T{}
	matchNames(pairs, older, newer, name)
	matchContents(pairs, older, newer, content, content)
	return pairs
}

// matchNames adds the pairs of elements that have the same name.
func matchNames[T any](pairs map[*T]*T, older, newer []*T, name func(*T) string) {
	byName := map[string]*T{}
	for _, o := range older {
		byName[name(o)] = o
	}
	for _, n := range newer {
		if o := byName[name(n)]; o != nil {
			pairs[n] = o
			delete(byName, name(n))
		}
	}
}

// matchContents adds the pairs of elements that are in no pair yet and alone have the
// same content.
func matchContents[T any](pairs map[*T]*T, older, newer []*T, was, is func(*T) string) {
	taken := map[*T]bool{}
	for _, o := range pairs {
		taken[o] = true
	}
	before, after := map[string][]*T{}, map[string][]*T{}
	for _, o := range older {
		if !taken[o] {
			before[was(o)] = append(before[was(o)], o)
		}
	}
	for _, n := range newer {
		if pairs[n] == nil {
			after[is(n)] = append(after[is(n)], n)
		}
	}
	for text, list := range after {
		if old := before[text]; len(list) == 1 && len(old) == 1 {
			pairs[list[0]] = old[0]
		}
	}
}

// modelText returns everything in a model except its name.
func modelText(m *check.Model) string {
	texts := []string{
		m.Target.String(), zone(m), quoted(m.Description), seasonOf(m.Source.Clauses), limitText(m.Limit), labelText(m, nil), ready(m, nil),
	}
	if m.Audience != nil {
		texts = append(texts, "audience")
		texts = append(texts, itemTexts(m.Audience)...)
	}
	for band := range m.Grades.Bands() {
		texts = append(texts, band.String())
	}
	return strings.Join(append(texts, layoutOf(m).content()...), "\n")
}
