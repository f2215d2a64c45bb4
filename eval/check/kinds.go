package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// pathOfKinds resolves a path whose root is several kinds of interaction, and returns
// these kinds. If it cannot, it reports why and returns a nil path.
func (c *checker) pathOfKinds(ch *dsl.Child) (traverse.Path, []*traverse.Entity) {
	names := append([]*dsl.Name{ch.Path[0]}, ch.Or...)
	kinds := make([]*traverse.Entity, 0, len(names))
	sound := true
	for i, n := range names {
		if n.Bad {
			sound = false
			continue
		}
		kind := c.schema.Entity(n.Text)
		switch {
		case n.Text == traverse.AnyInteraction:
			d := c.problem(n.Span, CodeKinds, "Interaction is any interaction that is not passive, so it cannot be beside others")
			d.Help = "write Interaction alone, or leave it out"
		case kind == nil:
			d := c.problem(n.Span, CodeName, "unknown entity %s", n.Text)
			if d.Nearest = c.near(n.Text, c.interactions()); d.Nearest != "" {
				c.fixName(d, n.Text, c.interactions())
			}
		case kind.Kind() != traverse.Interaction:
			d := c.problem(n.Span, CodeKinds, "%s is not an interaction: only interactions can have or between them", n)
			d.Help = "write two children in any of { … }"
		case slices.Contains(kinds, kind):
			d := c.problem(n.Span, CodeKinds, "%s is named twice", n)
			d.Help = "leave it out"
			d.ReplaceAt(dsl.Span{Start: names[i-1].End, End: n.End}, "")
		case !c.ofLead(n): // which it has reported
		default:
			kinds = append(kinds, kind)
			continue
		}
		sound = false
	}
	for _, n := range ch.Path[1:] {
		sound = sound && !n.Bad
	}
	if !sound {
		return nil, nil
	}
	path := make(traverse.Path, 1, len(ch.Path))
	path[0] = traverse.Step{Entity: c.common(kinds)}
	for i, n := range ch.Path[1:] {
		step, err := c.schema.Hop(path.Last().Entity, n.Text)
		if err != nil {
			at := path.Last().Entity
			if d := c.noHop(&place{child: ch, path: path, kinds: kinds}, at, n, err); d != nil {
				if _, isField := at.Field(n.Text); isField && i == len(ch.Path)-2 {
					whole := pathOf(&dsl.Child{Path: ch.Path[:i+1], Or: ch.Or})
					d.Help = fmt.Sprintf("test it after where: %s where %s …", whole, n)
				}
			}
			return nil, nil
		}
		path = append(path, step)
	}
	if !c.pathWithinHops(ch.Path) {
		return nil, nil
	}
	return path, kinds
}

// interactions yields the names of the interactions of the schema.
func (c *checker) interactions() func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for e := range c.schema.Entities() {
			if e.Kind() == traverse.Interaction && !yield(e.Name()) {
				return
			}
		}
	}
}

// common returns the entity that represents several kinds: the same for the same ones
// in the same order.
func (c *checker) common(kinds []*traverse.Entity) *traverse.Entity {
	var key strings.Builder
	for _, k := range kinds {
		key.WriteString(k.Name())
		key.WriteByte('`') // which no name has
	}
	e, ok := c.commons[key.String()]
	if !ok {
		if c.commons == nil {
			c.commons = map[string]*traverse.Entity{}
		}
		e = traverse.Common(kinds...)
		c.commons[key.String()] = e
	}
	return e
}

// uncommon reports a name that at, which represents several kinds, does not have since
// not all of them have it, or not as the same. It returns false, and reports nothing,
// if at is something else, or if it or none of the kinds has the name.
func (c *checker) uncommon(kinds []*traverse.Entity, at *traverse.Entity, name *dsl.Name, code dsl.Code) bool {
	if kinds == nil || at != c.common(kinds) || memberForm(at, name.Text) != "" {
		return false
	}
	var has, lacks []string
	var forms []string // of those that have it
	for _, k := range kinds {
		form := memberForm(k, name.Text)
		if form == "" {
			lacks = append(lacks, k.Name())
			continue
		}
		has, forms = append(has, k.Name()), append(forms, form)
	}
	if len(has) == 0 {
		return false
	}
	const help = "after several kinds, use what all of them have in common, or write a child for each of them in any of { … }"
	if len(lacks) > 0 {
		verb := "has"
		if len(lacks) > 1 {
			verb = "have"
		}
		d := c.problem(name.Span, code, "%s %s no %s, and %s has", list(lacks), verb, name, has[0])
		d.Help = help
		return true
	}
	for i, form := range forms {
		if form != forms[0] {
			c.problem(name.Span, code, "%s.%s %s, and %s.%s %s", has[0], name, forms[0], has[i], name, form).Help = help
			return true
		}
	}
	f, ok := kinds[0].Field(name.Text)
	switch {
	case ok && f.Type == traverse.NoType:
	case ok:
		c.problem(name.Span, code, "%s lists other values in %s than in %s", name, list(has[1:]), has[0]).Help = help
	default:
		c.problem(name.Span, code, "%s leads back by another reference in %s than in %s", name, list(has[1:]), has[0]).Help = help
	}
	return true
}

// list joins names as in a sentence: A, B and C.
func list(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// memberForm says for a message what a member of an entity is, or "" if there is none.
func memberForm(e *traverse.Entity, name string) string {
	if f, ok := e.Field(name); ok {
		return fieldForm(f)
	}
	r, ok := e.Relationship(name)
	switch {
	case !ok:
		return ""
	case r.Many():
		return fmt.Sprintf("leads to many of %s", r.Target)
	}
	return "leads to " + r.Target
}

// fieldForm says for a message what a field is, apart from the values that it lists.
func fieldForm(f traverse.Field) string {
	form := "is " + f.Type.Noun()
	if f.Exact {
		form += " and exact"
	}
	if f.Derived != traverse.Stored {
		form += " and " + f.Derived.String()
	}
	return form
}
