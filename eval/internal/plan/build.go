package plan

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// NewRoutes plans models, which must share one schema. It panics if the schema
// lacks what a checked model names, which would be a mistake of package check.
func NewRoutes(models []*check.Model) *Routes { return newRoutes(models, nil) }

// newRoutes plans models. If whole is not nil, they are part of its models, and
// the plan asks with the needs of whole: a source is asked only for needs that it
// has been told.
func newRoutes(models []*check.Model, whole *Routes) *Routes {
	r := &Routes{layouts: map[string]*Layout{}}
	if whole != nil {
		r.layouts = whole.layouts
	}
	for i := range r.Trees {
		r.Trees[i] = &HopTree{roots: map[string]*Node{}}
	}
	b := builder{routes: r, needs: map[needKey]*Need{}, hops: map[hopKey]*Node{}}
	if len(models) > 0 {
		b.schema = models[0].Schema
		if slices.ContainsFunc(models, takesAnyInteraction) {
			// Their records share one layout as far as it is that of Interaction.
			for e := range b.schema.Active() {
				b.anyFields(b.layout(e.Name()))
			}
		}
		lead := b.layout(traverse.Lead)
		lead.field(traverse.ParentContact)
		lead.field(traverse.ParentAccount)
		r.Lead = b.need(traverse.Lead, "", false)
	}
	for _, m := range models {
		r.Models = append(r.Models, b.model(m))
	}
	b.finish(whole)
	return r
}

// finish makes what is asked of a source: the needs of whole, or if that is nil its own.
func (b *builder) finish(whole *Routes) {
	r := b.routes
	for _, n := range r.Needs {
		if whole != nil {
			n.Asked = whole.Needs[slices.IndexFunc(whole.Needs, n.same)].Asked
			continue
		}
		fields, dated := n.Layout.Fields, ""
		switch {
		case n.Owner:
			fields = nil
		case n.By != "" && n.Layout.Dated >= 0:
			dated = fields[n.Layout.Dated]
		}
		asked, err := b.schema.NewNeed(n.Layout.Entity.Name(), n.By, fields, dated)
		if err != nil {
			panic(err)
		}
		n.Asked = asked
	}
	if whole == nil {
		for _, l := range r.layouts {
			l.frozen = true // residual routes share it, and are planned while others run
		}
	}
}

func takesAnyInteraction(m *check.Model) bool {
	for c := range conditionsOf(m) {
		for i := range c.Children {
			if c.Children[i].Path[0].Entity.Name() == traverse.AnyInteraction {
				return true
			}
		}
	}
	return false
}

// anyFields puts the fields of Interaction first into a layout that is still empty.
func (b *builder) anyFields(l *Layout) {
	l.field(traverse.Timestamp)
	l.field(traverse.Contact)
}

type hopKey struct {
	from *Node
	name string
}

type needKey struct {
	entity, by string
	owner      bool
}

// A builder makes Routes.
type builder struct {
	routes *Routes
	schema *traverse.Schema
	needs  map[needKey]*Need
	hops   map[hopKey]*Node

	// The steps and expressions of the model that is being planned are cut from
	// these, which have room for all of them.
	steps []Step
	exprs []Expr

	beyond bool // some hop of the condition that is being planned leads beyond the lead
}

func (b *builder) layout(entity string) *Layout {
	if l, ok := b.routes.layouts[entity]; ok {
		return l
	}
	e := b.schema.Entity(entity)
	l := &Layout{Entity: e, index: map[string]int{}, Dated: -1}
	b.routes.layouts[entity] = l
	if f, ok := e.Dated(); ok {
		l.Dated, l.Days = l.field(f.Name), f.Type == traverse.Date
	}
	return l
}

func (b *builder) need(entity, by string, owner bool) *Need {
	key := needKey{entity, by, owner}
	if n, ok := b.needs[key]; ok {
		return n
	}
	n := &Need{Layout: b.layout(entity), By: by, Owner: owner, Index: len(b.routes.Needs)}
	b.needs[key] = n
	b.routes.Needs = append(b.routes.Needs, n)
	return n
}

func (b *builder) model(m *check.Model) *Model {
	out := &Model{Checked: m, Target: targetOf(m), Conditions: make([]Condition, len(m.Conditions))}
	out.Rules = sync.OnceValue(func() []string { return ruleTexts(m) })
	if structured(m) {
		out.Program = points.ProgramOf(m)
	}
	if out.Zone = slices.Index(b.routes.Zones, m.Zone); out.Zone < 0 {
		out.Zone = len(b.routes.Zones)
		b.routes.Zones = append(b.routes.Zones, m.Zone)
	}
	steps, exprs := 0, 0
	for c := range conditionsOf(m) {
		out.NumChildren += len(c.Children)
		for j := range c.Children {
			steps += len(c.Children[j].Path)
			exprs += len(c.Children[j].Where)
		}
	}
	b.steps, b.exprs = make([]Step, 0, steps), make([]Expr, 0, exprs)
	children := make([]Child, 0, out.NumChildren)
	frequencies := make([]points.Frequency, out.NumChildren)
	i := 0
	for c := range conditionsOf(m) {
		b.beyond = false
		first := len(children)
		for j := range c.Children {
			children = append(children, b.child(out, &c.Children[j], len(children)))
		}
		last := len(children)
		var planned *Condition
		if c == m.Audience {
			planned = new(Condition)
			out.Audience = planned
		} else {
			planned = &out.Conditions[i]
			i++
		}
		planned.Name, planned.Checked, planned.Children = c.Name, c, children[first:last:last]
		planned.Award = points.AwardOf(c, frequencies[first:first:last])
		planned.Sames = b.sames(out, c.Items, planned.Children)
		if c == m.Audience {
			out.AudienceOfLead = !b.beyond
		}
	}
	return out
}

// conditionsOf yields the conditions of a model, and then its audience.
func conditionsOf(m *check.Model) iter.Seq[*check.Condition] {
	return func(yield func(*check.Condition) bool) {
		for i := range m.Conditions {
			if !yield(&m.Conditions[i]) {
				return
			}
		}
		if m.Audience != nil {
			yield(m.Audience)
		}
	}
}

// child plans the path of a model's child.
func (b *builder) child(m *Model, c *check.Child, index int) Child {
	out := Child{Checked: c, Model: m, Index: index, Dated: c.Dated, Aging: -1}
	if out.Dated < 0 {
		out.Dated = len(c.Path) - 1
	}
	at := b.root(m.Target, c)
	for i, s := range c.Path {
		if i > 0 {
			at = b.hop(m.Target, at, s)
		}
		planned := Step{Node: at, Window: -1, Until: i}
		if i == c.Dated && c.Range != nil {
			planned.Window = b.routes.Windows.index(*c.Range, m.Checked.Zone)
		}
		at.useRange(planned.Window, len(b.routes.Models))
		b.steps = append(b.steps, planned)
	}
	first := len(b.steps) - len(c.Path)
	out.Steps = b.steps[first:len(b.steps):len(b.steps)]
	for i := range out.Steps {
		out.Steps[i].Where = b.where(m, c, i, out.Steps)
	}
	b.kept(m, c, &out)
	return out
}

// root returns the node at which the path of a child begins.
func (b *builder) root(target LeadKind, c *check.Child) *Node {
	if c.Path[0].Entity.Name() != traverse.Lead {
		return b.used(b.interactions(target, c))
	}
	t := b.routes.Trees[target]
	if t.Lead == nil {
		t.Lead = b.node(target, nil, &Node{Layout: b.layout(traverse.Lead), IsLead: true, Ref: -1, Name: traverse.Lead})
	}
	t.Lead.use(len(b.routes.Models))
	return t.Lead
}

// used returns a node beyond the lead, to which the model that is being planned leads.
func (b *builder) used(n *Node) *Node {
	b.beyond = true
	n.use(len(b.routes.Models))
	return n
}

// interactions returns the root of the interactions that a child counts.
func (b *builder) interactions(target LeadKind, c *check.Child) *Node {
	t, e := b.routes.Trees[target], c.Path[0].Entity
	kinds, key := c.Kinds, e.Name()
	if kinds != nil {
		key = keyOf(kinds)
	}
	if n, ok := t.roots[key]; ok {
		return n
	}
	n := &Node{Ref: -1, Name: e.Name(), Round: 1}
	switch {
	case e.Name() == traverse.AnyInteraction:
		n.Layout = &Layout{Entity: e, index: map[string]int{}, Dated: 0}
		b.anyFields(n.Layout)
		for active := range b.schema.Active() {
			if target != EveryLead || Leads(active) {
				kinds = append(kinds, active)
			}
		}
	case kinds != nil:
		n.Layout = b.common(e, kinds)
	default:
		n.Layout = b.layout(e.Name())
		kinds = []*traverse.Entity{e}
	}
	for _, k := range kinds {
		b.rootNeeds(n, target, k)
	}
	if target == AccountBased {
		b.routes.Owner = b.need(traverse.Contact, traverse.ParentAccount, true)
		n.Round = 2 // after the contacts of the account
	}
	t.roots[key] = n
	return b.node(target, nil, n)
}

// keyOf tells roots of several kinds apart.
func keyOf(kinds []*traverse.Entity) string {
	var key strings.Builder
	for _, k := range kinds {
		key.WriteString(k.Name() + "\n") // no name has a line end
	}
	return key.String()
}

// common returns the layout of a root of several kinds.
func (b *builder) common(e *traverse.Entity, kinds []*traverse.Entity) *Layout {
	l := &Layout{Entity: e, index: map[string]int{}, places: map[*traverse.Entity][]int{}}
	for _, k := range kinds {
		l.kinds = append(l.kinds, b.layout(k.Name()))
	}
	l.Dated = l.field(traverse.Timestamp)
	return l
}

// rootNeeds adds to a root what fetches the interactions of a kind.
func (b *builder) rootNeeds(n *Node, target LeadKind, e *traverse.Entity) {
	if target != EveryLead {
		n.Needs = append(n.Needs, b.need(e.Name(), traverse.Contact, false))
	}
	if target < EveryLead {
		return
	}
	if target == EveryLeadWithContact {
		twice := -1
		if Leads(e) {
			twice = b.layout(e.Name()).field(traverse.Lead)
		}
		n.Twice = append(n.Twice, twice)
	}
	if Leads(e) {
		b.routes.ByLead = true
		n.Needs = append(n.Needs, b.need(e.Name(), traverse.Lead, false))
		if n.Twice != nil {
			n.Twice = append(n.Twice, -1)
		}
	}
}

func (b *builder) hop(target LeadKind, from *Node, s traverse.Step) *Node {
	key := hopKey{from, s.Name}
	if n, ok := b.hops[key]; ok {
		return b.used(n)
	}
	n := &Node{Layout: b.layout(s.Entity.Name()), Ref: -1, Name: s.Name, Round: from.Round + 1}
	if s.Via.Many() {
		n.Needs = []*Need{b.need(s.Entity.Name(), s.Via.Via, false)}
	} else {
		n.Needs = []*Need{b.need(s.Entity.Name(), "", false)}
		n.Ref = from.Layout.field(s.Name)
	}
	b.hops[key] = n
	return b.used(b.node(target, from, n))
}

func (b *builder) node(target LeadKind, parent, n *Node) *Node {
	t := b.routes.Trees[target]
	n.Parent, n.Target, n.Index = parent, target, len(t.Order)
	if parent != nil {
		parent.Inner = true
	}
	t.Order = append(t.Order, n)
	for _, need := range n.Needs {
		need.Nodes = append(need.Nodes, n)
	}
	b.routes.Rounds = max(b.routes.Rounds, n.Round)
	return n
}

// ruleTexts writes the children of a model in the rule language: "" for one that the
// rules do not have as a child.
func ruleTexts(m *check.Model) []string {
	var texts []string
	for c := range conditionsOf(m) {
		for j := range c.Children {
			text := ""
			if s := c.Children[j].Source; s != nil {
				text = s.String()
			}
			texts = append(texts, text)
		}
	}
	return texts
}
