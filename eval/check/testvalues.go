package check

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// assign sets a field or reference of a record.
func (k *testChecker) assign(e *traverse.Entity, a *dsl.FieldValue, values map[string]traverse.Value, said map[string]dsl.Span) {
	name := a.Field.Text
	if before, ok := said[name]; ok {
		d := k.bad(a.Field.Span, dsl.CodeRepeated, "%s is given twice", name)
		d.Related = []dsl.Related{{Summary: "the first is here", File: k.file.Name, Span: before}}
		return
	}
	said[name] = a.Field.Span
	if r, ok := e.Relationship(name); ok {
		s, isText := a.Text()
		switch {
		case r.Many():
			d := k.bad(a.Field.Span, CodeType, "%s leads to many records", name)
			d.Help = fmt.Sprintf("set %s of each %s instead", r.Via, r.Target)
		case !isText:
			k.bad(a.Span, CodeType, "%s leads to a record; write its id in double quotes", name)
		case k.exists(r.Target, s):
			values[name] = traverse.TextValue(s.Value)
		}
		return
	}
	f, ok := e.Field(name)
	if !ok {
		d := k.bad(a.Field.Span, CodeName, "%s has no field or reference %s", e.Name(), name)
		d.Nearest = k.near(name, memberNames(e))
		return
	}
	if v, ok := k.value(e, f, a); ok {
		values[name] = v
	} else {
		k.sound = false
	}
}

func memberNames(e *traverse.Entity) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for f := range e.Fields() {
			if !yield(f.Name) {
				return
			}
		}
		for r := range e.Relationships() {
			if !r.Many() && !yield(r.Name) {
				return
			}
		}
	}
}

// value reads the value of a field. It reports a value that does not fit.
func (k *testChecker) value(e *traverse.Entity, f traverse.Field, a *dsl.FieldValue) (v traverse.Value, ok bool) {
	isDate := f.Type == traverse.Time || f.Type == traverse.Date
	switch {
	case a.When != nil && isDate:
		return k.when(e, f, a.When)
	case a.When != nil:
		k.bad(a.When.Span, CodeType, "%s is %s, not a date", f.Name, f.Type.Noun())
		return v, false
	case a.List && f.Type != traverse.Choices:
		k.bad(a.Span, CodeType, "%s is %s: it has one value", f.Name, f.Type.Noun())
		return v, false
	}
	switch f.Type {
	case traverse.Text, traverse.Choice, traverse.Choices:
		return k.texts(f, a)
	case traverse.Number:
		if n, ok := a.Values[0].(*dsl.Number); ok {
			number, ok := k.float(n)
			return traverse.NumberValue(number), ok
		}
		k.misfit(f, a.Values[0], "a number")
	case traverse.Bool:
		if b, ok := a.Values[0].(*dsl.Bool); ok {
			return traverse.BoolValue(b.Value), true
		}
		k.misfit(f, a.Values[0], "true", "false")
	default:
		if m, ok := a.Values[0].(*dsl.Moment); ok {
			return k.when(e, f, &dsl.When{Span: m.Span, Moment: m})
		}
		k.misfit(f, a.Values[0], "a date such as 2026-05-31", "a length of time such as 3 days ago")
	}
	return v, false
}

func (k *testChecker) texts(f traverse.Field, a *dsl.FieldValue) (v traverse.Value, ok bool) {
	var texts []string
	sound := true
	for _, l := range a.Values {
		s, isText := l.(*dsl.String)
		switch {
		case !isText:
			k.misfit(f, l, "a text in double quotes")
			sound = false
		case s.Bad:
			sound = false
		case s.Value == "":
			k.bad(s.Span, CodeValue, "the empty text is not a value").Help = "leave the field out to make it empty"
			sound = false
		case !anyText(f) && !k.listedValues(f)[f.Fold(s.Value)]:
			k.unlisted(f, s)
			sound = false
		default:
			texts = append(texts, s.Value)
		}
	}
	switch {
	case !sound:
		return v, false
	case f.Type == traverse.Choices:
		return traverse.ChoicesValue(texts...), true
	}
	return traverse.TextValue(texts[0]), true
}
