package plan

import (
	"slices"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/points"
	"github.com/leadscore/leadscore/traverse"
)

// A columnChild is what a child asks of columns.
type columnChild struct {
	owner string             // the reference that leads from each interaction to its owner, or ""
	lead  bool               // it counts the lead, not interactions
	roots []*traverse.Entity // the kinds of interaction
	hops  []traverse.Step    // of the path, all N:1
	// parts are what a record must satisfy one of. No record satisfies two of them, so
	// their counts add up.
	parts []columnPart
	tally *Tally // if more than the number of records matters; without its slot
}

// A columnPart is what a record must satisfy.
type columnPart struct {
	windows []check.Window
	own     []fieldExpr   // about the interaction itself
	profile []profileExpr // about the profile: the lead's or the owner's
}

// A profileExpr is an expression and the hops from the profile's record to the one
// that it is about.
type profileExpr struct {
	hops []traverse.Step
	expr fieldExpr
}

// columnChild returns what a child asks of columns, or false if it needs routes.
func (b *columnBuilder) columnChild(c *check.Child) (columnChild, bool) {
	out := columnChild{owner: b.kind.owner(), hops: c.Path[1:]}
	root := c.Path[0].Entity
	switch {
	case c.Kinds != nil:
		out.roots = c.Kinds
	case root.Name() == traverse.Lead:
		out.lead = true
	case root.Name() == traverse.AnyInteraction:
		for active := range b.schema.Active() {
			if b.kind != EveryLead || Leads(active) {
				out.roots = append(out.roots, active)
			}
		}
	default:
		out.roots = []*traverse.Entity{root}
	}
	if !out.reaches(out.hops) || !out.setTally(c) {
		return out, false
	}
	var windows []check.Window
	if c.Range != nil {
		if out.lead || c.Dated != 0 {
			return out, false
		}
		windows = append(windows, *c.Range)
	}
	products, ok := productsOf(c.Where)
	if !ok {
		return out, false
	}
	for _, p := range products {
		part := columnPart{windows: slices.Clip(windows)}
		for _, e := range p {
			if !out.add(&part, c, e) {
				return out, false
			}
		}
		out.parts = append(out.parts, part)
	}
	return out, true
}

// setTally sets the tally of the child, or returns false if it needs routes.
func (c *columnChild) setTally(child *check.Child) bool {
	switch {
	case !tallied(child):
		return true
	case c.lead: // there is one occurrence at most, so that a cap does nothing
		return child.Burst == nil && child.Aging == nil
	}
	limit, ok := capOf(child, c.owner)
	if ok && (limit.By != TallyAll || child.Burst != nil || child.Aging != nil) {
		c.tally = &Tally{Checked: child, Cap: limit, Aging: -1}
	}
	return ok && (child.Burst == nil && child.Aging == nil || child.Dated == 0)
}

// reaches reports whether hops from the root lead to the same record for all that
// the child counts, whatever as of is.
func (c *columnChild) reaches(hops []traverse.Step) bool {
	for i, h := range hops {
		// A record with a date is reached only if it existed as of the scoring instant.
		if _, dated := h.Entity.Dated(); dated || h.Via.Many() {
			return false
		}
		// One contact or lead owns all interactions; other references differ by record.
		if i == 0 && !c.lead && h.Name != c.owner {
			return false
		}
	}
	return true
}

// add adds an expression of the child to a part, or returns false if it needs routes.
func (c *columnChild) add(part *columnPart, child *check.Child, e fieldExpr) bool {
	hops := slices.Concat(child.Path[1:e.at.Step+1], e.at.Hops)
	if !c.reaches(hops) {
		return false
	}
	switch {
	case c.lead || len(hops) > 0:
		part.profile = append(part.profile, profileExpr{hops, e})
	case IsTime(e.at.Field.Type):
		// Of the times of an interaction only its Timestamp lies in the columns that
		// are scanned.
		w, ok := e.at.Predicate.(check.InWindow)
		if !ok || e.not || e.at.Field.Name != traverse.Timestamp {
			return false
		}
		part.windows = append(part.windows, w.Window)
	default:
		part.own = append(part.own, e)
	}
	return true
}

// alone reports whether the child has one count, not several that are added up.
func (c *columnChild) alone() bool {
	return len(c.parts) == 1 && (c.lead || len(c.roots) == 1)
}

// usable reports whether an award for the child is the sum of those for its measures: it
// has one alone, or each occurrence counts.
func (c *columnChild) usable(award *points.Single) bool {
	return c.tally == nil && (award.Min == 0 || c.alone())
}

// columnChildren returns what the children of a condition ask of columns, or false if one
// of them needs routes.
func (b *columnBuilder) columnChildren(c *check.Condition) ([]columnChild, bool) {
	children := make([]columnChild, len(c.Children))
	for i := range c.Children {
		var ok bool
		if children[i], ok = b.columnChild(&c.Children[i]); !ok {
			return nil, false
		}
	}
	return children, true
}
