package walk

import (
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A way is the records of a route, by step: the last that was reached, and those that
// still matter. The others are nil, so that routes which differ in them alone are
// counted, not walked.
type way [traverse.MaxHops + 1]*fetch.Record

// A route is a way and the number of routes that have it.
type route struct {
	way    way
	routes points.Count
}

// routes returns the routes of a child for a lead, with what a cap, a burst or a decay
// asks of them. also says, as bits, which other steps to keep. The next call overwrites
// the list.
func (w *Walker) routes(c *plan.Child, l *fetch.Lead, also uint) []route {
	w.begin(c)
	s := &c.Steps[0]
	w.ways[0] = w.ways[0][:0]
	if s.Node.IsLead {
		w.enter(s, l.Record)
	} else {
		for r := range w.batch.Roots(s.Node, l) {
			if w.tick() {
				return nil
			}
			if w.exists(s.Node.Layout, r) {
				w.enter(s, r)
			}
		}
	}
	for at := 1; at < len(c.Steps); at++ {
		if !w.extend(c.Steps, at, also) {
			return nil
		}
		w.ways[0], w.ways[1] = w.ways[1], w.ways[0]
	}
	return w.ways[0]
}

// enter adds the route that begins with a record of the root.
func (w *Walker) enter(s *plan.Step, r *fetch.Record) {
	begun := way{r}
	if w.passes(s, r, &begun) {
		w.ways[0] = append(w.ways[0], route{begun, points.CountOf(1)})
	}
}

// extend takes routes one hop on, to a step. It returns false once the context is done.
func (w *Walker) extend(steps []plan.Step, at int, also uint) bool {
	s := &steps[at]
	n := s.Node
	from, to := w.ways[0], w.ways[1][:0]
	merge := n.Ref >= 0 && len(from) > 1
	if merge {
		w.met = fetch.Emptied(w.met)
	}
	for i := range from {
		for _, r := range w.batch.Records(n.Need(), fetch.Key(n, from[i].way[at-1])) {
			if w.tick() {
				return false
			}
			next := from[i].way
			next[at] = r
			if !w.exists(n.Layout, r) || !w.passes(s, r, &next) {
				continue
			}
			next.forget(steps, at, also)
			if merge {
				if j, ok := w.met[next]; ok {
					to[j].routes = to[j].routes.Plus(from[i].routes)
					continue
				}
				w.met[next] = len(to)
			}
			to = append(to, route{next, from[i].routes})
		}
	}
	w.ways[1] = to
	return true
}

// forget drops the records before a step that do not matter after it.
func (y *way) forget(steps []plan.Step, at int, also uint) {
	for t := range at {
		if steps[t].Until <= at && also>>t&1 == 0 {
			y[t] = nil
		}
	}
}
