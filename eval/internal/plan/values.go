package plan

import (
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A Value is what tells occurrences apart: a field, a reference, or a record itself.
type Value struct {
	Step   int     // index into the path
	Hops   []*Node // references to follow from there
	Layout *Layout // of the record that has the field
	Field  int     // in Layout; -1 for the record of the step
}

// A Same is the plan of a check.Same.
type Same struct {
	Checked  *check.Same
	Children []int   // indexes into Condition.Children
	Values   []Value // by child
}

// value plans what tells the occurrences of a child apart.
func (b *builder) value(m *Model, v *check.Value, steps []Step) Value {
	out := Value{Step: v.Step, Field: -1}
	at := steps[v.Step].Node
	for _, h := range v.Hops {
		at = b.hop(m.Target, at, h)
		out.Hops = append(out.Hops, at)
	}
	out.Layout = at.Layout
	switch {
	case v.Record:
	case v.Ref != "":
		out.Field = at.Layout.field(v.Ref)
	default:
		out.Field = at.Layout.field(v.Field.Name)
	}
	return out
}

// sames plans the blocks of items that count values.
func (b *builder) sames(m *Model, items []check.Item, children []Child) []Same {
	var list []Same
	for _, item := range items {
		switch item := item.(type) {
		case *check.Block:
			list = append(list, b.sames(m, item.Items, children)...)
		case *check.Same:
			s := Same{Checked: item, Children: item.Children}
			for i, c := range item.Children {
				s.Values = append(s.Values, b.value(m, &item.Values[i], children[c].Steps))
			}
			list = append(list, s)
		}
	}
	return list
}

// kept plans which records of a child's routes matter beyond their steps.
func (b *builder) kept(m *Model, c *check.Child, out *Child) {
	end := len(out.Steps)
	if c.Cap != nil && c.Cap.Period == dsl.NoPeriod {
		v := b.value(m, &c.Cap.Value, out.Steps)
		out.Cap = &v
		out.Steps[v.Step].Until = end
	}
	if c.Aging != nil {
		out.Aging = agingIn(&b.routes.Agings, c.Aging, m.Checked.Zone)
	}
	if c.Aging != nil || c.Burst != nil || c.Cap != nil && out.Cap == nil {
		out.Steps[out.Dated].Until = end
	}
	out.Kept = tallied(c)
	for i := range out.Steps {
		for j := range out.Steps[i].Where {
			if e := &out.Steps[i].Where[j]; e.Mixed {
				out.Kept = true
				e.keep(out.Steps, i)
			}
		}
	}
}

// keep keeps the records that an expression is about until a step.
func (e *Expr) keep(steps []Step, until int) {
	for i := range e.Terms {
		e.Terms[i].keep(steps, until)
	}
	if e.Kind == Compare {
		s := &steps[e.Step]
		s.Until = max(s.Until, until)
	}
}

// An Aging is what a child weighs its occurrences by, and the time zone of its model.
type Aging struct {
	check.Aging
	Zone *time.Location
}

// Leads reports whether an interaction has a reference that names the lead.
func Leads(e *traverse.Entity) bool {
	r, ok := e.Relationship(traverse.Lead)
	return ok && !r.Many() && r.Target == traverse.Lead
}
