// Package walk counts routes: it takes the path of a child through the records of
// a batch, step by step. It answers what columns cannot: paths that fan out, the
// records that a child counted, and how near it came to counting.
package walk

import (
	"context"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A Walker counts occurrences in one batch. It keeps its memory from walk to walk
// and belongs to one goroutine. The zero Walker is ready for [Walker.Begin].
type Walker struct {
	ctx     context.Context
	batch   *fetch.Batch
	asOfDay int64 // in the zone of the model at hand
	work    int   // records looked at, and pieces of long text, since the last look at ctx
	stopped bool  // ctx is done: what is counted does not matter any more
	from    []frontier
	to      []frontier
	seen    map[*fetch.Record]int
	ways    [2][]route // of the step before, of the step at hand
	met     map[way]int
}

// A frontier is a record that a walk has reached, and the number of routes to it.
type frontier struct {
	record *fetch.Record
	routes points.Count
}

// Begin makes the walker count in a batch. Once ctx is done, counts mean nothing.
func (w *Walker) Begin(ctx context.Context, b *fetch.Batch) {
	*w = Walker{ctx: ctx, batch: b, from: w.from, to: w.to, seen: w.seen, ways: w.ways, met: w.met}
}

// End drops the batch and its records, and keeps the walker's memory unless it has
// grown large.
func (w *Walker) End() {
	*w = Walker{
		from: emptied(w.from), to: emptied(w.to), seen: fetch.Emptied(w.seen),
		ways: [2][]route{emptied(w.ways[0]), emptied(w.ways[1])}, met: fetch.Emptied(w.met),
	}
}

func emptied[T any](list []T) []T {
	if cap(list) > fetch.MaxKept {
		return nil
	}
	clear(list[:cap(list)])
	return list[:0]
}

// begin makes the walker count for a child: the time zone of its model decides
// which day it is.
func (w *Walker) begin(c *plan.Child) { w.asOfDay = w.batch.Instant.Days[c.Model.Zone] }

// Multiplier returns how often a condition's points count for a lead. It stops at
// the first child that does not hold.
func (w *Walker) Multiplier(c *plan.Condition, l *fetch.Lead) points.Count {
	var m points.Multiplier
	for i := range c.Children {
		if holds := m.Add(c.Award.Children[i], w.Count(&c.Children[i], l)); !holds {
			return points.Count{} // whatever its siblings count
		}
	}
	return m.Count()
}

// Count returns what a child counts for a lead: occurrences, with a cap those that
// count, the greatest number of them in a burst, whole Ns of them for every N, or how
// many whole spans old the newest is.
func (w *Walker) Count(c *plan.Child, l *fetch.Lead) points.Count {
	if c.Kept {
		return w.countKept(c, l)
	}
	f := points.FrequencyOf(c.Checked)
	return f.Of(w.countAll(c, l))
}

// countAll counts a child's occurrences for a lead.
func (w *Walker) countAll(c *plan.Child, l *fetch.Lead) points.Count {
	w.start(c, l)
	for i := range c.Steps[1:] {
		w.advance(&c.Steps[i+1])
	}
	var n points.Count
	for i := range w.from {
		n = n.Plus(w.from[i].routes)
	}
	return n
}

// Passing returns the records of the root of a child, whose path is that root alone, that
// are those of a lead and satisfy the expressions of the child.
func (w *Walker) Passing(c *plan.Child, l *fetch.Lead) []*fetch.Record {
	w.start(c, l)
	list := make([]*fetch.Record, len(w.from))
	for i := range w.from {
		list[i] = w.from[i].record
	}
	return list
}

// start puts the records of a path's root on the frontier.
func (w *Walker) start(c *plan.Child, l *fetch.Lead) {
	w.begin(c)
	w.from = w.from[:0]
	s := &c.Steps[0]
	one := points.CountOf(1)
	if s.Node.IsLead {
		if w.passes(s, l.Record, nil) {
			w.from = append(w.from, frontier{l.Record, one})
		}
		return
	}
	for r := range w.batch.Roots(s.Node, l) {
		if w.tick() {
			return
		}
		if w.exists(s.Node.Layout, r) && w.passes(s, r, nil) {
			w.from = append(w.from, frontier{r, one})
		}
	}
}

// advance moves the frontier one hop on. Routes are counted, not walked: a record
// that several routes reach is on the frontier once.
func (w *Walker) advance(s *plan.Step) {
	if w.stopped {
		return // the frontier may be that of an earlier step
	}
	w.to = w.to[:0]
	n := s.Node
	merge := n.Ref >= 0 && len(w.from) > 1
	if merge {
		w.seen = fetch.Emptied(w.seen)
	}
	for i := range w.from {
		for _, r := range w.batch.Records(n.Need(), fetch.Key(n, w.from[i].record)) {
			if w.tick() {
				return
			}
			if merge {
				if at, ok := w.seen[r]; ok {
					if at >= 0 {
						w.to[at].routes = w.to[at].routes.Plus(w.from[i].routes)
					}
					continue
				}
				w.seen[r] = -1
			}
			if !w.exists(n.Layout, r) || !w.passes(s, r, nil) {
				continue
			}
			if merge {
				w.seen[r] = len(w.to)
			}
			w.to = append(w.to, frontier{r, w.from[i].routes})
		}
	}
	w.from, w.to = w.to, w.from
}

// tick asks now and then whether the context is done, and reports it.
func (w *Walker) tick() bool { return w.spend(1) }

// spend is tick for what takes as long as n records.
func (w *Walker) spend(n int) bool {
	const often = 1 << 12
	if w.work += n; w.work >= often {
		w.work = 0
		w.stopped = w.stopped || w.ctx.Err() != nil
	}
	return w.stopped
}

// exists reports whether a record exists as of the scoring instant.
func (w *Walker) exists(l *plan.Layout, r *fetch.Record) bool {
	switch {
	case !r.Dated:
		return true
	case l.Days:
		return r.When <= w.asOfDay
	}
	return r.When <= w.batch.Instant.Micros
}

// passes reports whether a record satisfies what the step asks of it. before are the
// records of the route to it that are kept, or nil if no expression is about them.
func (w *Walker) passes(s *plan.Step, r *fetch.Record, before *way) bool {
	if !w.inWindow(s, r) {
		return false
	}
	for i := range s.Where {
		if !w.holds(&s.Where[i], r, before) {
			return false
		}
	}
	return true
}

// Satisfies reports whether a record satisfies the expressions of a step, which are about no
// other, whatever its date is.
func (w *Walker) Satisfies(s *plan.Step, r *fetch.Record) bool {
	for i := range s.Where {
		if !w.holds(&s.Where[i], r, nil) {
			return false
		}
	}
	return true
}

// inWindow reports whether a record lies in the date range of a step.
func (w *Walker) inWindow(s *plan.Step, r *fetch.Record) bool {
	return s.Window < 0 || r.Dated && w.batch.Instant.Bounds[s.Window].Holds(r.When)
}

// holds reports whether a record satisfies an expression; if it is about several
// steps, whether the records of a route do.
func (w *Walker) holds(e *plan.Expr, r *fetch.Record, route *way) bool {
	switch e.Kind {
	case plan.Compare:
		if route != nil {
			r = route[e.Step]
		}
		return w.compares(e, r)
	case plan.AllOf:
		for i := range e.Terms {
			if !w.holds(&e.Terms[i], r, route) {
				return false
			}
		}
		return true
	}
	for i := range e.Terms {
		if w.holds(&e.Terms[i], r, route) {
			return e.Kind == plan.AnyOf
		}
	}
	return e.Kind == plan.NoneOf
}

// compares reports whether a record satisfies a comparison. After a reference that
// reaches nothing every field is empty.
func (w *Walker) compares(e *plan.Expr, r *fetch.Record) bool {
	var v traverse.Value
	if r = w.follow(e.Hops, r); r != nil {
		v = r.Values[e.Layout.Place(r.Entity, e.Field)]
	}
	if v.Kind() == traverse.KindText {
		const piece = 256 // bytes that are searched in the time that a record takes
		if n := len(v.Text()) / piece; n > 0 && w.spend(n) {
			return false
		}
	}
	return e.Holds(w.batch.Instant.Bounds, v)
}

// follow returns the record to which references lead, or nil.
func (w *Walker) follow(hops []*plan.Node, r *fetch.Record) *fetch.Record {
	for _, n := range hops {
		records := w.batch.Records(n.Need(), fetch.Key(n, r))
		if len(records) == 0 || !w.exists(n.Layout, records[0]) {
			return nil
		}
		r = records[0]
	}
	return r
}
