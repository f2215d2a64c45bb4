package eval

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

// planColumns plans models for columns. whole is their plan for rows. If tell,
// every child has a slot of its own, so that its count can be told.
func planColumns(models []*check.Model, whole *Program, tell bool) *columnPlan {
	p := &columnPlan{left: make([][]condition, len(models))}
	if tell {
		p.told = make([][]int, len(models))
	}
	var b laneBuilder
	b.plan = p
	for i := range p.lanes {
		p.lanes[i].base = make([]int64, len(models))
		b.lanes[i] = newLaneIndex()
	}
	rest := make([]*check.Model, len(models))
	left := false
	for i, m := range models {
		target := contactBased
		if m.Account {
			target = accountBased
		}
		p.targets = append(p.targets, target)
		without := *m
		without.Conditions = nil
		b.model, b.zone, b.target = i, m.Zone, target
		b.lane, b.known, b.schema = &p.lanes[target], &b.lanes[target], m.Schema
		for j := range m.Conditions {
			if c := &m.Conditions[j]; !b.condition(c, &whole.models[i].conditions[j].award) {
				without.Conditions = append(without.Conditions, *c)
				p.left[i] = append(p.left[i], whole.models[i].conditions[j])
				left = true
				if tell {
					p.told[i] = append(p.told[i], leftToWalker)
				}
			}
		}
		rest[i] = &without
	}
	for i := range p.lanes {
		p.lanes[i].arrange(tell)
	}
	if left {
		p.rest = newProgram(rest, whole)
	}
	return p
}

// laneBuilder makes the lanes of a columnPlan.
type laneBuilder struct {
	plan  *columnPlan
	lanes [2]laneIndex

	// The model that is being planned.
	model  int
	zone   *time.Location
	target int
	lane   *lane
	known  *laneIndex
	schema *traverse.Schema
}

// laneIndex finds what a lane has already.
type laneIndex struct {
	kinds    map[string]int
	watchers map[string]place
	totals   map[[2]int]int // by kind and window
	lead     map[nodeKey]int
	owner    map[nodeKey]int
	slots    map[place]int
}

type nodeKey struct {
	parent int
	ref    string
}

// A place is where a watcher stands.
type place struct {
	room int // roomLead, roomOwner, or a kind
	at   int
}

const (
	roomLead  = -1
	roomOwner = -2
)

func newLaneIndex() laneIndex {
	return laneIndex{
		map[string]int{}, map[string]place{}, map[[2]int]int{}, map[nodeKey]int{}, map[nodeKey]int{}, map[place]int{},
	}
}

// A draft is what a child asks for, before anything of it is in the plan.
type draft struct {
	lead    bool
	roots   []*traverse.Entity // the kinds of interaction
	hops    []traverse.Step    // of the path, all N:1
	windows []check.Window
	here    []*check.Comparison // of the interaction itself
	gates   []gateTest          // of the profile: the lead's, or the owner's
}

type gateTest struct {
	hops []traverse.Step
	expr *check.Comparison
}

// draft understands a child, or returns false: then it needs routes.
func (b *laneBuilder) draft(c *check.Child) (draft, bool) {
	d := draft{hops: c.Path[1:]}
	root := c.Path[0].Entity
	switch {
	case root.Name() == traverse.Lead:
		d.lead = true
	case root.Name() == traverse.AnyInteraction:
		d.roots = slices.Collect(b.schema.Active())
	default:
		d.roots = []*traverse.Entity{root}
	}
	// A hop to a record that has a date reaches it only if it was there as of.
	walkable := func(hops []traverse.Step) bool {
		for i, h := range hops {
			if _, dated := h.Entity.Dated(); dated || h.Via.Many() {
				return false
			}
			if i == 0 && !d.lead && h.Name != traverse.Contact {
				return false // one contact owns all interactions; other references differ by record
			}
		}
		return true
	}
	if !walkable(d.hops) {
		return d, false
	}
	if c.Range != nil {
		if d.lead || c.Dated != 0 {
			return d, false
		}
		d.windows = append(d.windows, *c.Range)
	}
	for _, e := range c.Where {
		t, ok := e.(*check.Comparison)
		if !ok {
			panic(fmt.Sprintf("eval: unknown expression %T", e))
		}
		hops := slices.Concat(c.Path[1:t.Step+1], t.Hops)
		if !walkable(hops) {
			return d, false
		}
		if d.lead || len(hops) > 0 {
			d.gates = append(d.gates, gateTest{hops, t})
			continue
		}
		// An expression about the interaction itself. Of its times a block has the
		// Timestamp alone.
		if wideType(t.Field.Type) {
			w, ok := t.Predicate.(check.InWindow)
			if !ok || t.Field.Name != traverse.Timestamp {
				return d, false
			}
			d.windows = append(d.windows, w.Window)
			continue
		}
		d.here = append(d.here, t)
	}
	return d, true
}

func wideType(t traverse.Type) bool { return t == traverse.Time || t == traverse.Date }

// condition plans a condition, or returns false if some child needs routes.
func (b *laneBuilder) condition(c *check.Condition, award *points.Award) bool {
	drafts := make([]draft, len(c.Children))
	for i := range c.Children {
		var ok bool
		if drafts[i], ok = b.draft(&c.Children[i]); !ok {
			return false
		}
	}
	l := b.lane
	l.weight += uint64(max(c.Points, -c.Points))
	if single, base, ok := award.Single(); ok && b.plan.told == nil && (drafts[0].lead || len(drafts[0].roots) == 1) {
		l.base[b.model] += base
		u := use{b.model, single}
		if uses, ok := b.total(&drafts[0], u); ok {
			*uses = append(*uses, u)
			return true
		}
		for _, at := range b.place(&drafts[0]) {
			w := l.watcher(at)
			w.uses = append(w.uses, u)
		}
		return true
	}
	slots := make([]int, len(drafts))
	for i := range drafts {
		slots[i] = b.slot(b.place(&drafts[i]))
	}
	if b.plan.told != nil {
		b.plan.told[b.model] = append(b.plan.told[b.model], len(l.joints))
	}
	l.joints = append(l.joints, joint{b.model, award.Conjunction(slots)})
	return true
}

// mostTables is how many tables by segment a kind of interaction has at the most:
// one for each model with `each`, and for each n of a model. Conditions beyond
// them are watchers, so that memory does not grow with the square of their number.
const mostTables = 64

// total returns the uses of the count of all records in a window that ends with
// as of, for one more use. Those of several contacts are not in order, so an
// account has none.
func (b *laneBuilder) total(d *draft, u use) (*[]use, bool) {
	if d.lead || b.target == accountBased || len(d.hops)+len(d.here)+len(d.gates) > 0 || len(d.windows) > 1 {
		return nil, false
	}
	window, list := -1, []int(nil)
	if len(d.windows) == 1 {
		hi := d.windows[0].Hi
		if hi.Kind == check.Fixed || hi.Kind == check.Relative && (hi.N != 0 || hi.Plus != 0) {
			return nil, false
		}
		window = b.plan.windows.index(d.windows[0], b.zone)
		list = []int{window}
	}
	kind := b.kind(d.roots[0])
	k := &b.lane.kinds[kind]
	table := tableKey{u.model, u.Min}
	if !slices.Contains(k.tables, table) {
		if len(k.tables) == mostTables {
			return nil, false
		}
		k.tables = append(k.tables, table)
	}
	key := [2]int{kind, window}
	i, ok := b.known.totals[key]
	if !ok {
		i = len(k.totals)
		b.known.totals[key] = i
		k.totals = append(k.totals, windowTotal{windows: list})
	}
	return &k.totals[i].uses, true
}

func (b *laneBuilder) kind(e *traverse.Entity) int {
	i, ok := b.known.kinds[e.Name()]
	if !ok {
		i = len(b.lane.kinds)
		b.known.kinds[e.Name()] = i
		b.lane.kinds = append(b.lane.kinds, kindPlan{entity: e})
	}
	return i
}

// place puts the watchers of a draft into the plan: one, or one a kind of
// interaction, whose counts are to be added up.
func (b *laneBuilder) place(d *draft) []place {
	if d.lead {
		return []place{{roomLead, b.profileWatcher(roomLead, d)}}
	}
	gate := -1
	if len(d.hops)+len(d.gates) > 0 {
		gate = b.profileWatcher(roomOwner, d)
	}
	var list []int
	for _, w := range d.windows {
		list = append(list, b.plan.windows.index(w, b.zone))
	}
	slices.Sort(list)
	list = slices.Compact(list)
	tests := b.tests(d.here)
	var places []place
	for _, e := range d.roots {
		kind := b.kind(e)
		k := &b.lane.kinds[kind]
		key := fmt.Append(nil, kind, gate, list)
		for _, t := range tests {
			key = append(append(key, ' '), t.key...)
		}
		at, ok := b.known.watchers[string(key)]
		if !ok {
			at = place{kind, len(k.watchers)}
			b.known.watchers[string(key)] = at
			k.watchers = append(k.watchers, watcher{windows: list, gate: gate, tests: tests})
		}
		places = append(places, at)
	}
	return places
}

// profileWatcher puts a watcher into the profile of the lead or of the owner.
func (b *laneBuilder) profileWatcher(room int, d *draft) int {
	p, nodes := &b.lane.lead, b.known.lead
	root, skip := b.schema.Entity(traverse.Lead), 0
	if room == roomOwner {
		p, nodes = &b.lane.owner, b.known.owner
		root, skip = b.schema.Entity(traverse.Contact), 1 // the hop to the owner is not taken again
	}
	if len(p.nodes) == 0 {
		p.nodes = append(p.nodes, profileNode{entity: root, parent: -1})
	}
	reach := func(hops []traverse.Step) int {
		at := 0
		for _, h := range hops[min(skip, len(hops)):] {
			next, ok := nodes[nodeKey{at, h.Name}]
			if !ok {
				next = len(p.nodes)
				nodes[nodeKey{at, h.Name}] = next
				p.nodes = append(p.nodes, profileNode{entity: h.Entity, parent: at, ref: h.Name})
			}
			at = next
		}
		return at
	}
	var needs []int
	for n := range d.hops {
		needs = append(needs, reach(d.hops[:n+1]))
	}
	type nodeTest struct {
		node int
		columnTest
	}
	var tests []nodeTest
	for _, g := range d.gates {
		tests = append(tests, nodeTest{reach(g.hops), b.test(g.expr)})
	}
	slices.SortFunc(tests, func(x, y nodeTest) int { return cmp.Or(cmp.Compare(x.node, y.node), strings.Compare(x.key, y.key)) })
	key := fmt.Append(nil, room, needs)
	for _, t := range tests {
		key = append(strconv.AppendInt(append(key, ' '), int64(t.node), 10), t.key...)
	}
	if at, ok := b.known.watchers[string(key)]; ok {
		return at.at
	}
	w := len(p.watchers)
	b.known.watchers[string(key)] = place{room, w}
	p.watchers = append(p.watchers, watcher{gate: -1})
	for _, n := range needs {
		p.nodes[n].needs = append(p.nodes[n].needs, w)
	}
	for _, t := range tests {
		p.nodes[t.node].tests = append(p.nodes[t.node].tests, profileTest{w, t.columnTest})
	}
	return w
}

// slot returns the slot in which the counts at places are added up.
func (b *laneBuilder) slot(places []place) int {
	// A watcher counts into any number of slots, but into one by itself only once.
	if len(places) == 1 {
		if s, ok := b.known.slots[places[0]]; ok {
			return s
		}
	}
	s := b.lane.slots
	b.lane.slots++
	if len(places) == 1 {
		b.known.slots[places[0]] = s
	}
	for _, at := range places {
		w := b.lane.watcher(at)
		w.slots = append(w.slots, s)
	}
	return s
}

func (l *lane) watcher(at place) *watcher {
	if at.room == roomLead {
		return &l.lead.watchers[at.at]
	}
	return &l.kinds[at.room].watchers[at.at]
}

// tests plans tests of one record, in an order of their own.
func (b *laneBuilder) tests(list []*check.Comparison) []columnTest {
	var out []columnTest
	for _, e := range list {
		out = append(out, b.test(e))
	}
	slices.SortFunc(out, func(x, y columnTest) int { return strings.Compare(x.key, y.key) })
	return slices.CompactFunc(out, func(x, y columnTest) bool { return x.key == y.key })
}

func (b *laneBuilder) test(t *check.Comparison) columnTest {
	out := columnTest{field: t.Field, key: strconv.Quote(t.Field.Name) + " "} // a name may hold anything
	if !wideType(t.Field.Type) {
		out.holds = b.plan.windows.predicate(t.Predicate, b.zone)
		out.key += predicateKey(t.Predicate)
		return out
	}
	switch p := t.Predicate.(type) {
	case check.IsEmpty:
		out.wide = wideTest{window: -1, empty: !p.Not}
		out.key += predicateKey(p)
	case check.InWindow:
		out.wide = wideTest{window: b.plan.windows.index(p.Window, b.zone)}
		out.key += strconv.Itoa(out.wide.window)
	}
	return out
}

// predicateKey is the same for predicates that say the same.
func predicateKey(p check.Predicate) string {
	key := fmt.Appendf(nil, "%T", p)
	text := func(list []string) {
		for _, s := range list {
			key = strconv.AppendQuote(append(key, ' '), s)
		}
	}
	switch p := p.(type) {
	case check.TextMatch:
		key = fmt.Append(key, " ", p.How, p.Not)
		text(p.Values)
	case check.ChoicesMatch:
		key = fmt.Append(key, " ", p.All, p.Not)
		text(p.Values)
	case check.NumberIn:
		key = fmt.Append(key, " ", p.Not, p.Values)
	default:
		key = fmt.Appendf(key, " %v", p)
	}
	return string(key)
}

// arrange finishes a lane. It puts watchers that test the same fields next to each
// other, so that a word of them looks at few columns.
func (l *lane) arrange(tell bool) {
	l.most = math.MaxInt64 / max(l.weight, 1)
	if tell {
		l.most = min(l.most, math.MaxUint32) // as told counts are of 32 bits
	}
	for i := range l.joints {
		j := &l.joints[i]
		p, ok := j.Pair()
		if !ok {
			l.groups = append(l.groups, i)
			continue
		}
		if n := len(l.pairs); n == 0 || l.pairs[n-1].model != j.model {
			l.pairs = append(l.pairs, pairs{model: j.model})
		}
		list := &l.pairs[len(l.pairs)-1].list
		*list = append(*list, p)
	}
	for i := range l.kinds {
		fields := func(w watcher) string {
			var names []string
			for _, t := range w.tests {
				names = append(names, t.field.Name)
			}
			return strings.Join(names, " ")
		}
		slices.SortStableFunc(l.kinds[i].watchers, func(x, y watcher) int { return strings.Compare(fields(x), fields(y)) })
	}
}
