package check

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A Choice is a checked `choose model`: which model scores a lead (language reference,
// Which model scores a lead).
type Choice struct {
	Lines  []ChoiceLine // in the order of the rules
	Source *dsl.ChooseModel
	File   string
}

// A ChoiceLine is a line of a [Choice].
type ChoiceLine struct {
	Path   traverse.Path // Lead, and one N:1 relationship or more
	Field  traverse.Field
	Source *dsl.ChooseBy
}

// String returns the relationships and the field, such as `Campaign.ScoringModel`.
func (l *ChoiceLine) String() string { return pathText(l.Source.Ref) }

// onlyChoice checks which model scores a lead, and reports a block that is not the only one
// of the set.
func (c *setChecker) onlyChoice(b *dsl.ChooseModel) {
	out := c.choice(b)
	first := c.set.Choice
	if first == nil {
		c.set.Choice = out
		return
	}
	d := c.problem(headOfChoice(b), dsl.CodeRepeated, "a set chooses its model in one place")
	d.Help = "write all lines into one block, the one that decides first before the others"
	d.Related = []dsl.Related{{Summary: "the first is here", File: first.File, Span: headOfChoice(first.Source)}}
}

// headOfChoice returns the place for problems of the block as a whole.
func headOfChoice(b *dsl.ChooseModel) dsl.Span {
	head := b.Span
	head.End = head.Start
	head.End.Offset += len("choose")
	head.End.Column += len("choose")
	return head
}

// choice checks which model scores a lead.
func (c *checker) choice(b *dsl.ChooseModel) *Choice {
	out := &Choice{Source: b, File: c.file.Name}
	first := map[string]dsl.Span{}
	for _, l := range b.Lines {
		line, ok := c.choiceLine(l)
		if !ok {
			continue
		}
		name := line.Path[1].Name
		if before, ok := first[name]; ok {
			d := c.problem(l.Span, dsl.CodeRepeated, "this line never decides: a line before it begins with %s, too", name)
			d.Help = "the first line whose first relationship is not empty decides alone; leave one of them out"
			d.Related = []dsl.Related{{Summary: "the other is here", File: c.file.Name, Span: before}}
			continue
		}
		first[name] = l.Span
		out.Lines = append(out.Lines, line)
	}
	if len(b.Lines) == 0 && !b.Incomplete {
		c.problem(headOfChoice(b), CodeMissing, "choose model has no line").Help = "say which field names the model, such as by Campaign.ScoringModel"
	}
	return out
}

// choiceLine checks a line. It returns false if that has a problem, which it has reported.
func (c *checker) choiceLine(l *dsl.ChooseBy) (ChoiceLine, bool) {
	out := ChoiceLine{Source: l}
	names := l.Ref
	for _, n := range names {
		if n.Bad {
			return out, false
		}
	}
	lead := c.schema.Entity(traverse.Lead)
	if lead == nil {
		return out, false // which has been reported
	}
	if _, ok := lead.Relationship(traverse.Lead); !ok && names[0].Text == traverse.Lead && len(names) > 1 {
		d := c.problem(names[0].Span, CodePath, "a line begins at the lead, so it does not name it")
		d.Help = fmt.Sprintf("write by %s", pathText(names[1:]))
		d.ReplaceAt(dsl.Span{Start: names[0].Start, End: names[1].Start}, "")
		return out, false
	}
	out.Path = traverse.Path{{Name: traverse.Lead, Entity: lead}}
	for _, n := range names[:len(names)-1] {
		at := out.Path.Last().Entity
		step, err := c.schema.Hop(at, n.Text)
		switch {
		case err != nil:
			c.noHop(&place{}, at, n, err)
			return out, false
		case step.Via.Many():
			c.problem(n.Span, CodePath, "%s.%s leads to many records: the model must be named by one", at.Name(), n.Text)
			return out, false
		}
		out.Path = append(out.Path, step)
	}
	if !c.pathWithinHops(append([]*dsl.Name{{Text: traverse.Lead}}, names[:len(names)-1]...)) {
		return out, false
	}
	return out, c.choiceField(&out, names)
}

// choiceField resolves the field that names the model, and reports what is not one.
func (c *checker) choiceField(out *ChoiceLine, names []*dsl.Name) bool {
	at, name := out.Path.Last().Entity, names[len(names)-1]
	f, ok := at.Field(name.Text)
	r, isRelationship := at.Relationship(name.Text)
	switch {
	case isRelationship && r.Many():
		c.problem(name.Span, CodePath, "%s.%s leads to many records: the model must be named by one", at.Name(), name.Text)
	case isRelationship:
		d := c.problem(name.Span, CodeType, "%s.%s is a relationship, not a field", at.Name(), name.Text)
		d.Help = fmt.Sprintf("name the field that says which model it is: by %s.…", pathText(names))
	case !ok:
		d := c.problem(name.Span, CodeName, "%s has no field %s", at.Name(), name.Text)
		d.Nearest = c.near(name.Text, at.FieldNames())
		c.fixName(d, name.Text, at.FieldNames())
	case f.Type == traverse.NoType: // which has been reported
	case len(out.Path) == 1:
		d := c.problem(name.Span, CodePath, "Lead.%s is a field of the lead, and a line begins with a relationship", name.Text)
		d.Help = "name the field of a record that the lead refers to, such as by Campaign.ScoringModel"
	case f.Derived != traverse.Stored:
		d := c.problem(name.Span, CodeDerived, "%s is a %s field: it cannot choose a model", name, f.Derived)
		d.Help = "use a field that is stored"
	case f.Type != traverse.Text:
		c.problem(name.Span, CodeType, "%s.%s is %s, and the field that names the model is a text", at.Name(), name.Text, f.Type.Noun())
	default:
		out.Field = f
		return true
	}
	return false
}

// Head returns the place for problems of the block as a whole.
func (c *Choice) Head() dsl.Span { return headOfChoice(c.Source) }
