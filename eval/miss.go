package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// An Unmet says what kept a route from counting: the date range or an expression
// of the child, and the record that does not satisfy it.
type Unmet struct {
	Rule   string `json:"rule"` // in the rule language, such as `City = "Chicago"` or `within last 30 days`
	Entity string `json:"entity"`
	ID     string `json:"id"`
	Value  string `json:"value"` // what the field holds instead, or when the record came to be; "" if it is empty
}

// String says the rule, the record, and what it has instead.
func (u Unmet) String() string {
	value := u.Value
	if value == "" {
		value = "nothing"
	}
	return fmt.Sprintf("%s: %s %s has %s", u.Rule, u.Entity, u.ID, value)
}

// A trail is a route, back to its first record, with what it does not satisfy.
type trail struct {
	record *record
	before *trail
	unmet  int   // date range and expressions, up to here
	when   int64 // the date of the step that a date range speaks of
	place  int   // of the record among those of its key, or among all roots
}

// order puts those first that satisfy more, then the newest, then by ids: the
// answer must not depend on the order in which a source hands records over,
// unless they have no ids.
func (t *trail) order(o *trail) int {
	return cmp.Or(cmp.Compare(t.unmet, o.unmet), cmp.Compare(o.when, t.when), t.orderIDs(o))
}

func (t *trail) orderIDs(o *trail) int {
	if t == nil || t == o {
		return 0
	}
	return cmp.Or(t.before.orderIDs(o.before), cmp.Compare(t.record.entity.Name(), o.record.entity.Name()), cmp.Compare(t.record.id, o.record.id), cmp.Compare(t.place, o.place))
}

// trails are the best ones to the records of a step. Those that satisfy all so far
// are apart: they may count, and one that does is no miss.
type trails struct {
	all, some map[*record]*trail
}

func newTrails() trails { return trails{map[*record]*trail{}, map[*record]*trail{}} }

func (ts trails) put(t *trail) {
	best := ts.all
	if t.unmet > 0 {
		best = ts.some
	}
	if b, ok := best[t.record]; !ok || t.order(b) < 0 {
		best[t.record] = t
	}
}

// nearest returns what is unmet on the route that comes nearest to counting and
// does not count, or nil if there is none: that which fails least.
func (w *walker) nearest(ch *child, l *lead) []Unmet {
	from := newTrails()
	add := func(to trails, at int, r *record, place int, before *trail) {
		s := &ch.steps[at]
		if !s.node.lead && !w.exists(s.node.layout, r) {
			return
		}
		t := &trail{record: r, place: place, before: before, when: math.MinInt64}
		if before != nil {
			t.unmet, t.when = before.unmet, before.when
		}
		if at == ch.dated && r.dated {
			t.when = r.when
		}
		w.unmet(s, r, func(*filter) { t.unmet++ })
		to.put(t)
	}
	if first := ch.steps[0].node; first.lead {
		add(from, 0, l.record, 0, nil)
	} else {
		place := 0
		for _, need := range first.needs {
			for _, owner := range l.owners {
				for _, r := range w.data[need.index][owner].records {
					if w.tick() {
						return nil
					}
					add(from, 0, r, place, nil)
					place++
				}
			}
		}
	}
	for at := 1; at < len(ch.steps); at++ {
		to, n := newTrails(), ch.steps[at].node
		for _, best := range []map[*record]*trail{from.all, from.some} {
			for r, t := range best {
				g, ok := w.data[n.need().index][n.key(r)]
				if !ok {
					continue
				}
				for i, r := range g.records {
					if w.tick() {
						return nil
					}
					add(to, at, r, i, t)
				}
			}
		}
		from = to
	}
	var nearest *trail
	for _, t := range from.some {
		if nearest == nil || t.order(nearest) < 0 {
			nearest = t
		}
	}
	return w.list(ch, nearest)
}

// unmet calls f for each filter of a step that a record does not satisfy, and with
// nil for the date range.
func (w *walker) unmet(s *step, r *record, f func(*filter)) {
	if s.window >= 0 && (!r.dated || !w.bounds[s.window].holds(r.when)) {
		f(nil)
	}
	for i := range s.filters {
		if t := &s.filters[i]; !t.holds(w.bounds, w.value(t, r)) {
			f(t)
		}
	}
}

// list spells what is unmet on a trail: the date range, then expressions in the
// order of the rule.
func (w *walker) list(ch *child, t *trail) []Unmet {
	type found struct {
		place int // in the rules; -1 for the date range
		Unmet
	}
	var all []found
	for at := len(ch.steps) - 1; t != nil; at, t = at-1, t.before {
		s := &ch.steps[at]
		w.unmet(s, t.record, func(f *filter) {
			u := Unmet{Entity: t.record.entity.Name(), ID: t.record.id}
			if f == nil {
				u.Rule = ch.Source.Range.String()
				if t.record.dated {
					u.Value = t.record.values[s.node.layout.dated].String()
				}
				all = append(all, found{-1, u})
				return
			}
			u.Rule = f.expr.Source.String()
			if v := w.shown(f, t.record); !v.IsEmpty() {
				u.Value = v.String()
			}
			all = append(all, found{f.expr.Source.Start.Offset, u})
		})
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.place, b.place) })
	var list []Unmet
	for _, f := range all {
		list = append(list, f.Unmet)
	}
	return list
}

// shown is value as the source gave it, with its letter case.
func (w *walker) shown(f *filter, r *record) traverse.Value {
	if r = w.follow(f, r); r == nil {
		return traverse.Value{}
	}
	return r.given[f.field]
}
