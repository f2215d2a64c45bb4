package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// NewColumns plans the models of routes for columns. If explain, every condition
// is a conjunction, so that the counts of all children can be read.
func NewColumns(routes *Routes, explain bool) *Columns {
	return NewColumnsOf(routes, len(routes.Models), explain)
}

// NewColumnsOf is [NewColumns] for so many models, the first ones. The others have places
// in the plan, and nothing that is counted: a status must be given to them.
func NewColumnsOf(routes *Routes, first int, explain bool) *Columns {
	models := routes.Models
	p := &Columns{Residual: make([][]Condition, len(models)), Counted: make([]*Counted, len(models)), Sums: make([]int, len(models))}
	for i, m := range models {
		p.Sums[i] = p.NumSums
		if p.NumSums++; m.Program != nil {
			p.NumSums += m.Program.Places() - 1
		}
	}
	if explain {
		p.Explained = make([][]int, len(models))
	}
	b := columnBuilder{plan: p}
	for i := range p.Targets {
		p.Targets[i].Base = make([]int64, p.NumSums)
		b.targets[i] = newTargetIndex()
	}
	residual := make([]*check.Model, len(models))
	left := false
	for i, m := range models {
		if i >= first {
			residual[i] = &check.Model{Target: m.Checked.Target, Zone: m.Checked.Zone, Schema: m.Checked.Schema, Source: m.Checked.Source}
			continue
		}
		b.model, b.zone, b.schema = i, m.Checked.Zone, m.Checked.Schema
		b.kind, b.target, b.known = m.Target, &p.Targets[m.Target], &b.targets[m.Target]
		if m.Structured() {
			if p.Counted[i] = b.structured(m, explain); p.Counted[i] != nil {
				residual[i], p.Residual[i] = p.Counted[i].residual(m)
				left = left || p.Counted[i].ByRoutes
				continue
			}
			residual[i], p.Residual[i], left = m.Checked, m.Conditions, true
			if explain {
				p.Explained[i] = slices.Repeat([]int{ByRoutes}, len(m.Conditions))
			}
			continue
		}
		without := *m.Checked
		without.Conditions = nil
		for j := range m.Conditions {
			if children, ok := b.columnChildren(m.Conditions[j].Checked); ok {
				b.condition(&m.Conditions[j].Award, children, p.Sums[i])
				continue
			}
			without.Conditions = append(without.Conditions, m.Checked.Conditions[j])
			p.Residual[i] = append(p.Residual[i], m.Conditions[j])
			left = true
			if explain {
				p.Explained[i] = append(p.Explained[i], ByRoutes)
			}
		}
		residual[i] = &without
	}
	for i := range p.Targets {
		p.Targets[i].arrange(explain)
		for j := range p.Targets[i].Interactions {
			k := &p.Targets[i].Interactions[j]
			k.Steady = p.Windows.steady(k)
		}
	}
	if left {
		p.ResidualRoutes = newRoutes(residual, routes)
	}
	return p
}

// A columnBuilder makes Columns.
type columnBuilder struct {
	plan    *Columns
	targets [Targets]targetIndex

	// The model that is being planned.
	model  int
	zone   *time.Location
	schema *traverse.Schema
	kind   LeadKind
	target *Target
	known  *targetIndex
}

// A targetIndex finds what a target has already.
type targetIndex struct {
	interactions map[string]int // by entity
	measures     map[string]measureAt
	totals       map[[2]int]int // by index into Target.Interactions, and window
	lead         map[nodeKey]int
	owner        map[nodeKey]int
	slots        map[measureAt]int
}

type nodeKey struct {
	parent int
	ref    string
}

// A measureAt says where a target has a measure.
type measureAt struct {
	list  int // ofLead, ofOwner, or an index into Target.Interactions
	index int
}

const (
	ofLead  = -1
	ofOwner = -2
)

func newTargetIndex() targetIndex {
	return targetIndex{
		map[string]int{}, map[string]measureAt{}, map[[2]int]int{}, map[nodeKey]int{}, map[nodeKey]int{}, map[measureAt]int{},
	}
}

// condition plans a condition that adds an award to a sum.
func (b *columnBuilder) condition(award *points.Award, children []columnChild, sum int) {
	t := b.target
	t.weight += uint64(max(award.Points, -award.Points))
	single, base, ok := award.Single()
	if ok && b.plan.Explained == nil && children[0].usable(&single) {
		t.Base[sum] += base
		u := Use{sum, single}
		if uses, ok := b.total(&children[0], u); ok {
			*uses = append(*uses, u)
			return
		}
		for _, at := range b.measures(&children[0]) {
			m := t.measure(at)
			m.Uses = append(m.Uses, u)
		}
		return
	}
	slots := make([]int, len(children))
	for i := range children {
		slots[i] = b.slotOf(&children[i])
	}
	if b.plan.Explained != nil {
		b.plan.Explained[b.model] = append(b.plan.Explained[b.model], len(t.Conjunctions))
	}
	t.Conjunctions = append(t.Conjunctions, Conjunction{sum, award.Conjunction(slots)})
}

// maxTables is how many tables by time a kind of interaction has at most: one for
// each sum with each, and one for each minimum of a sum. Conditions beyond
// them get measures, so that memory does not grow with the square of their number.
const maxTables = 64

// total returns the uses of the count of all records in a window that ends with
// as of, where one more use fits. The interactions of several owners are not
// ordered by time, so leads that have several have no totals.
func (b *columnBuilder) total(c *columnChild, u Use) (*[]Use, bool) {
	part := &c.parts[0]
	if !c.alone() || c.lead || b.kind == AccountBased || b.kind == EveryLeadWithContact {
		return nil, false
	}
	if len(c.hops)+len(part.own)+len(part.profile) > 0 || len(part.windows) > 1 {
		return nil, false
	}
	window, list := -1, []int(nil)
	if len(part.windows) == 1 {
		hi := part.windows[0].Hi
		if hi.Kind == check.Fixed || hi.Kind == check.Relative && (hi.N != 0 || hi.Plus != 0) {
			return nil, false
		}
		window = b.plan.Windows.index(part.windows[0], b.zone)
		list = []int{window}
	}
	at := b.interactions(c.roots[0])
	k := &b.target.Interactions[at]
	table := tableKey{u.Sum, u.Award.Min}
	if !slices.Contains(k.tables, table) {
		if len(k.tables) == maxTables {
			return nil, false
		}
		k.tables = append(k.tables, table)
	}
	key := [2]int{at, window}
	i, ok := b.known.totals[key]
	if !ok {
		i = len(k.Totals)
		b.known.totals[key] = i
		k.Totals = append(k.Totals, Total{Windows: list})
	}
	return &k.Totals[i].Uses, true
}

func (b *columnBuilder) interactions(e *traverse.Entity) int {
	i, ok := b.known.interactions[e.Name()]
	if !ok {
		i = len(b.target.Interactions)
		b.known.interactions[e.Name()] = i
		b.target.Interactions = append(b.target.Interactions, Interactions{Entity: e})
	}
	return i
}

// measures returns the measures of a child, whose counts are added up: one for each part,
// and of those one for each kind of interaction.
func (b *columnBuilder) measures(c *columnChild) []measureAt {
	var list []measureAt
	for i := range c.parts {
		part := &c.parts[i]
		if c.lead {
			list = append(list, measureAt{ofLead, b.profileMeasure(ofLead, c.hops, part)})
			continue
		}
		list = append(list, b.partMeasures(c, part)...)
	}
	return list
}

// partMeasures returns the measures of a part, one for each kind of interaction.
func (b *columnBuilder) partMeasures(c *columnChild, part *columnPart) []measureAt {
	owner := -1
	if len(c.hops)+len(part.profile) > 0 {
		owner = b.profileMeasure(ofOwner, c.hops, part)
	}
	var windows []int
	for _, w := range part.windows {
		windows = append(windows, b.plan.Windows.index(w, b.zone))
	}
	slices.Sort(windows)
	windows = slices.Compact(windows)
	where := b.exprs(part.own)
	var list []measureAt
	for _, e := range c.roots {
		kind := b.interactions(e)
		k := &b.target.Interactions[kind]
		key := fmt.Append(nil, kind, owner, windows)
		for _, e := range where {
			key = append(append(key, ' '), e.key...)
		}
		at, ok := b.known.measures[string(key)]
		if !ok {
			at = measureAt{kind, len(k.Measures)}
			b.known.measures[string(key)] = at
			k.Measures = append(k.Measures, Measure{Windows: windows, Owner: owner, Where: where})
		}
		list = append(list, at)
	}
	return list
}

// profileMeasure returns the measure of what a part asks of the profile of the lead or of
// the owner, and of the hops of the path.
func (b *columnBuilder) profileMeasure(of int, hops []traverse.Step, part *columnPart) int {
	p, nodes := &b.target.Lead, b.known.lead
	root, skip := b.schema.Entity(traverse.Lead), 0
	if of == ofOwner {
		p, nodes = &b.target.Owner, b.known.owner
		skip = 1 // the hop to the owner is not taken again
		if b.kind != EveryLead {
			root = b.schema.Entity(traverse.Contact)
		}
	}
	if len(p.Nodes) == 0 {
		p.Nodes = append(p.Nodes, ProfileNode{Entity: root, Parent: -1})
	}
	node := func(hops []traverse.Step) int {
		at := 0
		for _, h := range hops[min(skip, len(hops)):] {
			next, ok := nodes[nodeKey{at, h.Name}]
			if !ok {
				next = len(p.Nodes)
				nodes[nodeKey{at, h.Name}] = next
				p.Nodes = append(p.Nodes, ProfileNode{Entity: h.Entity, Parent: at, Ref: h.Name})
			}
			at = next
		}
		return at
	}
	var required []int
	for n := range hops {
		required = append(required, node(hops[:n+1]))
	}
	type nodeExpr struct {
		node int
		ColumnExpr
	}
	var where []nodeExpr
	for _, e := range part.profile {
		where = append(where, nodeExpr{node(e.hops), b.expr(e.expr)})
	}
	slices.SortFunc(where, func(x, y nodeExpr) int { return cmp.Or(cmp.Compare(x.node, y.node), strings.Compare(x.key, y.key)) })
	key := fmt.Append(nil, of, required)
	for _, e := range where {
		key = append(strconv.AppendInt(append(key, ' '), int64(e.node), 10), e.key...)
	}
	if at, ok := b.known.measures[string(key)]; ok {
		return at.index
	}
	m := len(p.Measures)
	b.known.measures[string(key)] = measureAt{of, m}
	p.Measures = append(p.Measures, Measure{Owner: -1})
	for _, n := range required {
		p.Nodes[n].Required = append(p.Nodes[n].Required, m)
	}
	for _, e := range where {
		p.Nodes[e.node].Where = append(p.Nodes[e.node].Where, ProfileExpr{m, e.ColumnExpr})
	}
	return m
}

// slot returns the slot in which the counts of measures are added up.
func (b *columnBuilder) slot(measures []measureAt) int {
	// A measure is added to any number of slots, but has at most one by itself.
	if len(measures) == 1 {
		if s, ok := b.known.slots[measures[0]]; ok {
			return s
		}
	}
	s := b.target.Slots
	b.target.Slots++
	if len(measures) == 1 {
		b.known.slots[measures[0]] = s
	}
	for _, at := range measures {
		m := b.target.measure(at)
		m.Slots = append(m.Slots, s)
	}
	return s
}

func (t *Target) measure(at measureAt) *Measure {
	if at.list == ofLead {
		return &t.Lead.Measures[at.index]
	}
	return &t.Interactions[at.list].Measures[at.index]
}

// exprs plans expressions about one record, in an order that does not depend on
// that of the rules.
func (b *columnBuilder) exprs(list []fieldExpr) []ColumnExpr {
	var out []ColumnExpr
	for _, e := range list {
		out = append(out, b.expr(e))
	}
	slices.SortFunc(out, func(x, y ColumnExpr) int { return strings.Compare(x.key, y.key) })
	return slices.CompactFunc(out, func(x, y ColumnExpr) bool { return x.key == y.key })
}

func (b *columnBuilder) expr(e fieldExpr) ColumnExpr {
	out := ColumnExpr{Field: e.at.Field, key: strconv.Quote(e.at.Field.Name) + " "} // a name may hold anything
	if !IsTime(e.at.Field.Type) {
		var key string
		out.Holds, key = b.holds(e.expr)
		if e.not {
			out.Holds, key = opposite(out.Holds), "not "+key
		}
		out.key += key
		return out
	}
	switch p := e.at.Predicate.(type) {
	case check.IsEmpty:
		out.Time = TimeExpr{Window: -1, Empty: !p.Not}
		out.key += check.PredicateKey(p)
	case check.InWindow:
		out.Time = TimeExpr{Window: b.plan.Windows.index(p.Window, b.zone)}
		out.key += strconv.Itoa(out.Time.Window)
	default:
		panic(fmt.Sprintf("plan: no lowering of %T for a time or date", p))
	}
	if out.Time.Not = e.not; e.not {
		out.key += " not"
	}
	return out
}

// holds lowers an expression about one field. The key is the same for expressions that
// are written alike.
func (b *columnBuilder) holds(e check.Expr) (Predicate, string) {
	terms, kind := termsOf(e)
	if kind == Compare {
		p := e.(*check.Comparison).Predicate
		return b.plan.Windows.predicate(p, b.zone), check.PredicateKey(p)
	}
	list := make([]Predicate, len(terms))
	all := strconv.Itoa(int(kind)) + "("
	for i, t := range terms {
		var key string
		list[i], key = b.holds(t)
		all += strconv.Quote(key)
	}
	want := kind != AllOf // whether one term that holds decides
	return func(bounds []Bound, v traverse.Value) bool {
		for _, holds := range list {
			if holds(bounds, v) == want {
				return kind == AnyOf
			}
		}
		return kind != AnyOf
	}, all + ")"
}

// opposite returns what holds for the values for which a predicate does not.
func opposite(p Predicate) Predicate {
	return func(bounds []Bound, v traverse.Value) bool { return !p(bounds, v) }
}

// arrange finishes a target. It puts measures whose expressions are about the same
// fields next to each other, so that a word of them looks at few columns.
func (t *Target) arrange(explain bool) {
	t.MaxRecords = math.MaxInt64 / max(t.weight, 1)
	for i := range t.Tallies {
		if a := t.Tallies[i].Checked.Aging; a != nil {
			t.MaxRecords = min(t.MaxRecords, math.MaxInt64/a.Scale())
		}
	}
	if explain {
		t.MaxRecords = min(t.MaxRecords, math.MaxUint32) // explained counts have 32 bits
	}
	for i := range t.Conjunctions {
		c := &t.Conjunctions[i]
		pair, ok := c.Award.Pair()
		if !ok {
			t.Others = append(t.Others, i)
			continue
		}
		if n := len(t.Pairs); n == 0 || t.Pairs[n-1].Sum != c.Sum {
			t.Pairs = append(t.Pairs, Pairs{Sum: c.Sum})
		}
		list := &t.Pairs[len(t.Pairs)-1].List
		*list = append(*list, pair)
	}
	for i := range t.Interactions {
		slices.SortStableFunc(t.Interactions[i].Measures, func(x, y Measure) int { return strings.Compare(x.fields(), y.fields()) })
	}
}

func (m *Measure) fields() string {
	var names []string
	for _, e := range m.Where {
		names = append(names, e.Field.Name)
	}
	return strings.Join(names, " ")
}
