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
	// Value is what the field holds instead, as the source gave it, or when the record
	// came to be. It is null for an expression that is made of others.
	Value traverse.Value
	Lost  *Missing // where the references of the expression end before the field, or nil
	// Parts are the comparisons of which an expression is made, in the order of the
	// rule, whether they hold or not.
	Parts []Unmet
}

// A trail is a route, from its last record back to its first, and how much it does
// not satisfy.
type trail struct {
	record *fetch.Record
	way    way // the records that still matter to expressions
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
	all, some map[way]*trail
}

func newTrails() trails { return trails{map[way]*trail{}, map[way]*trail{}} }

func (ts trails) put(t *trail) {
	best := ts.all
	if t.unmet > 0 {
		best = ts.some
	}
	if b, ok := best[t.way]; !ok || t.compare(b) < 0 {
		best[t.way] = t
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
		for _, best := range []map[way]*trail{from.all, from.some} {
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
	for r := range w.batch.Roots(first, l) {
		if w.tick() {
			return false
		}
		w.addTrail(to, ch, 0, r, place, nil)
		place++
	}
	return true
}

// advanceTrails adds what trails of the step before lead to. It returns false once
// the context is done.
func (w *Walker) advanceTrails(to trails, ch *plan.Child, at int, from map[way]*trail) bool {
	n := ch.Steps[at].Node
	for _, t := range from {
		for i, r := range w.batch.Records(n.Need(), fetch.Key(n, t.record)) {
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
		t.unmet, t.when, t.way = before.unmet, before.when, before.way
	}
	t.way[at] = r
	if at == ch.Dated && r.Dated {
		t.when = r.When
	}
	w.unmet(s, &t.way, r, func(*plan.Expr) { t.unmet++ })
	t.way.forget(ch.Steps, at, 0)
	to.put(t)
}

// unmet calls f for each expression of a step that a record does not satisfy, and
// with nil for the date range.
func (w *Walker) unmet(s *plan.Step, route *way, r *fetch.Record, f func(*plan.Expr)) {
	if !w.inWindow(s, r) {
		f(nil)
	}
	for i := range s.Where {
		if e := &s.Where[i]; !w.holds(e, r, route) {
			f(e)
		}
	}
}

// listUnmet lists what is unmet on a trail.
func (w *Walker) listUnmet(ch *plan.Child, t *trail) []Unmet {
	var list []Unmet
	var whole way
	for at, b := len(ch.Steps)-1, t; b != nil; at, b = at-1, b.before {
		whole[at] = b.record
	}
	for at := len(ch.Steps) - 1; t != nil; at, t = at-1, t.before {
		s := &ch.Steps[at]
		w.unmet(s, &whole, t.record, func(e *plan.Expr) {
			u := Unmet{Expr: e, Record: t.record}
			switch {
			case e == nil:
				if t.record.Dated {
					u.Value = t.record.Date(s.Node.Layout)
				}
			case e.Kind == plan.Compare:
				w.look(&u)
			default:
				u.Parts = w.parts(e, &whole, nil)
			}
			list = append(list, u)
		})
	}
	slices.SortFunc(list, func(a, b Unmet) int { return cmp.Compare(a.place(), b.place()) })
	return list
}

// look sets the value of the field that a comparison is about.
func (w *Walker) look(u *Unmet) {
	if r := w.follow(u.Expr.Hops, u.Record); r != nil {
		u.Value = r.Given[u.Expr.Layout.Place(r.Entity, u.Expr.Field)]
	} else {
		u.Lost = w.lost(u.Expr, u.Record)
	}
}

// parts appends the comparisons of which an expression about a route is made.
func (w *Walker) parts(e *plan.Expr, route *way, list []Unmet) []Unmet {
	if e.Kind == plan.Compare {
		u := Unmet{Expr: e, Record: route[e.Step]}
		w.look(&u)
		return append(list, u)
	}
	for i := range e.Terms {
		list = w.parts(&e.Terms[i], route, list)
	}
	return list
}

// place returns where the rules have what is unmet; the date range comes first.
func (u *Unmet) place() int {
	if u.Expr == nil {
		return -1
	}
	return u.Expr.Source.Syntax().At().Start.Offset
}
