package check

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// byLead reports whether the model that is being checked scores leads by interactions
// of their own.
func (c *checker) byLead() bool {
	return c.target == dsl.TargetLead || c.target == dsl.TargetLeadWithContact
}

// ofLead reports a path that begins with an interaction of which the model's target
// knows none: it does not say to which lead its records belong.
func (c *checker) ofLead(root *dsl.Name) bool {
	if c.target != dsl.TargetLead {
		return true
	}
	e := c.schema.Entity(root.Text)
	if e == nil || e.Kind() != traverse.Interaction || hasLead(e) {
		return true
	}
	d := c.problem(root.Span, CodePath, "%s has no reference Lead -> Lead, so no record of it belongs to a lead of a model with target lead", root)
	d.Help = fmt.Sprintf("declare it in a schema block, interaction %s { Lead -> Lead }, or write target lead with contact", root)
	if r, ok := e.Relationship(traverse.Lead); ok {
		d.Help = fmt.Sprintf("its Lead leads to %s; write target lead with contact", (&dsl.Name{Text: r.Target}).String())
	} else if _, ok := e.Field(traverse.Lead); ok {
		d.Help = "its Lead is a field; write target lead with contact"
	}
	return false
}

// hasLead reports whether a model with target lead counts records of an interaction: it
// has the reference Lead -> Lead.
func hasLead(e *traverse.Entity) bool {
	r, ok := e.Relationship(traverse.Lead)
	return ok && r == traverse.Relationship{Name: traverse.Lead, Target: traverse.Lead}
}

// givenLead reports whether the first name of a longer reference means the lead at the
// beginning of the path, although the last entity has a reference of that name: nobody
// but the standard schema asked for it, and a model that scores leads by their parents
// keeps its meaning.
func (p place) givenLead(n *dsl.Name) bool {
	return n.Text == traverse.Lead && p.path[0].Name == traverse.Lead && p.path.Last().Entity.LeadGiven()
}
