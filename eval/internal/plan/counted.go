package plan

import (
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
)

// A Counted says where the counts of a structured model are. Conditions that need routes
// are in Columns.Residual, and in ResidualRoutes, in their order.
type Counted struct {
	// Fast is the program for the model's sums and for slots. It is nil if some condition
	// needs routes; then Conditions say where the counts of the others are.
	Fast       *points.FastProgram
	Conditions []CountedCondition
	Audience   CountedCondition
	ByRoutes   bool // some condition needs routes, or the audience does
}

// A CountedCondition says where the counts of a condition are, or that it needs routes.
type CountedCondition struct {
	Slots    []Slot // by child, and then one for each block of which the values count
	ByRoutes bool
}

// A Slot is where the occurrences of a child are counted, and the frequency that says
// what the child counts.
type Slot struct {
	Index     int
	Frequency points.Frequency
}

// A needed is what a condition of a structured model needs to be counted over columns.
type needed struct {
	children []columnChild
	sames    []*check.Same
	byRoutes bool // it cannot be
}

// structured plans a structured model, or returns nil if all of it needs routes, as it
// does for an explanation.
func (b *columnBuilder) structured(m *Model, explain bool) *Counted {
	if explain {
		return nil
	}
	out := &Counted{}
	var list []needed // by condition
	some, left := len(m.Conditions) == 0 && m.Audience == nil, false
	for c := range conditionsOf(m.Checked) {
		n := b.needed(c)
		some, left = some || !n.byRoutes, left || n.byRoutes
		list = append(list, n)
	}
	if !some {
		return nil
	}
	audience := needed{}
	if m.Checked.Audience != nil {
		audience, list = list[len(list)-1], list[:len(list)-1]
	}
	out.Audience, out.ByRoutes = b.counted(m.Checked.Audience, audience), left
	if !left {
		out.Fast = b.fast(m, list)
		return out
	}
	for i, n := range list {
		out.Conditions = append(out.Conditions, b.counted(&m.Checked.Conditions[i], n))
	}
	return out
}

// fast plans the conditions of a structured model none of which needs routes.
func (b *columnBuilder) fast(m *Model, list []needed) *points.FastProgram {
	slots := make([][]int, len(list))
	for i, n := range list {
		c := &m.Checked.Conditions[i]
		if place, ok := m.Program.Adds(i); ok {
			b.condition(&m.Conditions[i].Award, n.children, b.plan.Sums[b.model]+place)
			continue
		}
		b.target.weight += uint64(max(c.Points, -c.Points)) * mostOfOne(c) // points are added up in 64 bits
		for _, s := range b.counted(c, n).Slots {
			slots[i] = append(slots[i], s.Index)
		}
	}
	return m.Program.Fast(slots)
}

// mostOfOne returns how often the points of a condition count for a lead with one record,
// at most.
func mostOfOne(c *check.Condition) uint64 {
	for i := range c.Children {
		if a := c.Children[i].Aging; a != nil && a.Kind == check.Without {
			return uint64(a.Steps)
		}
	}
	return 1
}

// needed returns what a condition needs.
func (b *columnBuilder) needed(c *check.Condition) needed {
	if children, ok := b.columnChildren(c); ok {
		if sames, ok := samesOf(c, children); ok {
			return needed{children: children, sames: sames}
		}
	}
	return needed{byRoutes: true}
}

// counted plans a condition of a structured model.
func (b *columnBuilder) counted(c *check.Condition, n needed) CountedCondition {
	out := CountedCondition{ByRoutes: n.byRoutes}
	for i := range n.children {
		slot := Slot{Frequency: points.FrequencyOf(&c.Children[i])}
		if t := n.children[i].tally; t == nil || t.Same.By == TallyAll { // what a child of a block counts means nothing
			slot.Index = b.slotOf(&n.children[i])
		}
		out.Slots = append(out.Slots, slot)
	}
	for _, s := range n.sames {
		same := TallySame{Slot: b.target.Slots}
		b.target.Slots++
		for _, i := range s.Children {
			same.Tallies = append(same.Tallies, b.tally(&n.children[i], -1))
		}
		b.target.Sames = append(b.target.Sames, same)
		out.Slots = append(out.Slots, Slot{same.Slot, points.Frequency{Each: true}})
	}
	return out
}

// samesOf returns the blocks of a condition of which the values count, and makes their
// children tallies. It returns false if a block needs routes.
func samesOf(c *check.Condition, children []columnChild) ([]*check.Same, bool) {
	var list []*check.Same
	for _, item := range c.Items {
		s, ok := item.(*check.Same)
		if !ok {
			continue
		}
		list = append(list, s)
		for i, at := range s.Children {
			ch := &children[at]
			v, ok := tallyValue(&s.Values[i], ch.owner)
			if !ok || v.By == TallyAll || ch.lead {
				return nil, false
			}
			if ch.tally == nil {
				ch.tally = &Tally{Checked: &c.Children[at], Aging: -1}
			}
			ch.tally.Same = v
		}
	}
	return list, true
}

// residual returns the conditions of a model that need routes: as a model that is not
// structured, apart from the audience, and as they are planned.
func (c *Counted) residual(m *Model) (*check.Model, []Condition) {
	from := m.Checked
	out := &check.Model{Name: from.Name, Target: from.Target, Zone: from.Zone, Schema: from.Schema}
	var list []Condition
	for i := range c.Conditions {
		if c.Conditions[i].ByRoutes {
			out.Conditions = append(out.Conditions, from.Conditions[i])
			list = append(list, m.Conditions[i])
		}
	}
	if c.Audience.ByRoutes {
		out.Audience = from.Audience
	}
	return out, list
}

// slotOf returns the slot in which a child is counted.
func (b *columnBuilder) slotOf(c *columnChild) int {
	if c.tally == nil {
		return b.slot(b.measures(c))
	}
	slot := b.target.Slots
	b.target.Slots++
	b.tally(c, slot)
	return slot
}

// tally adds the tally of a child, which counts into a slot, and returns its index.
func (b *columnBuilder) tally(c *columnChild, slot int) int {
	t := *c.tally
	t.Zone, t.Slot = b.zone, slot
	if a := t.Checked.Aging; a != nil {
		t.Aging = agingIn(&b.plan.Agings, a, b.zone)
	}
	index := len(b.target.Tallies)
	for _, at := range b.measures(c) {
		m := b.target.measure(at)
		m.Tallies = append(m.Tallies, index)
	}
	b.target.Tallies = append(b.target.Tallies, t)
	return index
}
