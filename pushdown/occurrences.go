package pushdown

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// A cap, a burst and same tell occurrences apart, so that their routes are followed: the
// relations of this file have rows of occurrences that are alike, and how many they are.

// The columns of a relation of occurrences beside its key: what tells them apart, their date in
// ticks, and how many they are.
const (
	columnApart = "x" // and a number
	columnAt    = "at"
	columnCount = "n"
)

// An apart is what tells the occurrences of a child apart.
type apart struct {
	values []check.Value // what they have, or
	dated  bool          // when they were
}

// A group is a relation of occurrences.
type group struct {
	*relation
	values int          // how many columns tell them apart
	span   scalar.Range // of how many are alike
}

// An owner says for which leads an interaction is: by a key of the leads.
type owner uint8

const (
	theLead       owner = iota // the root is the lead itself
	byContact                  // those of the lead's contact
	byAccount                  // those of the contacts of the lead's account
	byLead                     // those that name the lead
	contactOfLead              // those of the contact of a lead, by the lead
	leadOtherwise              // those that name the lead and are not of its contact
)

// owners returns how the lead has interactions of a kind.
func (c *scope) owners(e *traverse.Entity) []owner {
	switch c.model.Target {
	case dsl.TargetContact:
		return []owner{byContact}
	case dsl.TargetAccount:
		return []owner{byAccount}
	case dsl.TargetLead:
		return []owner{byLead}
	}
	if namesLead(e) {
		return []owner{contactOfLead, leadOtherwise}
	}
	return []owner{contactOfLead}
}

// keyOf returns the id in the row of a lead by which it has occurrences.
func (c *scope) keyOf(lead record, ch *check.Child) ident {
	switch {
	case c.perLead(ch):
		return lead.id()
	case c.model.Target == dsl.TargetContact:
		return lead.reference(traverse.ParentContact)
	}
	return lead.reference(traverse.ParentAccount)
}

// owned returns the key of an interaction.
func (r record) owned(how owner) ident {
	inner := func(name, entity string) record {
		e := r.schema.Entity(entity)
		s := r.rel.join(name, func() *source { return &source{leaf: &leaf{entity: e}, inner: true} })
		return record{r.scope, r.rel, s, e}
	}
	switch how {
	case byContact:
		return r.reference(traverse.Contact)
	case byAccount:
		contact := inner("the contact", traverse.Contact)
		contact.src.on = r.same(r.reference(traverse.Contact), contact.id())
		return contact.reference(traverse.ParentAccount)
	case byLead:
		return r.reference(traverse.Lead)
	case contactOfLead:
		lead := inner("the lead", traverse.Lead)
		lead.src.on = r.same(r.reference(traverse.Contact), lead.reference(traverse.ParentContact))
		return lead.id()
	case leadOtherwise:
		return r.ownerLead(true)
	}
	return r.id()
}

// fresh returns a relation that no other child has.
func (l *lowering) fresh() *relation {
	l.unique++
	r := l.relation("o", fmt.Sprint(l.unique))
	return r
}

// over returns a new relation over the rows of another, with the same key.
func (l *lowering) over(of *relation) *relation {
	r := l.fresh()
	r.sources = []*source{{alias: "e", rel: of}}
	l.keyed(r, ident{l.NullableRef("e."+of.keyNamed(), scalar.Other, scalar.Range{}), of.class})
	return r
}

// grouped returns a new relation with a row for each key of another.
func (l *lowering) grouped(of *relation) *relation {
	r := l.over(of)
	r.grouped = true
	return r
}

func (l *lowering) other(name string) *scalar.Expr {
	return l.NullableRef("e."+name, scalar.Other, scalar.Range{})
}

func (l *lowering) whole(name string, span scalar.Range) *scalar.Expr {
	return l.Ref("e."+name, scalar.Whole, span)
}

// atOf returns the date of the rows of a relation over occurrences.
func (l *lowering) atOf(days bool) *scalar.Expr {
	return l.NullableRef("e."+columnAt, scalar.Whole, ticksRange(days))
}

func valueColumn(n int) string { return fmt.Sprintf("%s%d", columnApart, n) }

// occurrences returns the occurrences of a child, told apart. With text, keys are texts.
func (c *scope) occurrences(ch *check.Child, by apart, text bool) group {
	var parts []*relation
	var idents []ident
	add := func(kind int, e *traverse.Entity, how owner) {
		rel, key := c.occurrencesOf(ch, by, kind, e, how)
		parts, idents = append(parts, rel), append(idents, key)
	}
	if ch.Path[0].Name == leadRoot {
		add(0, c.schema.Entity(traverse.Lead), theLead)
	}
	for kind, e := range c.rootKinds(ch) {
		for _, how := range c.owners(e) {
			add(kind, e, how)
		}
	}
	for _, i := range idents {
		text = text || i.class != idents[0].class
	}
	for i, rel := range parts {
		if key := idents[i]; text {
			c.keyed(rel, ident{c.text(key), TextID})
		} else {
			c.keyed(rel, key)
		}
		rel.grouped = true
		rel.where = append(rel.where, c.Not(c.IsNull(rel.key)))
	}
	if len(parts) == 1 {
		return group{parts[0], len(by.values), scalar.Rows}
	}
	all := c.fresh()
	all.union, all.class = parts, parts[0].class
	return c.regroup(all, len(by.values), by.dated)
}

// regroup adds up the rows of a relation that are alike.
func (c *scope) regroup(all *relation, values int, dated bool) group {
	rel := c.grouped(all)
	for i := range values {
		rel.renameAlways(keys, c.other(valueColumn(i)), valueColumn(i))
	}
	if dated {
		rel.renameAlways(keys, c.other(columnAt), columnAt)
	}
	rel.renameAlways(sums, c.whole(columnCount, scalar.Rows), columnCount)
	return group{rel, values, scalar.Natural}
}

// occurrencesOf returns the occurrences that begin at one kind of record, and their key.
func (c *scope) occurrencesOf(ch *check.Child, by apart, kind int, e *traverse.Entity, how owner) (*relation, ident) {
	rel := c.fresh()
	visible := ""
	if how != theLead {
		visible = c.visible(e)
	}
	route := []record{c.main(rel, e, visible)}
	key := route[0].owned(how)
	for i, step := range ch.Path[1:] {
		route = append(route, route[i].hop(step.Name, i))
	}
	at := func(step int) record { return route[step] }
	rel.where = append(rel.where, c.expr(c.testOf(ch), at))
	for i, v := range by.values {
		rel.renameAlways(keys, c.apartBy(v, route, kind), valueColumn(i))
	}
	if by.dated {
		rel.renameAlways(keys, route[ch.Dated].dateOf().ticks, columnAt)
	}
	rel.renameAlways(counts, c.Truth(true), columnCount)
	return rel, key
}

// hop returns the record to which the next step of a path leads; without one there is no row.
func (r record) hop(name string, step int) record {
	rel, ok := r.entity.Relationship(name)
	if !ok {
		panic(fmt.Sprintf("pushdown: %s has no %s", r.entity.Name(), name))
	}
	target := r.schema.Entity(rel.Target)
	s := r.rel.join(fmt.Sprintf("step %d", step), func() *source {
		return &source{leaf: &leaf{entity: target, visible: r.visible(target)}, inner: true}
	})
	there := record{r.scope, r.rel, s, target}
	if rel.Many() {
		s.on = r.same(r.id(), there.reference(rel.Via))
	} else {
		s.on = r.same(r.reference(name), there.id())
	}
	return there
}

// apartBy returns what tells the routes apart by a value. kind is the position of the root
// among several.
func (c *scope) apartBy(v check.Value, route []record, kind int) *scalar.Expr {
	r := route[v.Step]
	for _, h := range v.Hops {
		r = r.follow(h.Name)
	}
	switch {
	case v.Record:
		id := c.text(r.id())
		if v.Step == 0 {
			id = c.Concat(c.Text(fmt.Sprintf("%d:", kind)), id)
		}
		return id
	case v.Ref != "":
		return c.text(r.reference(v.Ref))
	}
	f, _ := r.entity.Field(v.Field.Name)
	if (f.Type == traverse.Text || f.Type == traverse.Choice) && !f.Exact {
		if !c.d.FoldsAll {
			refuse(fmt.Sprintf("%s cannot tell texts apart without regard to letter case, as it does not know all letters", c.d.Name), fmt.Sprintf("declare %s.%s as exact, or tell occurrences apart by another field", r.entity.Name(), f.Name))
		}
		return r.value(f, formKey)
	}
	return r.value(f, formPlain)
}

// apart returns what a child with a cap or a burst counts, in the row of a lead.
func (c *scope) apart(lead record, ch *check.Child) *scalar.Expr {
	rel, n := c.apartOf(ch, nil, false)
	return c.joined(lead, rel, c.keyOf(lead, ch), n)
}

// apartOf returns a relation with what a child counts for each key, and for each value if there
// is one.
func (c *scope) apartOf(ch *check.Child, value *check.Value, text bool) (*relation, total) {
	var by apart
	if value != nil {
		by.values = []check.Value{*value}
	}
	kept := len(by.values)
	switch {
	case ch.Burst != nil:
		by.dated = true
		return c.burst(c.occurrences(ch, by, text), ch, kept)
	case ch.Cap == nil:
		g := c.occurrences(ch, by, text)
		return g.relation, total{columnCount, g.span}
	}
	by.dated = ch.Aging != nil || ch.Cap.Period != dsl.NoPeriod
	if ch.Cap.Period == dsl.NoPeriod {
		by.values = append(by.values, ch.Cap.Value)
	}
	g := c.occurrences(ch, by, text)
	if ch.Cap.Period != dsl.NoPeriod {
		g = c.byPeriod(g, ch)
	}
	if ch.Aging != nil {
		return c.capped(g, ch)
	}
	rel := c.grouped(g.relation)
	for i := range kept {
		rel.renameAlways(keys, c.other(valueColumn(i)), valueColumn(i))
	}
	rel.renameAlways(sums, c.Least(c.whole(columnCount, g.span), c.limit(ch)), columnCount)
	return rel, total{columnCount, scalar.Natural}
}

// limit returns how many occurrences of one kind a cap lets through.
func (c *scope) limit(ch *check.Child) *scalar.Expr {
	return c.Const(scalar.BigOf(bigOf(ch.Cap.Count)))
}

// capped returns the sum of the weights of the newest occurrences that a cap lets through.
func (c *scope) capped(g group, ch *check.Child) (*relation, total) {
	days := ch.Aging.Span.Days
	ranked := c.over(g.relation)
	ranked.renameAlways(each, c.atOf(days), columnAt)
	ranked.renameAlways(each, c.whole(columnCount, g.span), columnCount)
	w := &window{sum: c.whole(columnCount, g.span), by: []*scalar.Expr{ranked.key}, order: c.Coalesce(c.atOf(days), c.Whole(noDate)), newest: true}
	for i := range g.values {
		w.by = append(w.by, c.other(valueColumn(i)))
	}
	ranked.windowed(w, "total")
	rel := c.grouped(ranked)
	before := c.Sub(c.whole("total", scalar.Natural), c.whole(columnCount, g.span)) // newer ones
	take := c.Greatest(c.Least(c.Sub(c.limit(ch), before), c.whole(columnCount, g.span)), c.Whole(0))
	weight := c.weightOf(ch.Aging, date{ticks: c.atOf(days), days: days})
	return rel, total{rel.column(sums, c.Mul(take, weight)), scalar.Natural}
}

// burst returns the most occurrences that lie close to each other.
func (c *scope) burst(g group, ch *check.Child, kept int) (*relation, total) {
	days := ch.Burst.Days
	span, ok := steadySpan(*ch.Burst)
	if !ok {
		panic("pushdown: a burst of months or years")
	}
	near := c.over(g.relation)
	near.where = append(near.where, c.Not(c.IsNull(c.atOf(days))))
	w := &window{sum: c.whole(columnCount, g.span), by: []*scalar.Expr{near.key}, order: c.atOf(days), back: span}
	for i := range kept {
		near.renameAlways(each, c.other(valueColumn(i)), valueColumn(i))
		w.by = append(w.by, c.other(valueColumn(i)))
	}
	near.windowed(w, "total")
	rel := c.grouped(near)
	for i := range kept {
		rel.renameAlways(keys, c.other(valueColumn(i)), valueColumn(i))
	}
	rel.renameAlways(greatest, c.whole("total", scalar.Natural), columnCount)
	return rel, total{columnCount, scalar.Natural}
}

// newestOnPath returns the date of the newest occurrence of a path from the lead, or null.
func (c *scope) newestOnPath(lead record, ch *check.Child) *scalar.Expr {
	days := ch.Aging.Span.Days
	g := c.occurrences(ch, apart{dated: true}, false)
	rel := c.grouped(g.relation)
	at := c.atOf(days)
	return c.joinedNullable(lead, rel, c.keyOf(lead, ch), total{rel.column(greatest, at), ticksRange(days)})
}

// sameValues counts the values for which all children of a block hold.
func (c *scope) sameValues(lead record, cond *check.Condition, s *check.Same) *scalar.Expr {
	name := func(child int) string { return fmt.Sprintf("n%d", child) }
	mixed := slices.ContainsFunc(s.Children, func(child int) bool {
		return c.perLead(&cond.Children[child]) != c.perLead(&cond.Children[s.Children[0]])
	})
	key := c.keyOf(lead, &cond.Children[s.Children[0]])
	if mixed {
		key = lead.id()
	}
	var parts []*relation
	for i, child := range s.Children {
		of, n := c.apartOf(&cond.Children[child], &s.Values[i], true)
		rel := c.over(of)
		if mixed && !c.perLead(&cond.Children[child]) {
			c.byLeads(rel)
		}
		rel.renameAlways(each, c.other(valueColumn(0)), valueColumn(0))
		for j := range s.Children {
			count := c.Whole(0)
			if i == j {
				count = c.whole(n.name, n.span)
			}
			rel.renameAlways(each, count, name(j))
		}
		rel.where = append(rel.where, c.Not(c.IsNull(c.other(valueColumn(0)))))
		parts = append(parts, rel)
	}
	all := c.fresh()
	all.union, all.class = parts, TextID
	values := c.grouped(all)
	values.renameAlways(keys, c.other(valueColumn(0)), valueColumn(0))
	for j := range s.Children {
		values.renameAlways(sums, c.whole(name(j), scalar.Natural), name(j))
	}
	rel := c.grouped(values)
	var holds []*scalar.Expr
	for j, child := range s.Children {
		holds = append(holds, c.holds(&cond.Children[child], c.whole(name(j), scalar.Natural)))
	}
	n := total{rel.column(counts, c.And(holds...)), scalar.Rows}
	return c.joined(lead, rel, key, n)
}

// perLead returns whether a child has occurrences by the id of the lead, and not by that of its
// contact or account.
func (c *scope) perLead(ch *check.Child) bool {
	return ch.Path[0].Name == leadRoot || c.model.Target != dsl.TargetContact && c.model.Target != dsl.TargetAccount
}

// byLeads changes the key of a relation, which is the id of the lead's contact or account as a text,
// into that of the lead: there is a row for each of its leads.
func (c *scope) byLeads(rel *relation) {
	e := c.schema.Entity(traverse.Lead)
	parent := traverse.ParentContact
	if c.model.Target == dsl.TargetAccount {
		parent = traverse.ParentAccount
	}
	of := ident{rel.key, rel.class}
	lead := record{c, rel, rel.join("the lead", func() *source { return &source{leaf: &leaf{entity: e}, inner: true} }), e}
	lead.src.on = c.same(of, lead.reference(parent))
	c.keyed(rel, ident{c.text(lead.id()), TextID})
}

// holds returns whether a child that does not count holds for a count.
func (l *lowering) holds(ch *check.Child, n *scalar.Expr) *scalar.Expr {
	bound := func(n uint64) *scalar.Expr { return l.Const(scalar.BigOf(bigOf(n))) }
	least := l.MoreEqual(n, bound(ch.Min))
	if ch.Max == 0 && ch.Min > 0 {
		return least
	}
	return l.And(least, l.LessEqual(n, bound(ch.Max)))
}
