package check

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

// path resolves a child's path. If it cannot, it reports why and returns nil.
func (c *checker) path(names []*dsl.Name) traverse.Path {
	texts := make([]string, len(names))
	for i, n := range names {
		if n.Bad {
			return nil
		}
		texts[i] = n.Text
	}
	path, err := c.schema.Path(texts...)
	if bad, ok := errors.AsType[*traverse.PathError](err); ok {
		if c.undeclared(texts[:bad.Index], texts[bad.Index]) {
			return nil
		}
		code := CodePath
		if bad.Index == 0 {
			code = CodeName
		}
		d := c.problem(names[bad.Index].Span, code, "%s", bad.Summary)
		if len(c.diags) <= maxSuggestions {
			d.Nearest = bad.Nearest()
			c.fixName(d, texts[bad.Index], c.stops(texts[:bad.Index]))
		}
		if at, err := c.schema.Path(texts[:bad.Index]...); err == nil && bad.Index == len(texts)-1 {
			if _, ok := at.Last().Entity.Field(texts[bad.Index]); ok {
				d.Help = fmt.Sprintf("test it behind where: %s where %s …", pathText(names[:bad.Index]), names[bad.Index])
			}
		}
		if bad.Index == 0 && d.Nearest == "" {
			if via := c.wayTo(texts[0]); via != "" {
				d.Help = fmt.Sprintf("write %s", via)
			} else if c.schema.Entity(texts[0]) == nil && len(c.diags) <= maxSuggestions {
				d.Expected = c.alike(texts[0])
			}
		}
		return nil
	}
	if hops := path.Hops(); hops > traverse.MaxHops {
		over := dsl.Span{Start: names[traverse.MaxHops+1].Start, End: names[len(names)-1].End}
		d := c.problem(over, CodeHops, "the path takes %s; %s are the most", counted(hops, "hop"), spelled(traverse.MaxHops))
		d.Help = fmt.Sprintf("each dot is a hop; end the path at %s", names[traverse.MaxHops])
		return nil
	}
	return path
}

// stops returns the names that can follow the beginning of a path.
func (c *checker) stops(before []string) iter.Seq[string] {
	if len(before) == 0 {
		return c.schema.Roots()
	}
	path, err := c.schema.Path(before...)
	if err != nil {
		return slices.Values[[]string](nil)
	}
	return path.Last().Entity.RelationshipNames()
}

// fixName adds the fix of a misspelt name if d.Nearest is the only one of
// candidates that can have been meant.
func (c *checker) fixName(d *dsl.Diagnostic, name string, candidates iter.Seq[string]) {
	if d.Nearest != "" && nearest.Only(name, candidates) == d.Nearest {
		d.Replace((&dsl.Name{Text: d.Nearest}).String())
	}
}

// alike returns the names a path can start with that begin with word. It helps
// where a name was written as two words.
func (c *checker) alike(word string) []string {
	const few = 12
	var list []string
	for name := range c.schema.Roots() {
		if len(name) > len(word) && strings.EqualFold(name[:len(word)], word) {
			list = append(list, name)
		}
	}
	if len(list) > few {
		return nil
	}
	return list
}

// undeclared reports whether a name is that of a field whose declaration could
// not be read: the parser has reported it.
func (c *checker) undeclared(before []string, name string) bool {
	if len(before) == 0 {
		return false
	}
	path, err := c.schema.Path(before...)
	if err != nil {
		return false
	}
	f, ok := path.Last().Entity.Field(name)
	return ok && f.Type == traverse.NoType
}

// wayTo returns the shortest path from Lead to a profile that no path starts at.
func (c *checker) wayTo(entity string) string {
	for r := range relationships(c.schema.Entity(traverse.Lead)) {
		if r.Target == entity {
			return traverse.Lead + "." + r.Name
		}
	}
	return ""
}

func relationships(e *traverse.Entity) func(func(traverse.Relationship) bool) {
	if e == nil {
		return func(func(traverse.Relationship) bool) {}
	}
	return e.Relationships()
}

func counted(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return spelled(n) + " " + what + "s"
}

func spelled(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// datedStep returns the step to which a date range applies: the first interaction,
// or else the last step that is dated by a field, or else -1.
func datedStep(path traverse.Path) int {
	last := -1
	for i, s := range path {
		if s.Entity.Kind() == traverse.Interaction {
			return i
		}
		if _, ok := s.Entity.Dated(); ok {
			last = i
		}
	}
	return last
}

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
		step, ok := c.namedStep(path, hops[0], names[1:])
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
			d := c.problem(n.Span, CodePath, "%s.%s leads to many records: an expression follows references to one", at.Name(), n.Text)
			switch {
			case slices.ContainsFunc(path, func(s traverse.Step) bool { return s.Name == n.Text }):
				d.Help = fmt.Sprintf("behind %s the name means this relationship, not the step of the path", pathText(ch.Path))
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
			"the path takes %s and this reference %s; together %s are the most",
			counted(path.Hops(), "hop"), counted(len(out.Hops), "hop"), spelled(traverse.MaxHops)).Help = "ask about what is nearer"
		return Comparison{}, false
	}
	return c.finish(ch, path, cmp, out, at)
}

// namedStep finds the step of the path that a reference begins with.
func (c *checker) namedStep(path traverse.Path, name *dsl.Name, rest []*dsl.Name) (int, bool) {
	found := -1
	for i, s := range path {
		if s.Name != name.Text {
			continue
		}
		if found >= 0 {
			c.problem(name.Span, CodePath, "two steps of the path are called %s; which one is meant cannot be said", name.Text)
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
			c.problem(name.Span, CodePath, "%s.%s is a field: it leads nowhere", last.Name(), name.Text)
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
				d.Help = fmt.Sprintf("name a field behind it: %s.…", name)
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
	d.Help = fmt.Sprintf("a field of your own is declared in a schema block, %s %s { %s … }", kind, (&dsl.Name{Text: at.Name()}).String(), name)
}

func pathText(names []*dsl.Name) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.String()
	}
	return strings.Join(texts, ".")
}
