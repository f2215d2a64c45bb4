package walk

import (
	"cmp"
	"slices"
	"time"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
)

// An Occurrence is a record that a child counted, of the step that is dated.
type Occurrence struct {
	Record *fetch.Record
	Time   time.Time    // when it came to be; the zero time if it does not say
	Routes points.Count // how many routes of the path lead through it
	Age    int          // how many spans old it is, if the child has an Aging and the record a date
}

// Occurrences counts like [Walker.Count] and lists the dated records on the way by
// time, then entity, then id, with the number of routes through each: those that
// lead to it times those that lead on from it. Only what counts is listed: with a cap
// the newest of each value, of a burst the occurrences within its span, and of a child
// that counts the age of the newest occurrence that one.
func (w *Walker) Occurrences(c *plan.Child, l *fetch.Lead) (points.Count, []Occurrence) {
	if c.Kept {
		return w.keptOccurrences(c, l)
	}
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
		list = append(list, Occurrence{Record: f.record, Time: f.record.Time(layout), Routes: routes})
	}
	slices.SortFunc(list, Occurrence.compare)
	f := points.FrequencyOf(c.Checked)
	return f.Of(n), list
}

// keptOccurrences is [Walker.Occurrences] for a child of which more than the number of
// routes matters.
func (w *Walker) keptOccurrences(c *plan.Child, l *fetch.Lead) (points.Count, []Occurrence) {
	tallies := w.tallies(c, l, nil, true)
	slices.SortStableFunc(tallies, newestFirst)
	n := w.counted(c, slices.Clone(tallies))
	switch {
	case c.Aging >= 0 && c.Checked.Aging.Kind == check.Without:
		t := newest(tallies)
		if t == nil {
			return points.Count{}, nil
		}
		at := t.at
		tallies = slices.DeleteFunc(tallies, func(t tally) bool { return t.at != at })
	case c.Checked.Burst != nil:
		tallies = burst(c, tallies)
	default:
		tallies = capped(c, tallies)
	}
	layout := c.Steps[c.Dated].Node.Layout
	known := map[*fetch.Record]int{}
	var list []Occurrence
	for _, t := range tallies {
		if at, ok := known[t.at]; ok {
			list[at].Routes = list[at].Routes.Plus(t.routes)
			continue
		}
		known[t.at] = len(list)
		o := Occurrence{Record: t.at, Time: t.at.Time(layout), Routes: t.routes}
		if c.Aging >= 0 && t.at.Dated {
			o.Age = w.age(c, t.at)
		}
		list = append(list, o)
	}
	slices.SortFunc(list, Occurrence.compare)
	f := points.FrequencyOf(c.Checked)
	return f.Of(n), list
}

// compare orders occurrences by time, then entity, then id.
func (o Occurrence) compare(p Occurrence) int {
	return cmp.Or(o.Time.Compare(p.Time), cmp.Compare(o.Record.Entity.Name(), p.Record.Entity.Name()), cmp.Compare(o.Record.ID, p.Record.ID))
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
		if w.exists(next.Node.Layout, r) && w.passes(next, r, nil) {
			n = n.Plus(w.onward(steps, at+1, r, known))
		}
	}
	if known[at] == nil {
		known[at] = map[*fetch.Record]points.Count{}
	}
	known[at][r] = n
	return n
}
