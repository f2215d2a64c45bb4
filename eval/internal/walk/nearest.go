package walk

import (
	"cmp"
	"math"
	"slices"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// An Unmet is the date range or an expression of a child that a record does not
// satisfy.
type Unmet struct {
	Expr   *plan.Expr // nil for the date range
	Record *fetch.Record
	Value  traverse.Value // what the field holds instead, as the source gave it, or when the record came to be
	Lost   *Missing       // where the references of the expression end before the field, or nil
}

// A trail is a route, from its last record back to its first, and how much it does
// not satisfy.
type trail struct {
	record *fetch.Record
	before *trail
	unmet  int   // date range and expressions, up to here
	when   int64 // the date of the step that a date range is about
	place  int   // of the record among those of its key, or among all roots
}

// compare orders trails: first those that satisfy more, then the newest, then by
// ids. The answer must not depend on the order in which a source gives records,
// unless they have no ids.
func (t *trail) compare(o *trail) int {
	return cmp.Or(cmp.Compare(t.unmet, o.unmet), cmp.Compare(o.when, t.when), t.compareIDs(o))
}

func (t *trail) compareIDs(o *trail) int {
	if t == nil || t == o {
		return 0
	}
	return cmp.Or(t.before.compareIDs(o.before), cmp.Compare(t.record.Entity.Name(), o.record.Entity.Name()),
		cmp.Compare(t.record.ID, o.record.ID), cmp.Compare(t.place, o.place))
}

// trails are the best ones to the records of a step. Those that satisfy all so far
// are apart: they may count, and one that counts is not a near miss.
type trails struct {
	all, some map[*fetch.Record]*trail
}

func newTrails() trails { return trails{map[*fetch.Record]*trail{}, map[*fetch.Record]*trail{}} }

func (ts trails) put(t *trail) {
	best := ts.all
	if t.unmet > 0 {
		best = ts.some
	}
	if b, ok := best[t.record]; !ok || t.compare(b) < 0 {
		best[t.record] = t
	}
}

// Nearest returns what is unmet on the route that comes nearest to counting and
// does not count: the one that fails least. It returns nil if there is none. The
// date range comes first, then expressions in the order of the rule. The batch
// must have been fetched for near misses.
func (w *Walker) Nearest(ch *plan.Child, l *fetch.Lead) []Unmet {
	from := newTrails()
	if !w.startTrails(from, ch, l) {
		return nil
	}
	for at := 1; at < len(ch.Steps); at++ {
		to := newTrails()
		for _, best := range []map[*fetch.Record]*trail{from.all, from.some} {
			if !w.advanceTrails(to, ch, at, best) {
				return nil
			}
		}
		from = to
	}
	var nearest *trail
	for _, t := range from.some {
		if nearest == nil || t.compare(nearest) < 0 {
			nearest = t
		}
	}
	return w.listUnmet(ch, nearest)
}

// startTrails adds the records of a path's root. It returns false once the
// context is done.
func (w *Walker) startTrails(to trails, ch *plan.Child, l *fetch.Lead) bool {
	w.begin(ch)
	first := ch.Steps[0].Node
	if first.IsLead {
		w.addTrail(to, ch, 0, l.Record, 0, nil)
		return true
	}
	place := 0
	for _, need := range first.Needs {
		for _, owner := range l.Owners {
			for _, r := range w.batch.Records(need, owner) {
				if w.tick() {
					return false
				}
				w.addTrail(to, ch, 0, r, place, nil)
				place++
			}
		}
	}
	return true
}

// advanceTrails adds what trails of the step before lead to. It returns false once
// the context is done.
func (w *Walker) advanceTrails(to trails, ch *plan.Child, at int, from map[*fetch.Record]*trail) bool {
	n := ch.Steps[at].Node
	for r, t := range from {
		for i, r := range w.batch.Records(n.Need(), fetch.Key(n, r)) {
			if w.tick() {
				return false
			}
			w.addTrail(to, ch, at, r, i, t)
		}
	}
	return true
}

// addTrail adds the trail that goes from before to a record of a step, if the
// record exists.
func (w *Walker) addTrail(to trails, ch *plan.Child, at int, r *fetch.Record, place int, before *trail) {
	s := &ch.Steps[at]
	if !s.Node.IsLead && !w.exists(s.Node.Layout, r) {
		return
	}
	t := &trail{record: r, place: place, before: before, when: math.MinInt64}
	if before != nil {
		t.unmet, t.when = before.unmet, before.when
	}
	if at == ch.Dated && r.Dated {
		t.when = r.When
	}
	w.unmet(s, r, func(*plan.Expr) { t.unmet++ })
	to.put(t)
}

// unmet calls f for each expression of a step that a record does not satisfy, and
// with nil for the date range.
func (w *Walker) unmet(s *plan.Step, r *fetch.Record, f func(*plan.Expr)) {
	if !w.inWindow(s, r) {
		f(nil)
	}
	for i := range s.Where {
		if e := &s.Where[i]; !w.holds(e, r) {
			f(e)
		}
	}
}

// listUnmet lists what is unmet on a trail.
func (w *Walker) listUnmet(ch *plan.Child, t *trail) []Unmet {
	var list []Unmet
	for at := len(ch.Steps) - 1; t != nil; at, t = at-1, t.before {
		s := &ch.Steps[at]
		w.unmet(s, t.record, func(e *plan.Expr) {
			u := Unmet{Expr: e, Record: t.record}
			if e == nil {
				if t.record.Dated {
					u.Value = t.record.Values[s.Node.Layout.Dated]
				}
			} else if r := w.follow(e, t.record); r != nil {
				u.Value = r.Given[e.Field]
			} else {
				u.Lost = w.lost(e, t.record)
			}
			list = append(list, u)
		})
	}
	slices.SortFunc(list, func(a, b Unmet) int { return cmp.Compare(a.place(), b.place()) })
	return list
}

// place returns where the rules have what is unmet; the date range comes first.
func (u *Unmet) place() int {
	if u.Expr == nil {
		return -1
	}
	return u.Expr.Checked.Source.Start.Offset
}
