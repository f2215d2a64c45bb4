package findings

import (
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// assignment reports rules that never apply: their decision never holds, or a rule before
// them holds whenever they do.
func (s *stageFinder) assignment(a *check.Assignment) {
	for i := range a.Rules {
		rule := &a.Rules[i]
		if rule.When != nil {
			var parts []decided
			if s.never(rule.When, &parts) {
				d := s.warn(CodeRuleNever, rule.Source.Name.Span, "rule %s never applies: its when never holds", brief(rule.Source.Name.Raw))
				for _, p := range parts {
					s.related(d, p.source.Span, brief(p.source.String())+" never holds: "+p.why)
				}
				continue
			}
		}
		for j := range i {
			if before := &a.Rules[j]; hides(before, rule) {
				name := rule.Source.Name
				d := s.warn(CodeRuleHidden, name.Span, "rule %s never applies: rule %s before it holds whenever it does", brief(name.Raw), brief(before.Source.Name.Raw))
				d.Help = "put the rule that asks for more first"
				s.related(d, before.Source.Name.Span, "the rule before it")
				break
			}
		}
	}
}

// hides reports whether a rule holds whenever another one does, as far as equal children and
// single parts of decisions show that.
func hides(before, rule *check.AssignmentRule) bool {
	if before.When != nil && (rule.When == nil || !implies(rule.When, before.When)) {
		return false
	}
	var asked []string
	for _, item := range rule.Source.Items {
		asked = append(asked, itemText(item))
	}
	return !slices.ContainsFunc(before.Source.Items, func(item dsl.Item) bool {
		return !slices.ContainsFunc(rule.Source.Items, func(of dsl.Item) bool { return entails(of, item) }) && !slices.Contains(asked, itemText(item))
	})
}

// entails reports whether a child asks for what another one does, and for more: the same
// child with more expressions, which are joined by and.
func entails(of, item dsl.Item) bool {
	a, ok := of.(*dsl.Child)
	b, isChild := item.(*dsl.Child)
	if !ok || !isChild || a.Frequency.Kind != dsl.AtLeast || b.Frequency.Kind != dsl.AtLeast {
		return false // with another frequency more expressions may hold where fewer do not
	}
	a, b = dsl.WithoutLets(a), dsl.WithoutLets(b)
	exprs := a.Where
	bare, other := *a, *b
	bare.Where, other.Where, bare.Label, other.Label = nil, nil, nil, nil
	if bare.String() != other.String() || bare.Cap != nil {
		return false
	}
	return !slices.ContainsFunc(b.Where, func(e dsl.Expr) bool {
		return !slices.ContainsFunc(exprs, func(f dsl.Expr) bool { return f.String() == e.String() })
	})
}

// itemText returns a child or block in canonical form, without labels of children and names
// for values.
func itemText(item dsl.Item) string {
	switch item := item.(type) {
	case *dsl.Child:
		c := *dsl.WithoutLets(item)
		c.Label = nil
		return c.String()
	case *dsl.ItemBlock:
		b := *dsl.WithoutLets(item)
		b.Label = nil
		return b.String()
	}
	return ""
}
