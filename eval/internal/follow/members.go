package follow

import (
	"slices"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/instants"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/eval/internal/walk"
	"github.com/leadscore/leadscore/internal/points"
)

// Most children are plain: they count interactions, whose expressions hold as of any instant
// or none, and neither a burst nor a block asks for more. What a plain child counts is a sum
// over its members, the records that satisfy its expressions: each begins and ceases to
// count at instants that are known beforehand, and has a weight. So nothing is counted again.

// plain reports whether a child is plain.
func plain(c *plan.Child) bool {
	s := &c.Steps[0]
	if len(c.Steps) > 1 || s.Node.IsLead || s.Node.Layout.Days || c.Checked.Burst != nil {
		return false
	}
	// A decay with a cap counts the newest of each value, and what a reference leads to may
	// come to exist.
	if c.Checked.Cap != nil && (c.Checked.Aging != nil || c.Cap != nil && len(c.Cap.Hops) > 0) {
		return false
	}
	return !slices.ContainsFunc(s.Where, func(e plan.Expr) bool { return !timeless(&e) })
}

// timeless reports whether an expression holds as of any instant or none.
func timeless(e *plan.Expr) bool {
	if slices.ContainsFunc(e.Terms, func(t plan.Expr) bool { return !timeless(&t) }) {
		return false
	}
	if e.Kind != plan.Compare {
		return true
	}
	_, moves := e.Checked.Predicate.(check.InWindow)
	return !moves && !slices.ContainsFunc(e.Hops, func(n *plan.Node) bool { return n.Layout.Dated >= 0 })
}

// addMembers finds the members of a plain child, and when they count.
func (f *Follower) addMembers(at int, c *plan.Child) {
	u := &f.units[at]
	u.plain, u.first = true, len(f.members)
	if c.Checked.Cap != nil {
		u.most = c.Checked.Cap.Count
		clear(f.keys)
	}
	s := &c.Steps[0]
	var w *plan.Window
	if s.Window >= 0 {
		window := f.batch.Window(s.Window)
		w = &window
	}
	if c.Aging >= 0 {
		u.aging = f.agings.add(at, c.Checked.Aging, c.Model.Checked.Zone)
	}
	for _, r := range f.records(s.Node) {
		m := member{when: r.When, dated: r.Dated, weight: 1}
		if !r.Dated && (w != nil || c.Checked.Aging != nil) || r.Dated && r.When > f.to {
			continue // it never counts
		}
		events := len(f.events)
		m.counts = f.addEvents(at, len(f.members), &m, w)
		if !m.counts && len(f.events) == events {
			continue
		}
		if !f.walker.Satisfies(s, r) {
			f.events = f.events[:events]
			continue
		}
		if points.Decays(c.Checked) && !c.Checked.Aging.Newest {
			m.weight = f.agings.watchMember(u.aging, f.from, f.to, m.when, len(f.members))
		}
		if u.most > 0 {
			m.group = f.groupOf(f.walker.KeyOf(c, r))
		}
		if m.counts {
			f.add(u, &m)
		}
		f.members = append(f.members, m)
	}
	u.end = len(f.members)
}

// addEvents adds the instants at which a member begins or ceases to count, and returns
// whether it does as of the first instant.
func (f *Follower) addEvents(unit, at int, m *member, w *plan.Window) (counts bool) {
	add := func(instant int64, counts bool) {
		if f.from < instant && instant <= f.to {
			f.events = append(f.events, event{instant, int32(unit), int32(at), counts})
		}
	}
	switch {
	case !m.dated:
		return true
	case w == nil || w.Lo.Kind == check.Open && w.Hi.Kind == check.Open:
		add(m.when, true)
		return m.when <= f.from
	case w.Lo.Steady(w.Days) && w.Hi == check.Bound{Kind: check.Relative, Unit: w.Hi.Unit} && w.Lo.N <= 0:
		// within last SPAN: it counts from its date on, until the window has passed it.
		e := instants.End{Bound: w.Lo, Zone: w.Zone}
		passed := e.Passes(m.when)
		add(m.when, true)
		add(passed, false)
		return m.when <= f.from && f.from < passed
	}
	exists := instants.End{Bound: check.Bound{Kind: check.Relative}, Upper: true, Zone: w.Zone}
	lower, upper := instants.End{Bound: w.Lo, Zone: w.Zone}, instants.End{Bound: w.Hi, Upper: true, Zone: w.Zone}
	flips := f.room[:0]
	for _, e := range []*instants.End{&exists, &lower, &upper} {
		flips = e.Flips(m.when, f.from, f.to, flips)
	}
	slices.Sort(flips)
	f.room = flips
	holds := func(asOf int64) bool {
		return exists.Holds(m.when, asOf) && lower.Holds(m.when, asOf) && upper.Holds(m.when, asOf)
	}
	counts = holds(f.from)
	last := counts
	for _, instant := range slices.Compact(flips) {
		if now := holds(instant); now != last {
			add(instant, now)
			last = now
		}
	}
	return counts
}

// turn makes a member count, or cease to.
func (f *Follower) turn(unit, at int, counts bool) {
	u, m := &f.units[unit], &f.members[at]
	if m.counts == counts {
		return
	}
	if m.counts = counts; counts {
		f.add(u, m)
	} else {
		f.remove(u, m)
	}
	f.touch(unit)
}

// groupOf returns the group of a key among the members of the unit at hand.
func (f *Follower) groupOf(key walk.Key) int {
	g, ok := f.keys[key]
	if !ok {
		if f.keys == nil {
			f.keys = map[walk.Key]int{}
		}
		g = len(f.groups)
		f.groups = append(f.groups, 0)
		f.keys[key] = g
	}
	return g
}

// add adds a member to the sum of its unit, unless enough of its group count.
func (f *Follower) add(u *unit, m *member) {
	if u.most == 0 {
		u.sum += m.weight
		return
	}
	if f.groups[m.group]++; f.groups[m.group] <= u.most {
		u.sum++
	}
}

// remove takes a member off the sum of its unit.
func (f *Follower) remove(u *unit, m *member) {
	if u.most == 0 {
		u.sum -= m.weight
		return
	}
	if f.groups[m.group]--; f.groups[m.group] < u.most {
		u.sum--
	}
}

// weigh gives a member another weight.
func (f *Follower) weigh(unit, at int, weight uint64) {
	u, m := &f.units[unit], &f.members[at]
	if m.counts {
		u.sum += weight - m.weight
		f.touch(unit)
	}
	m.weight = weight
}

// countMembers returns what a plain child counts.
func (f *Follower) countMembers(at int, c *check.Child) points.Count {
	u := &f.units[at]
	a := c.Aging
	if a == nil || !a.Newest {
		frequency := points.FrequencyOf(c)
		return frequency.Of(points.CountOf(u.sum))
	}
	var newest *member
	for i := u.first; i < u.end; i++ {
		if m := &f.members[i]; m.counts && (newest == nil || m.when > newest.when) {
			newest = m
		}
	}
	if newest == nil {
		f.agings.watchNewest(u.aging, f.now, f.to, 0, false)
		return points.Count{}
	}
	age := f.agings.watchNewest(u.aging, f.now, f.to, newest.when, true)
	return points.CountOf(a.Weight(age))
}
