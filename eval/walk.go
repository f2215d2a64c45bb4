package eval

import (
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// walker counts occurrences. It keeps its scratch memory between walks.
type walker struct {
	*batch
	asOfDay int64
	work    int  // records looked at
	stopped bool // the context is done: what is counted does not matter any more
	from    []item
	to      []item
	seen    map[*record]int
}

// An item is a record on a frontier and the number of routes that lead to it.
type item struct {
	record *record
	routes points.Count
}

// model scores one lead with conditions of one model. The score begins with sum.
func (w *walker) model(m *model, conditions []condition, l *lead, sum points.Total) ModelOutcome {
	switch l.kind {
	case parentless:
		return ModelOutcome{Status: NoParent}
	case m.target:
	default:
		return ModelOutcome{Status: NotTargeted}
	}
	w.asOfDay = w.days[m.zone]
	out := ModelOutcome{}
	var contributions []Contribution
	for i := range conditions {
		c := &conditions[i]
		if !w.opts.Explain {
			sum.Add(w.multiplier(c, l), c.award.Points)
			continue
		}
		contribution, multiplier := w.explain(c, l)
		sum.Add(multiplier, c.award.Points)
		contributions = append(contributions, contribution)
	}
	if w.opts.Explain {
		out.Explained = &Explanation{walked: contributions}
	}
	out.Score = sum.Clamp()
	return out
}

func (w *walker) multiplier(c *condition, l *lead) points.Count {
	var m points.Multiplier
	for i := range c.children {
		ch := &c.children[i]
		if holds := m.Add(c.award.Children[i], w.count(ch, l)); !holds {
			return points.Count{} // whatever its siblings count
		}
	}
	return m.Count()
}

// count counts a child's occurrences.
func (w *walker) count(c *child, l *lead) points.Count {
	w.start(&c.steps[0], l)
	for i := range c.steps[1:] {
		w.advance(&c.steps[i+1])
	}
	var n points.Count
	for i := range w.from {
		n = n.Plus(w.from[i].routes)
	}
	return n
}

// start puts the records of a path's root on the frontier.
func (w *walker) start(s *step, l *lead) {
	w.from = w.from[:0]
	one := points.CountOf(1)
	if s.node.lead {
		if w.passes(s, l.record) {
			w.from = append(w.from, item{l.record, one})
		}
		return
	}
	for _, need := range s.node.needs {
		data := w.data[need.index]
		for _, owner := range l.owners {
			for _, r := range data[owner].records {
				if w.tick() {
					return
				}
				if w.exists(s.node.layout, r) && w.passes(s, r) {
					w.from = append(w.from, item{r, one})
				}
			}
		}
	}
}

// advance moves the frontier one hop on. Routes are counted, not walked: a
// record that several of them reach stands on the frontier once.
func (w *walker) advance(s *step) {
	w.to = w.to[:0]
	n := s.node
	data := w.data[n.need().index]
	merge := n.ref >= 0 && len(w.from) > 1
	if merge {
		w.seen = emptied(w.seen)
	}
	for i := range w.from {
		if w.tick() {
			return
		}
		key := n.key(w.from[i].record)
		g, ok := data[key]
		if !ok {
			continue
		}
		for _, r := range g.records {
			if merge {
				if at, ok := w.seen[r]; ok {
					if at >= 0 {
						w.to[at].routes = w.to[at].routes.Plus(w.from[i].routes)
					}
					continue
				}
				w.seen[r] = -1
			}
			if !w.exists(n.layout, r) || !w.passes(s, r) {
				continue
			}
			if merge {
				w.seen[r] = len(w.to)
			}
			w.to = append(w.to, item{r, w.from[i].routes})
		}
	}
	w.from, w.to = w.to, w.from
}

// tick asks now and then whether the context is done, and reports it.
func (w *walker) tick() bool {
	const often = 1 << 12
	if w.work++; w.work%often == 0 && w.ctx.Err() != nil {
		w.stopped = true
	}
	return w.stopped
}

// exists reports whether a record is there as of the scoring instant.
func (w *walker) exists(l *layout, r *record) bool {
	switch {
	case !r.dated:
		return true
	case l.days:
		return r.when <= w.asOfDay
	}
	return r.when <= w.asOf
}

// passes reports whether a record satisfies what the step asks of it.
func (w *walker) passes(s *step, r *record) bool {
	if s.window >= 0 && (!r.dated || !w.bounds[s.window].holds(r.when)) {
		return false
	}
	for i := range s.filters {
		f := &s.filters[i]
		if !f.holds(w.bounds, w.value(f, r)) {
			return false
		}
	}
	return true
}

// value follows a filter's references to its field. Behind a reference that
// reaches nothing every field is empty.
func (w *walker) value(f *filter, r *record) traverse.Value {
	if r = w.follow(f, r); r == nil {
		return traverse.Value{}
	}
	return r.values[f.field]
}

// follow returns the record whose field a filter tests, or nil.
func (w *walker) follow(f *filter, r *record) *record {
	for _, n := range f.hops {
		g, ok := w.data[n.need().index][n.key(r)]
		if !ok || len(g.records) == 0 || !w.exists(n.layout, g.records[0]) {
			return nil
		}
		r = g.records[0]
	}
	return r
}
