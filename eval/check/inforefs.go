package check

import (
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// resolve notes what a file uses.
func (r *resolver) resolve(f *dsl.File) {
	for _, b := range f.Blocks {
		switch b := b.(type) {
		case *dsl.Entity:
			r.schemaBlock(b)
		case *dsl.Model:
			r.model(b)
		case *dsl.Stages:
			for _, clause := range b.Clauses {
				switch cl := clause.(type) {
				case *dsl.Audience:
					r.items(dsl.TargetLeadWithContact, cl.Items)
				case *dsl.Stage:
					r.decision(nil, cl.When)
					r.decision(nil, cl.Until)
				}
			}
			r.values(b)
		case *dsl.ChooseModel:
			for _, line := range b.Lines {
				r.names(r.schema.Entity(traverse.Lead), line.Ref, false)
			}
		case *dsl.Assignment:
			r.assignment(b)
		case *dsl.LeadCreation:
			r.creation(b)
		case *dsl.Test:
			r.test(b)
		}
	}
}

func (r *resolver) schemaBlock(b *dsl.Entity) {
	for _, m := range b.Members {
		switch m := m.(type) {
		case *dsl.Relationship:
			target := r.schema.Entity(m.Target.Text)
			if target == nil {
				continue
			}
			r.at(m.Target.Span, r.entity(target), false, false)
			if m.Via != nil {
				r.at(m.Via.Span, r.member(target, m.Via.Text), false, false)
			}
		case *dsl.DatedBy:
			if b.Name != nil && r.schema.Entity(b.Name.Text) != nil {
				r.at(m.Field.Span, r.member(r.schema.Entity(b.Name.Text), m.Field.Text), false, false)
			}
		}
	}
}

func (r *resolver) model(m *dsl.Model) {
	target := dsl.TargetContact
	for _, clause := range m.Clauses {
		if t, ok := clause.(*dsl.Target); ok {
			target = t.Kind
		}
	}
	var model *Object
	if m.Name != nil {
		model = r.known(ModelObject, nil, m.Name.Value)
	}
	r.clauses(target, model, m.Clauses)
	r.values(m)
}

func (r *resolver) clauses(target dsl.TargetKind, model *Object, clauses []dsl.Clause) {
	for _, clause := range clauses {
		switch cl := clause.(type) {
		case *dsl.Condition:
			r.items(target, cl.Items)
		case *dsl.Group:
			r.clauses(target, model, cl.Clauses)
		case *dsl.Dimension:
			r.clauses(target, model, cl.Clauses)
		case *dsl.FirstOf:
			for _, tier := range cl.Tiers {
				r.items(target, tier.Items)
			}
		case *dsl.Table:
			r.table(target, cl)
		case *dsl.Audience:
			r.items(target, cl.Items)
		case *dsl.SalesReady:
			r.decision(model, cl.When)
		case *dsl.Label:
			for _, d := range cl.Dimensions {
				r.uses(DimensionObject, model, d)
			}
		}
	}
}

// values notes the names that stand for values below a node, apart from those in
// expressions, decisions and tests, which are noted with these.
func (r *resolver) values(n dsl.Node) {
	dsl.Walk(n, func(n dsl.Node) bool {
		switch n := n.(type) {
		case *dsl.Comparison:
			if n.List != nil {
				r.list(n.List, n.Operands)
			}
		case *dsl.Judgment:
			if n.List != nil {
				r.list(n.List, n.Operands)
			}
		case *dsl.FieldValue:
			if n.Let != nil {
				r.list(n.Let, n.Values)
			}
		case *dsl.Row:
			if n.List != nil {
				r.list(n.List, n.Values)
			}
		case *dsl.Number:
			r.letUse(n.Let, n.Span)
		case *dsl.String:
			r.letUse(n.Let, n.Span)
		case *dsl.Moment:
			r.letUse(n.Let, n.Span)
		case *dsl.TimeSpan:
			r.letUse(n.Let, n.Span)
		}
		return true
	})
}

// letUse notes a use of a let, unless that is nil.
func (r *resolver) letUse(l *dsl.Let, at dsl.Span) {
	if l == nil {
		return
	}
	if o := r.lets[l]; o != nil {
		if n := at.End.Offset - at.Start.Offset; n == len(l.Name.Text)+1 && !l.Name.Quoted { // with a sign
			at.Start.Offset++
			at.Start.Column++
		}
		r.at(at, o, false, false)
	}
}

// list notes a use of a let that stands for a whole list.
func (r *resolver) list(l *dsl.Let, values []dsl.Literal) {
	if len(values) > 0 {
		r.letUse(l, values[0].At())
	}
}

func (r *resolver) items(target dsl.TargetKind, items []dsl.Item) {
	for _, item := range items {
		switch item := item.(type) {
		case *dsl.Child:
			r.child(target, item)
		case *dsl.ItemBlock:
			r.items(target, item.Items)
			if len(item.Ref) == 0 {
				continue
			}
			for child := range dsl.ChildrenOf(item.Items) {
				if end := r.info.Ends[child]; end != nil {
					r.names(end, item.Ref, false)
					break
				}
			}
		}
	}
}

// A way is a path that has been resolved as far as it can be.
type way struct {
	target    dsl.TargetKind
	names     []string // of the steps; "" for a root of several kinds
	entities  []*traverse.Entity
	vias      []*Object // by which the steps are reached; of the root its entity
	tentative bool
}

func (w *way) last() *traverse.Entity { return w.entities[len(w.entities)-1] }

func (r *resolver) child(target dsl.TargetKind, c *dsl.Child) {
	w := r.path(c.Path, c.Or)
	if w == nil {
		return
	}
	w.target = target
	r.info.Ends[c] = w.last()
	if w.tentative {
		r.info.Tentative[c] = true
	}
	if c.Cap != nil && !r.isPeriod(w, c.Cap.Per) {
		r.reference(w, c.Cap.Per)
	}
	for _, e := range c.Where {
		r.expression(w, e)
	}
}

// isPeriod reports whether the names of a cap are a period in another letter case.
func (r *resolver) isPeriod(w *way, names []*dsl.Name) bool {
	return len(names) == 1 && r.member(w.last(), names[0].Text) == nil && !slices.Contains(w.names, names[0].Text) &&
		slices.ContainsFunc(periods, func(p dsl.Period) bool { return strings.EqualFold(p.String(), names[0].Text) })
}

// path resolves a path. It returns nil if its root is unknown and near to none.
func (r *resolver) path(names, or []*dsl.Name) *way {
	if len(names) == 0 {
		return nil
	}
	w := &way{}
	var kinds []*traverse.Entity
	for _, n := range append([]*dsl.Name{names[0]}, or...) {
		e := r.schema.Root(n.Text)
		tentative := e == nil
		if tentative {
			e = r.schema.Root(nearest.Name(n.Text, r.schema.Roots()))
		}
		if e == nil {
			continue
		}
		w.tentative = w.tentative || tentative
		r.at(n.Span, r.root(e), false, tentative)
		kinds = append(kinds, e)
	}
	if len(kinds) == 0 {
		return nil
	}
	root, name := kinds[0], names[0].Text
	if len(kinds) > 1 {
		root, name = traverse.Common(kinds...), ""
		r.commons[root] = kinds
	}
	w.names, w.entities, w.vias = []string{name}, []*traverse.Entity{root}, []*Object{r.root(kinds[0])}
	for _, n := range names[1:] {
		if !r.hop(w, n) {
			w.tentative = true
			break
		}
	}
	return w
}

// root returns the object of an entity at which a path begins.
func (r *resolver) root(e *traverse.Entity) *Object {
	if e == r.schema.Root(traverse.AnyInteraction) {
		r.commons[e] = slices.Collect(r.schema.Active())
		return r.object(EntityObject, nil, traverse.AnyInteraction)
	}
	return r.entity(e)
}

// hop adds the step that a name leads to to w. It returns false if there is none.
func (r *resolver) hop(w *way, n *dsl.Name) bool {
	name := n.Text
	step, err := r.schema.Hop(w.last(), name)
	if err != nil {
		name = err.Nearest()
		if step, err = r.schema.Hop(w.last(), name); err != nil {
			return false
		}
		w.tentative = true
	}
	via := r.member(w.last(), name)
	r.at(n.Span, via, false, w.tentative)
	w.names, w.entities, w.vias = append(w.names, name), append(w.entities, step.Entity), append(w.vias, via)
	return true
}

// table resolves the path of a table, whose last name is a field.
func (r *resolver) table(target dsl.TargetKind, t *dsl.Table) {
	if t.Number != nil {
		r.child(target, t.Number)
		return
	}
	const least = 2 // a root and a field
	if len(t.Ref) < least {
		return
	}
	if w := r.path(t.Ref[:len(t.Ref)-1], nil); w != nil && len(w.names) == len(t.Ref)-1 {
		r.last(w.last(), t.Ref[len(t.Ref)-1], w.tentative)
	}
}

// last notes the last name of a reference, a field or relationship of e.
func (r *resolver) last(e *traverse.Entity, n *dsl.Name, tentative bool) (traverse.Field, bool) {
	name := n.Text
	o := r.member(e, name)
	if o == nil {
		names := append(slices.Collect(e.FieldNames()), slices.Collect(e.RelationshipNames())...)
		name, tentative = nearest.Name(name, slices.Values(names)), true
		if o = r.member(e, name); o == nil {
			return traverse.Field{}, false
		}
	}
	r.at(n.Span, o, false, tentative)
	return e.Field(name)
}

// names resolves names that begin at e: relationships, and last a relationship or a field.
func (r *resolver) names(e *traverse.Entity, names []*dsl.Name, tentative bool) (traverse.Field, bool) {
	if e == nil || len(names) == 0 {
		return traverse.Field{}, false
	}
	w := &way{names: []string{""}, entities: []*traverse.Entity{e}, vias: []*Object{nil}, tentative: tentative}
	for _, n := range names[:len(names)-1] {
		if !r.hop(w, n) {
			return traverse.Field{}, false
		}
	}
	return r.last(w.last(), names[len(names)-1], w.tentative)
}

// reference resolves a reference of an expression or a cap, which may begin with a step of
// the path.
func (r *resolver) reference(w *way, names []*dsl.Name) (traverse.Field, bool) {
	if len(names) == 0 {
		return traverse.Field{}, false
	}
	first := names[0]
	_, hop := w.last().Relationship(first.Text)
	_, field := w.last().Field(first.Text)
	byLead := w.target == dsl.TargetLead || w.target == dsl.TargetLeadWithContact
	lead := first.Text == traverse.Lead && w.names[0] == traverse.Lead && len(names) > 1 && (byLead || w.last().LeadGiven())
	if step := slices.Index(w.names, first.Text); step >= 0 && (!hop && !field || lead) {
		r.at(first.Span, w.vias[step], false, w.tentative)
		return r.names(w.entities[step], names[1:], w.tentative)
	}
	return r.names(w.last(), names, w.tentative)
}

func (r *resolver) expression(w *way, e dsl.Expr) {
	switch e := e.(type) {
	case *dsl.And:
		for _, t := range e.Terms {
			r.expression(w, t)
		}
	case *dsl.Or:
		for _, t := range e.Terms {
			r.expression(w, t)
		}
	case *dsl.Not:
		r.expression(w, e.Expr)
	case *dsl.Comparison:
		if f, ok := r.reference(w, e.Ref); ok && f.Type != traverse.NoType {
			r.info.Fields[e] = f
		}
	}
}
