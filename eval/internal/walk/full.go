package walk

import (
	"github.com/leadscore/leadscore/eval/internal/fetch"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A Full is what a cap tells occurrences apart by, where it left some of them out: a
// value, a record or a period. If it has none of them, the value is empty.
type Full struct {
	Value  traverse.Value // as the source gave it
	Record *fetch.Record
	Period string // as [plan.Period.Text] returns it

	Counted, Found points.Count // of its occurrences
	Others         int          // how many others there are, of which some occurrences were left out, too
}

// text returns what orders those of one cap.
func (f *Full) text() string {
	switch {
	case f.Record != nil:
		return f.Record.Entity.Name() + " " + f.Record.ID
	case f.Period != "":
		return f.Period
	}
	return f.Value.String()
}

// Full returns where the cap of a child left most occurrences out. It returns false if
// all of them count. The batch must have been fetched for near misses.
func (w *Walker) Full(c *plan.Child, l *fetch.Lead) (Full, bool) {
	if c.Checked.Cap == nil {
		return Full{}, false
	}
	found := map[value]*Full{}
	routes := w.routes(c, l, 0)
	for i := range routes {
		if w.tick() {
			return Full{}, false
		}
		r := &routes[i]
		x, full := w.fullOf(c, &r.way)
		full.Found = r.routes
		if f, ok := found[x]; ok {
			full.Found = full.Found.Plus(f.Found)
			if f.text() < full.text() {
				full.Value = f.Value // another letter case of it
			}
		}
		found[x] = &full
	}
	most := points.CountOf(c.Checked.Cap.Count)
	var best *Full
	n := 0
	for _, f := range found {
		if !most.Less(f.Found) {
			continue
		}
		n++
		f.Counted = most
		if best == nil || best.Found.Less(f.Found) || !f.Found.Less(best.Found) && f.text() < best.text() {
			best = f
		}
	}
	if best == nil {
		return Full{}, false
	}
	best.Others = n - 1
	return *best, true
}

// fullOf returns what a cap tells a route apart by, and how to show it.
func (w *Walker) fullOf(c *plan.Child, y *way) (value, Full) {
	v := c.Cap
	if v == nil {
		r := y[c.Dated]
		x := periodOf(c, r)
		if x == (value{}) {
			return x, Full{}
		}
		return x, Full{Period: plan.Period{Number: x.number, Offset: x.more}.Text(c.Checked.Cap.Period)}
	}
	x := w.valueOf(v, y)
	if x == (value{}) {
		return x, Full{}
	}
	if v.Field < 0 {
		return x, Full{Record: x.record}
	}
	r := w.follow(v.Hops, y[v.Step])
	return x, Full{Value: r.Given[v.Layout.Place(r.Entity, v.Field)]}
}
