package check

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/traverse"
)

type checker struct {
	schema *traverse.Schema
	file   *dsl.File // the one in which problems are reported
	diags  dsl.Diagnostics
	// listed holds the values of choice and choices fields, by the first of them.
	listed map[*string]map[string]bool
	// dropped counts the problems of a file beyond maxProblems.
	dropped map[*dsl.File]int
	target  dsl.TargetKind // of the model that is being checked

	// byName holds the checkers of the models by their names, if some block builds on all
	// models: of two with one name the first.
	byName map[string]*modelChecker

	// stages are those of the set, for tests.
	stages []*Stages
	// assignments are those of the set, for tests.
	assignments []*Assignment

	// commons holds the entities that represent several kinds, by the names of these.
	commons map[string]*traverse.Entity

	// roots holds the paths of one name, by that name. Children share them.
	roots map[string]traverse.Path

	// What is left of the memory for the model that is being checked.
	children    []Child
	exprs       []Expr
	comparisons []Comparison
	ranges      []Window
}

// Bounds on the work for rules with very many problems.
const (
	maxProblems    = 1000 // are reported; the others are counted
	maxSuggestions = 100  // problems get a suggestion
)

// near returns the candidate that is nearest to name, or "" if none is near or
// too many problems have been reported.
func (c *checker) near(name string, candidates iter.Seq[string]) string {
	if len(c.diags) > maxSuggestions {
		return ""
	}
	return nearest.Name(name, candidates)
}

func (c *checker) problem(at dsl.Span, code dsl.Code, format string, args ...any) *dsl.Diagnostic {
	if len(c.diags) >= maxProblems {
		if c.dropped == nil {
			c.dropped = map[*dsl.File]int{}
		}
		c.dropped[c.file]++
		return &dsl.Diagnostic{}
	}
	d := dsl.Diagnostic{Code: code, Summary: fmt.Sprintf(format, args...), Span: at}
	if c.file != nil {
		d.File, d.Line = c.file.Name, c.file.Line(at.Start)
	}
	c.diags = append(c.diags, d)
	return &c.diags[len(c.diags)-1]
}

// origin holds the places of the parts of a definition.
type origin struct {
	file   *dsl.File
	entity *dsl.Entity
	fields []dsl.Span
	rels   []dsl.Span
	dated  dsl.Span
}

func (o *origin) span(p traverse.Place) dsl.Span {
	switch p.Part {
	case traverse.PartField:
		return o.fields[p.Index]
	case traverse.PartRelationship:
		return o.rels[p.Index]
	case traverse.PartDatedBy:
		return o.dated
	}
	return o.entity.Name.Span
}

// lower turns the schema blocks into definitions and extends base with them.
func (c *checker) lower(base *traverse.Schema, files []*dsl.File) *traverse.Schema {
	var defs []traverse.Definition
	var origins []origin
	for _, f := range files {
		c.file = f
		for _, b := range f.Blocks {
			if e, ok := b.(*dsl.Entity); ok && e.Name != nil && !e.Name.Bad {
				d, o := c.definition(e)
				o.file = f
				defs, origins = append(defs, d), append(origins, o)
			}
		}
	}
	if len(defs) == 0 && base != nil {
		return base
	}
	schema, err := base.Extend(defs...)
	problems, _ := errors.AsType[traverse.SchemaError](err)
	for _, p := range problems {
		c.schemaProblem(p, defs, origins, files)
	}
	return schema
}

func (c *checker) schemaProblem(p traverse.SchemaProblem, defs []traverse.Definition, origins []origin, files []*dsl.File) {
	at := p.At
	if at.Definition < 0 {
		c.file = nil
		if len(files) > 0 {
			c.file = files[0]
		}
		if !slices.ContainsFunc(files, func(f *dsl.File) bool { return f.Incomplete }) {
			c.problem(dsl.Span{}, CodeMissing, "%s", p.Summary)
		}
		return
	}
	if at.Part == traverse.PartField && defs[at.Definition].Fields[at.Index].Type == traverse.NoType && p.Previous == nil {
		return // the parser has reported it
	}
	o := &origins[at.Definition]
	c.file = o.file
	d := c.problem(o.span(at), CodeSchema, "%s", p.Summary)
	d.Nearest = p.Nearest
	switch {
	case p.Previous == nil:
	case p.Previous.Definition < 0:
		d.Help = "it is declared in the schema that this one extends"
	default:
		first := &origins[p.Previous.Definition]
		d.Related = []dsl.Related{{Summary: "first declared here", File: first.file.Name, Span: first.span(*p.Previous)}}
	}
}

var fieldTypes = map[dsl.FieldType]traverse.Type{
	dsl.TextType: traverse.Text, dsl.NumberType: traverse.Number, dsl.BoolType: traverse.Bool,
	dsl.TimeType: traverse.Time, dsl.DateType: traverse.Date,
	dsl.ChoiceType: traverse.Choice, dsl.ChoicesType: traverse.Choices,
}

func (c *checker) definition(e *dsl.Entity) (traverse.Definition, origin) {
	d := traverse.Definition{Name: e.Name.Text, Passive: e.Passive}
	o := origin{entity: e}
	if e.Interaction {
		d.Kind = traverse.Interaction
	}
	addField := func(f traverse.Field, at dsl.Span) {
		d.Fields = append(d.Fields, f)
		o.fields = append(o.fields, at)
	}
	for _, m := range e.Members {
		switch m := m.(type) {
		case *dsl.Field:
			if !m.Name.Bad {
				addField(c.field(e, m), m.Name.Span)
			}
		case *dsl.BadMember:
			if !m.Name.Bad {
				addField(traverse.Field{Name: m.Name.Text}, m.Name.Span)
			}
		case *dsl.Relationship:
			if m.Name.Bad || m.Target.Bad || m.Via != nil && m.Via.Bad {
				continue
			}
			r := traverse.Relationship{Name: m.Name.Text, Target: m.Target.Text}
			if m.Via != nil {
				r.Via = m.Via.Text
			}
			d.Relationships = append(d.Relationships, r)
			o.rels = append(o.rels, m.Span)
		case *dsl.DatedBy:
			if d.DatedBy != "" {
				p := c.problem(m.Span, CodeSchema, "%s is dated twice: by %s and by %s", d.Name, d.DatedBy, m.Field.Text)
				p.Related = []dsl.Related{{Summary: "first declared here", File: c.file.Name, Span: o.dated}}
			} else if !m.Field.Bad {
				d.DatedBy, o.dated = m.Field.Text, m.Span
			}
		}
	}
	return d, o
}

func (c *checker) field(e *dsl.Entity, f *dsl.Field) traverse.Field {
	t := traverse.Field{Name: f.Name.Text, Type: fieldTypes[f.Type], Exact: f.Exact}
	switch {
	case f.Calculated && f.Rollup:
		c.problem(f.Span, CodeSchema, "%s is either calculated or rollup, not both", f.Name.Text)
	case f.Calculated:
		t.Derived = traverse.Calculated
	case f.Rollup:
		t.Derived = traverse.Rollup
	}
	if f.Type == dsl.ChoicesType && f.Values != nil && len(f.Values) == 0 {
		d := c.problem(f.Name.Span, CodeSchema, "%s.%s lists no values", e.Name.Text, f.Name.Text)
		d.Help = "list them, or leave out the parentheses: then any text may be chosen"
	}
	for _, v := range f.Values {
		if v.Bad {
			// Without all its values the field cannot be checked; without a type,
			// nothing more is reported about it.
			return traverse.Field{Name: f.Name.Text}
		}
		t.Values = append(t.Values, v.Value)
	}
	return t
}
