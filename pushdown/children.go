package pushdown

import (
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// count returns what a child counts, in the row of a lead: see award.Counts.
func (c *scope) count(lead record, ch *check.Child) *scalar.Expr {
	switch {
	case ch.Aging != nil && ch.Aging.Newest:
		newest := c.newest(lead, ch)
		return c.weightOf(ch.Aging, date{ticks: newest, days: ch.Aging.Span.Days})
	case ch.Burst != nil, ch.Cap != nil:
		return c.apart(lead, ch)
	}
	w := &walk{c, ch, ch.Aging != nil}
	t := c.testOf(ch)
	kinds := c.rootKinds(ch)
	if ch.Path[0].Name == leadRoot {
		return w.weight(lead, 0, t)
	}
	list := make([]*scalar.Expr, len(kinds))
	for i, e := range kinds {
		list[i] = c.ofLead(lead, e, false, func(r record) *scalar.Expr { return w.weight(r, 0, t) })
	}
	return c.Add(list...)
}

// newest returns the date of the newest occurrence of a child in ticks, or null.
func (c *scope) newest(lead record, ch *check.Child) *scalar.Expr {
	if ch.Path[0].Name == leadRoot {
		return c.newestOnPath(lead, ch)
	}
	// The first interaction of the path has the date: its root.
	w := &walk{c, ch, false}
	t := c.testOf(ch)
	list := []*scalar.Expr{}
	for _, e := range c.rootKinds(ch) {
		list = append(list, c.ofLead(lead, e, true, func(r record) *scalar.Expr {
			weight := w.weight(r, 0, t)
			condition := counted(c.lowering, weight)
			if condition == nil {
				condition = c.More(weight, c.Whole(0))
			}
			return c.only(condition, r.dateOf().ticks)
		}))
	}
	return c.mostOf(list)
}
