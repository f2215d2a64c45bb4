package walk

import (
	"cmp"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// An Occurrence is a record that a child counted, of the step that is dated.
type Occurrence struct {
	Record *fetch.Record
	Time   time.Time    // when it came to be; the zero time if it does not say
	Routes points.Count // how many routes of the path lead through it
}

// Occurrences counts like [Walker.Count] and lists the dated records on the way by
// time, then entity, then id, with the number of routes through each: those that
// lead to it times those that lead on from it.
func (w *Walker) Occurrences(c *plan.Child, l *fetch.Lead) (points.Count, []Occurrence) {
	w.start(c, l)
	for i := 1; i <= c.Dated; i++ {
		w.advance(&c.Steps[i])
	}
	if w.stopped {
		return points.Count{}, nil // the frontier may be that of an earlier step
	}
	layout := c.Steps[c.Dated].Node.Layout
	known := make([]map[*fetch.Record]points.Count, len(c.Steps))
	var n points.Count
	var list []Occurrence
	for _, f := range w.from {
		routes := f.routes.Times(w.onward(c.Steps, c.Dated, f.record, known))
		if routes.IsZero() {
			continue
		}
		n = n.Plus(routes)
		list = append(list, Occurrence{f.record, f.record.Time(layout), routes})
	}
	slices.SortFunc(list, func(a, b Occurrence) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Record.Entity.Name(), b.Record.Entity.Name()), cmp.Compare(a.Record.ID, b.Record.ID))
	})
	return n, list
}

// onward counts the routes from a record at a step to the end of the path. known
// holds what has been counted already, by step.
func (w *Walker) onward(steps []plan.Step, at int, r *fetch.Record, known []map[*fetch.Record]points.Count) points.Count {
	if at == len(steps)-1 {
		return points.CountOf(1)
	}
	if n, ok := known[at][r]; ok {
		return n
	}
	var n points.Count
	next := &steps[at+1]
	for _, r := range w.batch.Records(next.Node.Need(), fetch.Key(next.Node, r)) {
		if w.tick() {
			return points.Count{}
		}
		if w.exists(next.Node.Layout, r) && w.passes(next, r) {
			n = n.Plus(w.onward(steps, at+1, r, known))
		}
	}
	if known[at] == nil {
		known[at] = map[*fetch.Record]points.Count{}
	}
	known[at][r] = n
	return n
}
