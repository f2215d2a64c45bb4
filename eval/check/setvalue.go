package check

import (
	"fmt"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// A SetValue is a field of Lead and the value that it is to have.
type SetValue struct {
	Field traverse.Field
	Value traverse.Value
	// OneOf are the values of which a lead gets one, in place of Value; nil for one value.
	OneOf  []traverse.Value
	Source *dsl.FieldValue
}

// setValues checks the values of a clause `set`. said holds the fields that have been set.
func (c *checker) setValues(s *dsl.SetValues, said map[string]dsl.Span) []SetValue {
	var list []SetValue
	for _, v := range s.Values {
		f, ok := c.setField(v, said)
		if !ok {
			continue
		}
		out := SetValue{Field: f, Source: v}
		if v.OneOf {
			out.OneOf, ok = c.oneOf(f, v)
		} else {
			out.Value, ok = c.setTo(f, v)
		}
		if ok {
			list = append(list, out)
		}
	}
	return list
}

// setField resolves the field of a value that is set. It reports what cannot be set.
func (c *checker) setField(v *dsl.FieldValue, said map[string]dsl.Span) (traverse.Field, bool) {
	name, lead := v.Field, c.schema.Entity(traverse.Lead)
	if name.Bad || lead == nil {
		return traverse.Field{}, false
	}
	if before, ok := said[name.Text]; ok {
		d := c.problem(name.Span, dsl.CodeRepeated, "%s is set twice", name.Text)
		d.Related = []dsl.Related{{Summary: "the first is here", File: c.file.Name, Span: before}}
		return traverse.Field{}, false
	}
	said[name.Text] = name.Span
	f, ok := lead.Field(name.Text)
	_, isRelationship := lead.Relationship(name.Text)
	switch {
	case isRelationship:
		c.problem(name.Span, CodeType, "Lead.%s is a relationship, and set names fields", name.Text)
	case !ok:
		d := c.problem(name.Span, CodeName, "Lead has no field %s", name.Text)
		d.Nearest = c.near(name.Text, lead.FieldNames())
		c.fixName(d, name.Text, lead.FieldNames())
		if d.Nearest == "" {
			d.Help = fmt.Sprintf("declare a field of your own in a schema block: profile Lead { %s … }", name)
		}
	case f.Type == traverse.NoType: // which has been reported
	case f.Derived != traverse.Stored:
		c.problem(name.Span, CodeDerived, "%s is a %s field: nobody can set it", name, f.Derived).Help = "set a field that is stored"
	default:
		return f, true
	}
	return traverse.Field{}, false
}

// setTo reads the value that a field is set to. It reports a value that does not fit.
func (c *checker) setTo(f traverse.Field, v *dsl.FieldValue) (traverse.Value, bool) {
	if isDate := f.Type == traverse.Time || f.Type == traverse.Date; isDate && v.When != nil && v.When.Shift != nil {
		c.problem(v.When.Span, CodeType, "%s is set to a date, and %s is a length of time", f.Name, v.When).Expected = []string{"a date such as 2026-05-31"}
		return traverse.Value{}, false
	}
	k := testChecker{checker: c, model: &Model{Zone: time.UTC}, out: &Test{}, sound: true}
	value, ok := k.value(c.schema.Entity(traverse.Lead), f, v)
	return value, ok && k.sound
}
