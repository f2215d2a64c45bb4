package check

import (
	"fmt"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// reference resolves the field of a comparison.
func (c *checker) reference(ch *dsl.Child, path traverse.Path, cmp *dsl.Comparison) (Comparison, bool) {
	names := cmp.Ref
	for _, n := range names {
		if n.Bad {
			return Comparison{}, false
		}
	}
	last := path.Last()
	out := Comparison{Step: len(path) - 1, Source: cmp}
	if len(names) == 1 {
		return c.finish(ch, path, cmp, out, last.Entity)
	}
	at := last.Entity
	hops := names[:len(names)-1]
	if _, ok := at.Relationship(hops[0].Text); !ok {
		// It is not a relationship of the last entity, so it must be a step of the path.
		step, ok := c.namedStep(path, hops[0])
		if !ok {
			return Comparison{}, false
		}
		out.Step, at = step, path[step].Entity
		hops = hops[1:]
	}
	for _, n := range hops {
		step, err := c.schema.Hop(at, n.Text)
		if err != nil {
			if f, ok := at.Field(n.Text); !ok || f.Type != traverse.NoType {
				d := c.problem(n.Span, CodePath, "%s", err.Summary)
				if len(c.diags) <= maxSuggestions {
					d.Nearest = err.Nearest()
					c.fixName(d, n.Text, at.RelationshipNames())
				}
			}
			return Comparison{}, false
		}
		if step.Via.Many() {
			d := c.problem(n.Span, CodePath, "%s.%s leads to many records: a reference in an expression must lead to one", at.Name(), n.Text)
			switch {
			case slices.ContainsFunc(path, func(s traverse.Step) bool { return s.Name == n.Text }):
				d.Help = fmt.Sprintf("after %s the name means this relationship, not the step of the path", pathText(ch.Path))
			case out.Step == len(path)-1 && len(out.Hops) == 0 && path.Hops() < traverse.MaxHops:
				d.Help = fmt.Sprintf("hop there in the path: %s.%s where %s …", pathText(ch.Path), n, pathText(names[len(names)-1:]))
			}
			return Comparison{}, false
		}
		out.Hops = append(out.Hops, step)
		at = step.Entity
	}
	if total := path.Hops() + len(out.Hops); total > traverse.MaxHops {
		c.problem(dsl.Span{Start: names[0].Start, End: names[len(names)-1].End}, CodeHops,
			"the path takes %s and this reference %s; the limit is %s in all",
			counted(path.Hops(), "hop"), counted(len(out.Hops), "hop"), spelled(traverse.MaxHops)).Help = "use a field that is nearer"
		return Comparison{}, false
	}
	return c.finish(ch, path, cmp, out, at)
}

// namedStep finds the step of the path that a reference begins with.
func (c *checker) namedStep(path traverse.Path, name *dsl.Name) (int, bool) {
	found := -1
	for i, s := range path {
		if s.Name != name.Text {
			continue
		}
		if found >= 0 {
			c.problem(name.Span, CodePath, "two steps of the path are called %s, so it is not clear which one is meant", name.Text)
			return 0, false
		}
		found = i
	}
	if found >= 0 {
		return found, true
	}
	last := path.Last().Entity
	if f, ok := last.Field(name.Text); ok {
		if f.Type != traverse.NoType {
			c.problem(name.Span, CodePath, "%s.%s is a field, not a relationship", last.Name(), name.Text)
		}
		return 0, false
	}
	candidates := slices.Collect(last.RelationshipNames())
	for _, s := range path {
		if !slices.Contains(candidates, s.Name) {
			candidates = append(candidates, s.Name)
		}
	}
	d := c.problem(name.Span, CodePath, "%s is neither a relationship of %s nor a step of the path", name.Text, last.Name())
	if d.Nearest = c.near(name.Text, slices.Values(candidates)); d.Nearest == "" {
		d.Expected = candidates
	}
	if r, ok := last.Relationship(d.Nearest); !ok || !r.Many() { // else it would be an error, too
		c.fixName(d, name.Text, slices.Values(candidates))
	}
	return 0, false
}

// finish resolves the last name of the reference as a field of at.
func (c *checker) finish(ch *dsl.Child, path traverse.Path, cmp *dsl.Comparison, out Comparison, at *traverse.Entity) (Comparison, bool) {
	name := cmp.Ref[len(cmp.Ref)-1]
	field, ok := at.Field(name.Text)
	if ok {
		out.Field = field
		return out, true
	}
	if _, ok := at.Relationship(name.Text); ok {
		d := c.problem(name.Span, CodeType, "%s.%s is a relationship, not a field", at.Name(), name.Text)
		// From the path's last entity a child with a longer path asks the same.
		if out.Step == len(path)-1 && path.Hops()+len(out.Hops) < traverse.MaxHops {
			whole := pathText(ch.Path)
			for _, h := range out.Hops {
				whole += "." + (&dsl.Name{Text: h.Name}).String()
			}
			whole += "." + name.String()
			// With the frequency none the two operators change places.
			missing := (cmp.Op == dsl.IsEmpty) != (ch.Frequency.Kind == dsl.None)
			switch {
			case (cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty) && missing:
				d.Help = fmt.Sprintf("write none %s", whole)
			case cmp.Op == dsl.IsEmpty || cmp.Op == dsl.IsNotEmpty:
				d.Help = fmt.Sprintf("write has %s", whole)
			default:
				d.Help = fmt.Sprintf("name a field after it: %s.…", name)
			}
		}
		return Comparison{}, false
	}
	d := c.problem(name.Span, CodeName, "%s has no field %s", at.Name(), name.Text)
	d.Nearest = c.near(name.Text, at.FieldNames())
	c.fixName(d, name.Text, at.FieldNames())
	if d.Nearest == "" && len(cmp.Ref) == 1 && len(c.diags) <= maxSuggestions {
		c.elsewhere(d, path, name)
	}
	return Comparison{}, false
}

// elsewhere suggests where a field is that the last entity does not have: on a
// record that it refers to, or on another step of the path.
func (c *checker) elsewhere(d *dsl.Diagnostic, path traverse.Path, name *dsl.Name) {
	for r := range path.Last().Entity.Relationships() {
		if to := c.schema.Entity(r.Target); to != nil && !r.Many() && path.Hops() < traverse.MaxHops {
			if _, ok := to.Field(name.Text); ok {
				d.Nearest = (&dsl.Name{Text: r.Name}).String() + "." + name.String()
				return
			}
		}
	}
	for _, s := range path[:len(path)-1] {
		if _, ok := s.Entity.Field(name.Text); ok {
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
	kind := "profile"
	if at.Kind() == traverse.Interaction {
		kind = "interaction"
	}
	d.Help = fmt.Sprintf("declare a field of your own in a schema block: %s %s { %s … }", kind, (&dsl.Name{Text: at.Name()}).String(), name)
}
