package plan

import (
	"slices"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// A columnChild is what a child asks of columns.
type columnChild struct {
	lead    bool               // it counts the lead, not interactions
	roots   []*traverse.Entity // the kinds of interaction
	hops    []traverse.Step    // of the path, all N:1
	windows []check.Window
	own     []*check.Comparison // about the interaction itself
	profile []profileExpr       // about the profile: the lead's or the owner's
}

// A profileExpr is an expression and the hops from the profile's record to the one
// that it is about.
type profileExpr struct {
	hops []traverse.Step
	expr *check.Comparison
}

// columnChildOf returns what a child asks of columns, or false if it needs routes.
func columnChildOf(c *check.Child, schema *traverse.Schema) (columnChild, bool) {
	if c.Kinds != nil || c.Burst != nil || c.Cap != nil || c.Aging != nil {
		return columnChild{}, false
	}
	out := columnChild{hops: c.Path[1:]}
	root := c.Path[0].Entity
	switch {
	case root.Name() == traverse.Lead:
		out.lead = true
	case root.Name() == traverse.AnyInteraction:
		out.roots = slices.Collect(schema.Active())
	default:
		out.roots = []*traverse.Entity{root}
	}
	if !out.reaches(out.hops) {
		return out, false
	}
	if c.Range != nil {
		if out.lead || c.Dated != 0 {
			return out, false
		}
		out.windows = append(out.windows, *c.Range)
	}
	for _, e := range c.Where {
		one, ok := e.(*check.Comparison)
		if !ok || !out.add(c, one) {
			return out, false
		}
	}
	return out, true
}

// reaches reports whether hops from the root lead to the same record for all that
// the child counts, whatever as of is.
func (c *columnChild) reaches(hops []traverse.Step) bool {
	for i, h := range hops {
		// A record with a date is reached only if it existed as of the scoring instant.
		if _, dated := h.Entity.Dated(); dated || h.Via.Many() {
			return false
		}
		// One contact owns all interactions; other references differ by record.
		if i == 0 && !c.lead && h.Name != traverse.Contact {
			return false
		}
	}
	return true
}

// add adds an expression of the child, or returns false if it needs routes.
func (c *columnChild) add(child *check.Child, e *check.Comparison) bool {
	hops := slices.Concat(child.Path[1:e.Step+1], e.Hops)
	if !c.reaches(hops) {
		return false
	}
	switch {
	case c.lead || len(hops) > 0:
		c.profile = append(c.profile, profileExpr{hops, e})
	case IsTime(e.Field.Type):
		// Of the times of an interaction only its Timestamp lies in the columns that
		// are scanned.
		w, ok := e.Predicate.(check.InWindow)
		if !ok || e.Field.Name != traverse.Timestamp {
			return false
		}
		c.windows = append(c.windows, w.Window)
	default:
		c.own = append(c.own, e)
	}
	return true
}
