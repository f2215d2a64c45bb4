package check

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A place is where references are resolved: a child and what its path means.
type place struct {
	model *Model
	child *dsl.Child
	path  traverse.Path
	kinds []*traverse.Entity // of a root of several kinds
	// nested says that the reference is in an expression within another.
	nested bool
}

// within returns the place of an expression within another.
func (p *place) within() *place {
	inner := *p
	inner.nested = true
	return &inner
}

// A use is what a reference is used for.
type use uint8

const (
	inWhere use = iota
	inCap
	inSame // which names no step
)

// A reach is how far the names of a reference before its last one lead.
type reach struct {
	step int             // of the path
	hops []traverse.Step // from there
	at   *traverse.Entity
}

// reference resolves the field of a comparison. It reports a problem and returns false if
// there is no such field.
func (c *checker) reference(p *place, out *Comparison) bool {
	cmp := out.Source
	r, ok := c.reach(p, cmp.Ref, inWhere)
	if !ok || !c.withinHops(p, cmp.Ref, len(r.hops)) {
		return false
	}
	out.Step, out.Hops = r.step, r.hops
	out.Field, ok = c.finish(p, cmp, r)
	return ok
}

// reach resolves the names of a reference before its last one.
func (c *checker) reach(p *place, names []*dsl.Name, what use) (reach, bool) {
	for _, n := range names {
		if n.Bad {
			return reach{}, false
		}
	}
	r := reach{step: len(p.path) - 1, at: p.path.Last().Entity}
	hops := names[:len(names)-1]
	if len(hops) == 0 {
		return r, true
	}
	_, isRelationship := r.at.Relationship(hops[0].Text)
	if what != inSame && (!isRelationship || p.meansLead(hops[0]) || p.givenLead(hops[0])) {
		// It is not a relationship of the last entity, so it must be a step of the path.
		step, ok := c.namedStep(p, hops[0])
		if !ok {
			return reach{}, false
		}
		r.step, r.at = step, p.path[step].Entity
		hops = hops[1:]
	}
	for _, n := range hops {
		step, err := c.schema.Hop(r.at, n.Text)
		if err != nil {
			if d := c.noHop(p, r.at, n, err); d != nil && what == inSame && len(r.hops) == 0 && d.Nearest == "" {
				d.Help = "same begins at the last entity of each path, not at a step"
			}
			return reach{}, false
		}
		if step.Via.Many() {
			c.manyHop(p, r, names, n, what)
			return reach{}, false
		}
		r.hops = append(r.hops, step)
		r.at = step.Entity
	}
	return r, true
}

// meansLead reports whether the first name of a longer reference means the lead that
// is scored, whatever the last entity has (language reference, Target lead).
func (p *place) meansLead(n *dsl.Name) bool {
	t := p.model.Target
	return n.Text == traverse.Lead && p.path[0].Name == traverse.Lead && (t == dsl.TargetLead || t == dsl.TargetLeadWithContact)
}

// withinHops reports whether a path and a reference that takes so many hops are within the
// limit, and a problem if they are not.
func (c *checker) withinHops(p *place, names []*dsl.Name, hops int) bool {
	if p.path.Hops()+hops <= traverse.MaxHops {
		return true
	}
	c.problem(dsl.Span{Start: names[0].Start, End: names[len(names)-1].End}, CodeHops,
		"the path takes %s and this reference %s; the limit is %s in all",
		counted(p.path.Hops(), "hop"), counted(hops, "hop"), spelled(traverse.MaxHops)).Help = "use a field that is nearer"
	return false
}

// noHop reports a name that is not a relationship of at. It returns nil if nothing can
// be added to the problem.
func (c *checker) noHop(p *place, at *traverse.Entity, n *dsl.Name, err *traverse.PathError) *dsl.Diagnostic {
	if f, ok := at.Field(n.Text); ok && f.Type == traverse.NoType || c.uncommon(p.kinds, at, n, CodePath) {
		return nil
	}
	d := c.problem(n.Span, CodePath, "%s", err.Summary)
	if len(c.diags) <= maxSuggestions {
		d.Nearest = err.Nearest()
		c.fixName(d, n.Text, at.RelationshipNames())
	}
	return d
}

// manyHop reports a relationship n among names that leads to many records.
func (c *checker) manyHop(p *place, r reach, names []*dsl.Name, n *dsl.Name, what use) {
	where := "a reference in an expression"
	if what != inWhere {
		where = "a reference"
	}
	d := c.problem(n.Span, CodePath, "%s.%s leads to many records: %s must lead to one", r.at.Name(), n.Text, where)
	switch {
	case slices.ContainsFunc(p.path, func(s traverse.Step) bool { return s.Name == n.Text }):
		d.Help = fmt.Sprintf("after %s the name means this relationship, not the step of the path", pathOf(p.child))
	case what == inWhere && r.step == len(p.path)-1 && len(r.hops) == 0 && p.path.Hops() < traverse.MaxHops:
		d.Help = fmt.Sprintf("hop there in the path: %s.%s where %s …", pathOf(p.child), n, pathText(names[len(names)-1:]))
	}
}

// stepCalled returns the step of the path with a name. It returns known unless there is
// none. If there are two it reports that, and ok is false.
func (c *checker) stepCalled(p *place, name *dsl.Name) (step int, known, ok bool) {
	for i, s := range p.path {
		if s.Name != name.Text {
			continue
		}
		if known {
			c.twoSteps(name)
			return 0, true, false
		}
		step, known = i, true
	}
	return step, known, known
}

// namedStep finds the step of the path that a reference begins with.
func (c *checker) namedStep(p *place, name *dsl.Name) (int, bool) {
	if p.meansLead(name) {
		return 0, true
	}
	if step, known, ok := c.stepCalled(p, name); known {
		return step, ok
	}
	last := p.path.Last().Entity
	if f, ok := last.Field(name.Text); ok {
		if f.Type != traverse.NoType {
			c.problem(name.Span, CodePath, "%s.%s is a field, not a relationship", last.Name(), name.Text)
		}
		return 0, false
	}
	if c.uncommon(p.kinds, last, name, CodePath) {
		return 0, false
	}
	candidates := slices.Collect(last.RelationshipNames())
	for _, s := range p.path {
		if s.Name != "" && !slices.Contains(candidates, s.Name) {
			candidates = append(candidates, s.Name)
		}
	}
	d := c.problem(name.Span, CodePath, "%s is neither a relationship of %s nor a step of the path", name.Text, last.Name())
	if slices.ContainsFunc(p.kinds, func(k *traverse.Entity) bool { return k.Name() == name.Text }) {
		d.Help = "a root of several kinds is no step that can be named"
		return 0, false
	}
	if d.Nearest = c.near(name.Text, slices.Values(candidates)); d.Nearest == "" {
		d.Expected = candidates
	}
	if r, ok := last.Relationship(d.Nearest); !ok || !r.Many() { // else it would be an error, too
		c.fixName(d, name.Text, slices.Values(candidates))
	}
	return 0, false
}

func (c *checker) twoSteps(name *dsl.Name) {
	c.problem(name.Span, CodePath, "two steps of the path are called %s, so it is not clear which one is meant", name.Text)
}

// finish resolves the last name of a comparison's reference as a field.
func (c *checker) finish(p *place, cmp *dsl.Comparison, r reach) (traverse.Field, bool) {
	name := cmp.Ref[len(cmp.Ref)-1]
	at := r.at
	field, ok := at.Field(name.Text)
	if ok {
		return field, true
	}
	if _, ok := at.Relationship(name.Text); ok {
		c.noField(p, cmp, r)
		return traverse.Field{}, false
	}
	if c.uncommon(p.kinds, at, name, CodeName) {
		return traverse.Field{}, false
	}
	d := c.problem(name.Span, CodeName, "%s has no field %s", at.Name(), name.Text)
	d.Nearest = c.near(name.Text, at.FieldNames())
	c.fixName(d, name.Text, at.FieldNames())
	if d.Nearest == "" && len(cmp.Ref) == 1 && len(c.diags) <= maxSuggestions {
		c.elsewhere(d, p.path, name)
	}
	return traverse.Field{}, false
}

// noField reports a comparison whose last name is a relationship.
func (c *checker) noField(p *place, cmp *dsl.Comparison, r reach) {
	name := cmp.Ref[len(cmp.Ref)-1]
	d := c.problem(name.Span, CodeType, "%s.%s is a relationship, not a field", r.at.Name(), name.Text)
	// From the path's last entity a child with a longer path asks the same.
	if r.step != len(p.path)-1 || p.path.Hops()+len(r.hops) >= traverse.MaxHops {
		return
	}
	whole := pathOf(p.child)
	for _, h := range r.hops {
		whole += "." + (&dsl.Name{Text: h.Name}).String()
	}
	whole += "." + name.String()
	// With the frequency none the two operators change places.
	missing := (cmp.Op == dsl.IsEmpty) != (p.child.Frequency.Kind == dsl.None)
	switch {
	case p.nested && (cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty):
		d.Help = fmt.Sprintf("a child asks whether it leads anywhere: has %s or none %s", whole, whole)
	case (cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty) && missing:
		d.Help = fmt.Sprintf("write none %s", whole)
	case cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty:
		d.Help = fmt.Sprintf("write has %s", whole)
	default:
		d.Help = fmt.Sprintf("name a field after it: %s.…", name)
	}
}

// elsewhere suggests where a field is that the last entity does not have: on a
// record that it refers to, or on another step of the path.
func (c *checker) elsewhere(d *dsl.Diagnostic, path traverse.Path, name *dsl.Name) {
	for r := range path.Last().Entity.Relationships() {
		if r.Name == traverse.Lead && path.Last().Entity.LeadGiven() && !c.byLead() {
			continue
		}
		if to := c.schema.Entity(r.Target); to != nil && !r.Many() && path.Hops() < traverse.MaxHops {
			if _, ok := to.Field(name.Text); ok {
				d.Nearest = (&dsl.Name{Text: r.Name}).String() + "." + name.String()
				return
			}
		}
	}
	for _, s := range path[:len(path)-1] {
		if _, ok := s.Entity.Field(name.Text); ok && s.Name != "" {
			d.Nearest = (&dsl.Name{Text: s.Name}).String() + "." + name.String()
			return
		}
	}
	fields := slices.Collect(path.Last().Entity.FieldNames())
	const few = 12
	if len(fields) <= few {
		d.Expected = fields
		return
	}
	at := path.Last().Entity
	if c.schema.Entity(at.Name()) == nil {
		return // it represents several interactions
	}
	kind := "profile"
	if at.Kind() == traverse.Interaction {
		kind = "interaction"
	}
	d.Help = fmt.Sprintf("declare a field of your own in a schema block: %s %s { %s … }", kind, (&dsl.Name{Text: at.Name()}).String(), name)
}
