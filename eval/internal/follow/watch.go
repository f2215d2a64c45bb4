package follow

import (
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/instants"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// What a child counts depends on as of by these alone, for each record that the lead
// reaches on its path, and on the references of its expressions, cap and block:
//
//   - whether the record exists,
//   - whether its date, or that of a field, lies in a window that moves with as of,
//   - how many spans old it is.
//
// So the child is counted again as of each instant at which one of these changes.

// watch adds the events of a child. same is what a same block tells its occurrences apart
// by, or nil.
func (f *Follower) watch(unit int, c *plan.Child, same *plan.Value) {
	zone := c.Model.Checked.Zone
	for i := range c.Steps {
		s := &c.Steps[i]
		f.watchExistence(unit, s.Node, zone)
		if s.Window >= 0 {
			w := f.batch.Window(s.Window)
			for _, r := range f.records(s.Node) {
				if r.Dated {
					f.watchWindow(unit, &w.Window, zone, r.When)
				}
			}
		}
		for j := range s.Where {
			f.watchExpr(unit, c, &s.Where[j])
		}
	}
	for _, v := range []*plan.Value{c.Cap, same} {
		if v != nil {
			f.watchHops(unit, v.Hops, zone)
		}
	}
	if c.Aging >= 0 {
		f.watchAging(unit, c)
	}
}

// watchExpr adds the events of an expression of a child.
func (f *Follower) watchExpr(unit int, c *plan.Child, e *plan.Expr) {
	for i := range e.Terms {
		f.watchExpr(unit, c, &e.Terms[i])
	}
	if e.Kind != plan.Compare {
		return
	}
	zone := c.Model.Checked.Zone
	f.watchHops(unit, e.Hops, zone)
	in, ok := e.Checked.Predicate.(check.InWindow)
	if !ok {
		return
	}
	at := c.Steps[e.Step].Node
	if n := len(e.Hops); n > 0 {
		at = e.Hops[n-1]
	}
	for _, r := range f.records(at) {
		switch v := r.Values[e.Layout.Place(r.Entity, e.Field)]; v.Kind() {
		case traverse.KindDate:
			f.watchWindow(unit, &in.Window, zone, v.Day())
		case traverse.KindTime:
			f.watchWindow(unit, &in.Window, zone, v.Micros())
		}
	}
}

// watchHops adds the events of the records to which references lead.
func (f *Follower) watchHops(unit int, hops []*plan.Node, zone *time.Location) {
	for _, n := range hops {
		f.watchExistence(unit, n, zone)
	}
}

// watchExistence adds the instants as of which records come to exist. The lead at the
// beginning of a path always exists.
func (f *Follower) watchExistence(unit int, n *plan.Node, zone *time.Location) {
	if n.IsLead || n.Layout.Dated < 0 {
		return
	}
	w := check.Window{Days: n.Layout.Days, Hi: check.Bound{Kind: check.Relative}}
	for _, r := range f.records(n) {
		if r.Dated {
			f.watchWindow(unit, &w, zone, r.When)
		}
	}
}

// watchWindow adds the instants as of which a date may come to be in a window, or outside.
func (f *Follower) watchWindow(unit int, w *check.Window, zone *time.Location, at int64) {
	f.watchEnd(unit, instants.End{Bound: w.Lo, Days: w.Days, Zone: zone}, at)
	f.watchEnd(unit, instants.End{Bound: w.Hi, Days: w.Days, Upper: true, Zone: zone}, at)
}

func (f *Follower) watchEnd(unit int, e instants.End, at int64) {
	if e.Bound.Kind != check.Relative {
		return
	}
	if e.Bound.Steady(e.Days) {
		if at := e.Passes(at); f.from < at && at <= f.to {
			f.events = append(f.events, event{at: at, unit: int32(unit), member: -1})
		}
		return
	}
	key := flipKey{e, at}
	found, ok := f.found[key]
	if !ok {
		found = e.Flips(at, f.from, f.to, nil)
		f.found[key] = found
	}
	for _, at := range found {
		f.events = append(f.events, event{at: at, unit: int32(unit), member: -1})
	}
}

// watchAging begins to watch the age of what a child counts.
func (f *Follower) watchAging(unit int, c *plan.Child) {
	f.units[unit].aging = f.agings.add(unit, c.Checked.Aging, c.Model.Checked.Zone)
	if c.Checked.Aging.Newest {
		return // it is watched when it is counted
	}
	for _, r := range f.records(c.Steps[c.Dated].Node) {
		if r.Dated {
			f.agings.watchDate(f.units[unit].aging, f.from, f.to, r.When)
		}
	}
}

// records returns the records that the lead reaches at a node, whatever as of is.
func (f *Follower) records(n *plan.Node) []*fetch.Record {
	if list, ok := f.reach[n]; ok {
		return list
	}
	var list []*fetch.Record
	switch {
	case n.IsLead:
		list = []*fetch.Record{f.lead.Record}
	case n.Parent == nil:
		list = slices.Collect(f.batch.Roots(n, f.lead))
	default:
		parents := f.records(n.Parent)
		var seen map[*fetch.Record]bool
		if len(parents) > 1 && n.Ref >= 0 {
			seen = map[*fetch.Record]bool{}
		}
		for _, parent := range parents {
			for _, r := range f.batch.Records(n.Need(), fetch.Key(n, parent)) {
				if seen != nil && seen[r] {
					continue
				} else if seen != nil {
					seen[r] = true
				}
				list = append(list, r)
			}
		}
	}
	f.reach[n] = list
	return list
}

// watchSeasons adds the instants as of which a season of a model, or of a part of it,
// begins or ends.
func (f *Follower) watchSeasons(i int) {
	m := f.models[i].plan.Checked
	at := len(f.units)
	f.units = append(f.units, unit{model: i, condition: seasons, aging: -1})
	add := func(w *check.Window) {
		if w == nil {
			return
		}
		if w.Lo.Kind == check.Fixed && f.from < w.Lo.At && w.Lo.At <= f.to {
			f.events = append(f.events, event{at: w.Lo.At, unit: int32(at), member: -1})
		}
		if w.Hi.Kind == check.Fixed && f.from <= w.Hi.At && w.Hi.At < f.to {
			f.events = append(f.events, event{at: w.Hi.At + 1, unit: int32(at), member: -1})
		}
	}
	add(m.Season)
	for c := range m.Conditions {
		add(m.Conditions[c].Season)
	}
	var visit func(parts []check.Part)
	visit = func(parts []check.Part) {
		for _, p := range parts {
			switch p := p.(type) {
			case *check.Group:
				add(p.Season)
				visit(p.Parts)
			case *check.Tiers:
				add(p.Season)
			case *check.Dimension:
				add(p.Season)
				visit(p.Parts)
			}
		}
	}
	visit(m.Parts)
}
