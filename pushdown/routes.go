package pushdown

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// A walk counts the routes of a child without following them one by one: the weight of a record
// is how many routes lead on from it that satisfy the child's tests.
type walk struct {
	*scope
	child *check.Child
	aged  bool // a route counts as the weight of its date
}

// testOf returns what a child tests on a route: its date range and its expressions.
func (c *scope) testOf(ch *check.Child) test {
	var list []test
	if ch.Range != nil {
		list = append(list, &atom{ch.Dated, "range", func(r record) *scalar.Expr { return r.inWindow(r.date(), *ch.Range) }})
	}
	for _, e := range ch.Where {
		list = append(list, c.test(e))
	}
	return allOf(list...)
}

// date returns the date of a record whose entity is dated.
func (r record) date() *scalar.Expr {
	f, ok := r.entity.Dated()
	if !ok {
		panic("pushdown: " + r.entity.Name() + " is not dated")
	}
	return r.value(f, formPlain)
}

// weight returns the weight of a record at a step, as far as a test is not decided by the steps
// before.
func (w *walk) weight(r record, step int, t test) *scalar.Expr {
	var whens []scalar.When
	for _, c := range w.classes(r, step, t) {
		whens = append(whens, scalar.When{If: c.condition, Then: w.next(r, step, c.rest)})
	}
	weight := w.Case(w.Whole(0), whens...)
	if w.aged && step == w.child.Dated {
		weight = w.Mul(w.weightOf(w.child.Aging, r.dateOf()), weight)
	}
	return weight
}

// next returns the sum of the weights of the records to which the next hop leads.
func (w *walk) next(r record, step int, t test) *scalar.Expr {
	last := len(w.child.Path) - 1
	if step == last {
		return w.Whole(1) // t is true: all steps have decided
	}
	hop, ok := r.entity.Relationship(w.child.Path[step+1].Name)
	if !ok {
		panic(fmt.Sprintf("pushdown: %s has no %s", r.entity.Name(), w.child.Path[step+1].Name))
	}
	target := w.schema.Entity(hop.Target)
	visible := w.visible(target)
	rel := w.relation("w", fmt.Sprintf("%s %s %s %d", hop.Target, hop.Via, visible, last-step-1))
	there := w.main(rel, target, visible)
	mine := ident{}
	if hop.Many() {
		w.groupBy(rel, there.reference(hop.Via))
		mine = r.id()
	} else {
		w.keyed(rel, there.id())
		mine = r.reference(hop.Name)
	}
	return w.joined(r, rel, mine, rel.add(w.lowering, w.weight(there, step+1, t)))
}

// relation returns the relation of a name that has room for another column, which it adds unless
// it is there.
func (l *lowering) relation(kind, name string) *relation {
	name = kind + " " + name
	for {
		r, ok := l.named[name]
		if ok && l.room(r) {
			return r
		}
		if !ok {
			r = &relation{name: fmt.Sprintf("%s%d", kind, l.kinds[kind]), prefix: "n"}
			l.kinds[kind]++
			l.named[name] = r
			return r
		}
		name += "+"
	}
}

// room reports whether a relation has room for what one more child takes.
func (l *lowering) room(r *relation) bool {
	const fewColumns, fewJoins = 10, 12
	return len(r.columns) < l.d.MaxColumns-fewColumns && len(r.sources) < l.d.MaxJoins-fewJoins
}

// keyed makes an id the key of a relation.
func (l *lowering) keyed(r *relation, by ident) {
	r.key, r.class = by.expr, by.class
}

// groupBy makes the rows of a relation groups by an id.
func (l *lowering) groupBy(r *relation, by ident) {
	if r.key == nil {
		l.keyed(r, by)
		r.grouped = true
		r.where = append(r.where, l.Not(l.IsNull(by.expr)))
	}
}

// A total is a column of a relation: its name and the numbers that it can have.
type total struct {
	name string
	span scalar.Range
}

// add returns the column with a number, or with its sum over the rows of a group.
func (r *relation) add(l *lowering, e *scalar.Expr) total {
	if !r.grouped {
		return total{r.column(each, e), e.Range()}
	}
	if condition := counted(l, e); condition != nil {
		return total{r.column(counts, condition), scalar.Rows}
	}
	return total{r.column(sums, e), scalar.Natural}
}

// counted returns the condition under which a number is 1, if it is 0 otherwise; or nil.
func counted(l *lowering, e *scalar.Expr) *scalar.Expr {
	if e == l.Whole(1) {
		return l.Truth(true)
	}
	if a := e.Args(); e.Op() == scalar.Case && len(a) == 3 && a[1] == l.Whole(1) && a[2] == l.Whole(0) {
		return a[0]
	}
	return nil
}

// joined returns a number of the row of a relation that has an id as its key, or 0 if there is
// none.
func (l *lowering) joined(r record, rel *relation, id ident, t total) *scalar.Expr {
	return l.Coalesce(l.joinedNullable(r, rel, id, t), l.Whole(0))
}

func (l *lowering) joinedNullable(r record, rel *relation, id ident, t total) *scalar.Expr {
	s := r.rel.join(rel.name+" "+id.expr.Name(), func() *source { return &source{rel: rel} })
	if s.on == nil {
		s.on = l.same(id, ident{l.NullableRef(s.alias+"."+rel.keyNamed(), scalar.Other, scalar.Range{}), rel.class})
	}
	return l.NullableRef(s.alias+"."+t.name, scalar.Whole, t.span)
}

// rootKinds returns the interactions that the root of a child means; none if it is the lead.
func (c *scope) rootKinds(ch *check.Child) []*traverse.Entity {
	switch root := ch.Path[0]; {
	case root.Name == traverse.Lead:
		return nil
	case ch.Kinds != nil:
		return c.own(ch.Kinds)
	case root.Name == traverse.AnyInteraction:
		var list []*traverse.Entity
		for e := range c.schema.Active() {
			if c.model.Target != dsl.TargetLead || namesLead(e) {
				list = append(list, e)
			}
		}
		return list
	default:
		return c.own([]*traverse.Entity{root.Entity})
	}
}

// own returns the entities of the schema of the set that have the names of others.
func (c *scope) own(list []*traverse.Entity) []*traverse.Entity {
	out := make([]*traverse.Entity, len(list))
	for i, e := range list {
		out[i] = c.schema.Entity(e.Name())
	}
	return out
}

// namesLead reports whether an interaction has a reference Lead to the lead.
func namesLead(e *traverse.Entity) bool {
	r, ok := e.Relationship(traverse.Lead)
	return ok && r.Target == traverse.Lead && !r.Many()
}

// A measured is a number of a record of an interaction, which is summed up for each lead, or of
// which each lead has the greatest.
type measured func(r record) *scalar.Expr

// ofLead returns a number of all interactions of one kind that a lead has, in the row of the
// lead: the sum, or if most is set the greatest, which is null without any.
func (c *scope) ofLead(lead record, e *traverse.Entity, most bool, number measured) *scalar.Expr {
	var list []*scalar.Expr
	put := func(rel *relation, key ident, t total) {
		list = append(list, c.joinedNullable(lead, rel, key, t))
	}
	column := func(rel *relation, n *scalar.Expr) total {
		if most {
			return total{rel.column(greatest, n), n.Range()}
		}
		return rel.add(c.lowering, n)
	}
	target := c.model.Target
	if target != dsl.TargetLead {
		scan := c.relation("i", e.Name()+" "+traverse.Contact)
		r := c.main(scan, e, c.visible(e))
		c.groupBy(scan, r.reference(traverse.Contact))
		t := column(scan, number(r))
		if target == dsl.TargetAccount {
			account := c.ofAccount(scan, t, most)
			if !most {
				t.span = scalar.Natural // it is a sum there
			}
			put(account, lead.reference(traverse.ParentAccount), t)
		} else {
			put(scan, lead.reference(traverse.ParentContact), t)
		}
	}
	if (target == dsl.TargetLead || target == dsl.TargetLeadWithContact) && namesLead(e) {
		scan := c.relation("i", fmt.Sprintf("%s %s %s", e.Name(), traverse.Lead, target))
		r := c.main(scan, e, c.visible(e))
		owner := r.ownerLead(target == dsl.TargetLeadWithContact)
		c.groupBy(scan, owner)
		put(scan, lead.id(), column(scan, number(r)))
	}
	if most {
		return c.mostOf(list)
	}
	for i := range list {
		list[i] = c.Coalesce(list[i], c.Whole(0))
	}
	return c.Add(list...)
}

// mostOf returns the greatest of numbers that are not null, or null if all are.
func (l *lowering) mostOf(list []*scalar.Expr) *scalar.Expr {
	switch len(list) {
	case 0:
		return l.Null(scalar.Whole)
	case 1:
		return list[0]
	}
	least := l.Whole(firstDay*microsPerDay - 1)
	var values, nulls []*scalar.Expr
	for _, e := range list {
		values = append(values, l.Coalesce(e, least))
		nulls = append(nulls, l.IsNull(e))
	}
	return l.If(l.And(nulls...), l.Null(scalar.Whole), l.Greatest(values...))
}

// ownerLead returns the lead that an interaction names, if there is one; with but the contact,
// only if the interaction is not one of the lead's contact.
func (r record) ownerLead(butContact bool) ident {
	if !butContact {
		return r.reference(traverse.Lead)
	}
	lead := r.schema.Entity(traverse.Lead)
	first := false
	s := r.rel.join("the lead", func() *source {
		first = true
		return &source{leaf: &leaf{entity: lead}, inner: true}
	})
	l := record{r.scope, r.rel, s, lead}
	if first {
		s.on = r.same(r.reference(traverse.Lead), l.id())
		both := r.same(r.reference(traverse.Contact), l.reference(traverse.ParentContact))
		r.rel.where = append(r.rel.where, r.Not(r.Coalesce(both, r.Truth(false))))
	}
	return l.id()
}

// ofAccount returns the relation with what the contacts of an account have in a relation by
// contact.
func (c *scope) ofAccount(scan *relation, t total, most bool) *relation {
	contact := c.schema.Entity(traverse.Contact)
	rel := c.relation("a", scan.name)
	r := c.main(rel, contact, "")
	s := rel.join("scan", func() *source { return &source{rel: scan, inner: true} })
	if s.on == nil {
		s.on = c.same(r.id(), ident{c.NullableRef(s.alias+".id", scalar.Other, scalar.Range{}), scan.class})
	}
	c.groupBy(rel, r.reference(traverse.ParentAccount))
	m, n := sums, c.Ref(s.alias+"."+t.name, scalar.Whole, t.span)
	if most {
		m, n = greatest, c.NullableRef(s.alias+"."+t.name, scalar.Whole, t.span)
	}
	rel.rename(m, n, t.name)
	return rel
}

// rename adds a column with a name of its own.
func (r *relation) rename(m measure, e *scalar.Expr, name string) {
	k := outputKey{m, e}
	if _, ok := r.index[k]; ok {
		return
	}
	if r.index == nil {
		r.index = map[outputKey]int{}
	}
	r.index[k] = len(r.columns)
	r.renameAlways(m, e, name)
}

// renameAlways adds a column with a name of its own, whatever columns there are.
func (r *relation) renameAlways(m measure, e *scalar.Expr, name string) {
	r.columns = append(r.columns, output{name: name, measure: m, expr: e})
}

// windowed adds a column with a sum over other rows.
func (r *relation) windowed(w *window, name string) {
	r.columns = append(r.columns, output{name: name, window: w})
}
