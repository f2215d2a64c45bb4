package language

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// names adds the names of models, conditions and so on that are declared.
func (c *completion) names(k dsl.Kind) {
	p := c.place
	switch k {
	case dsl.KindModel:
		for _, m := range p.s.models() {
			c.named(m.model.Name, "model")
		}
	case dsl.KindCondition:
		for _, m := range p.subjects() {
			for _, part := range m.conditions {
				c.named(part.name, part.what)
			}
		}
	case dsl.KindDimension:
		for _, m := range p.subjects() {
			for _, d := range m.dimensions {
				c.named(d.Name, "dimension")
			}
		}
	case dsl.KindGrade:
		c.grades()
	case dsl.KindLabel:
		for _, m := range p.subjects() {
			for _, label := range p.s.labels(m) {
				c.text(label, "label")
			}
		}
	case dsl.KindStatus:
		for _, status := range check.Statuses {
			c.text(status, "status")
		}
	case dsl.KindContact:
		c.records(traverse.Contact)
	case dsl.KindStages, dsl.KindStage, dsl.KindRule:
		for _, f := range p.s.files {
			c.blockNames(k, f.index())
		}
	}
}

// labels returns the labels that leads can have by a model.
func (s *Snapshot) labels(m *modelIndex) []string {
	for _, checked := range s.set.Models {
		if checked.Source == m.model {
			return checked.Labels()
		}
	}
	return nil
}

// blockNames adds the names of the blocks of stages and of the assignments of a file, or of
// what is in them.
func (c *completion) blockNames(k dsl.Kind, x *index) {
	for _, b := range x.stages {
		if k == dsl.KindStages {
			c.named(b.Name, "stages")
			continue
		}
		for _, clause := range b.Clauses {
			if stage, ok := clause.(*dsl.Stage); ok && k == dsl.KindStage {
				c.named(stage.Name, "stage")
			}
		}
	}
	for _, a := range x.assignments {
		if k == dsl.KindStages {
			c.named(a.Name, "assignment")
			continue
		}
		for _, clause := range a.Clauses {
			if rule, ok := clause.(*dsl.AssignmentRule); ok && k == dsl.KindRule {
				c.named(rule.Name, "rule")
			}
		}
	}
}

// grades adds the grades of the dimension or the model that the place speaks of.
func (c *completion) grades() {
	for _, m := range c.place.subjects() {
		grades := m.grades
		if of := c.place.Of; of != nil {
			d := m.dimension(of.Value)
			if d == nil {
				continue
			}
			grades = gradesOf(d)
		}
		for _, g := range grades {
			c.named(g.Name, gradeDetail(g))
		}
	}
}

// gradeDetail returns the scores of a grade.
func gradeDetail(g *dsl.Grade) string {
	switch {
	case g.Below != nil:
		return "below " + g.Below.Text
	case g.From != nil && g.To != nil:
		return fmt.Sprintf("from %s to %s", g.From.Text, g.To.Text)
	case g.From != nil:
		return "from " + g.From.Text
	}
	return "grade"
}

// records adds the ids of the records of an entity in the test at the place.
func (c *completion) records(entity string) {
	t := c.place.f.testAt(c.place.offset)
	if t == nil {
		return
	}
	for _, clause := range t.Clauses {
		if r, ok := clause.(*dsl.Record); ok && r.ID != nil && r.Entity != nil && r.Entity.Text == entity {
			c.named(r.ID, entity)
		}
	}
}

// values adds values for the field at the place.
func (c *completion) values() {
	p := c.place
	if p.in("test") && p.Entity != nil && len(p.Ref) > 0 {
		if e := p.subject(); e != nil {
			if r, ok := e.Relationship(p.Ref[len(p.Ref)-1].Text); ok {
				c.records(r.Target)
				return
			}
		}
	}
	if p.known {
		c.listed(&p.field)
	}
	name := ""
	switch {
	case len(p.Ref) > 0:
		name = p.Ref[len(p.Ref)-1].Text
	case p.in("table") && len(p.Path) > 0:
		name = p.Path[len(p.Path)-1].Text
	}
	for _, text := range p.s.used().ofFields[name].most() {
		isText := strings.HasPrefix(text, `"`)
		if p.Inside == dsl.InText && !isText || p.isInList(text) {
			continue
		}
		c.value(text, "")
	}
	if p.known && (p.field.Type == traverse.Time || p.field.Type == traverse.Date) && p.Inside == dsl.InCode {
		for _, text := range p.s.used().moments.most() {
			c.value(text, "")
		}
	}
}

// isInList reports whether a value is in the list already that is before the place.
func (p *place) isInList(text string) bool {
	from, to := p.OpSpan.End.Offset, p.Token.Start.Offset
	return p.OpSpan.Known() && p.Op.List() && from < to && strings.Contains(p.f.Text[from:to], text)
}

// listed adds the values that a field lists.
func (c *completion) listed(f *traverse.Field) {
	switch f.Type {
	case traverse.Bool:
		if c.place.Inside == dsl.InCode {
			for _, word := range []string{"true", "false"} {
				c.value(word, "bool")
			}
		}
	case traverse.Choice, traverse.Choices:
		for _, v := range f.Values {
			if text := quote(v); !c.place.isInList(text) {
				c.value(text, f.Name)
			}
		}
	}
}

// spans adds lengths of time: of what is typed in each unit, or else those that are used
// and usual.
func (c *completion) spans() {
	digits := c.typed
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		c.value(digits, "")
		for _, u := range []dsl.Unit{dsl.Days, dsl.Weeks, dsl.Months, dsl.Years, dsl.Hours, dsl.Minutes} {
			span := &dsl.TimeSpan{Count: &dsl.Number{Text: digits}, Unit: u}
			c.value(span.String(), "")
		}
		return
	}
	list := slices.Concat(c.place.s.used().spans.most(), []string{"30 days", "90 days", "7 days", "12 months", "24 hours"})
	for _, span := range list {
		c.value(span, "")
	}
}

// numbers adds points where they are written; no other number is more likely than the rest.
func (c *completion) numbers() {
	p := c.place
	if len(p.Words) == 0 && !c.after("score") || !p.within("condition") && !p.in("table") {
		return
	}
	if !c.after("score") && !c.after("to") {
		return
	}
	for _, text := range slices.Concat(p.s.used().points.most(), []string{"+5", "+10", "+20", "-5", "-10", "-20"}) {
		c.value(text, "points")
	}
}

// lets adds the names for values whose values fit the place.
func (c *completion) lets() {
	for _, l := range c.place.lets() {
		if l.Name == nil || l.Value == nil || !c.place.takes(l.Value) {
			continue
		}
		name := &dsl.Name{Text: l.Name.Text, Quoted: l.Name.Quoted}
		c.add(l.Name.Text, Candidate{Label: l.Name.Text, Insert: name.String(), Detail: valueText(l), Kind: CandidateLet, Doc: quoted("let")})
	}
}

// valueText returns the value of a let as it is written.
func valueText(l *dsl.Let) string {
	_, value, _ := strings.Cut(l.String(), "=")
	return strings.TrimSpace(value)
}

// takes reports whether a value of a let can stand at the place.
func (p *place) takes(value dsl.Node) bool {
	has := func(k dsl.Kind) bool { return slices.Contains(p.Kinds, k) }
	list, isList := value.(*dsl.List)
	if isList {
		if len(list.Values) == 0 {
			return false
		}
		value = list.Values[0]
	}
	switch value.(type) {
	case *dsl.TimeSpan:
		return has(dsl.KindSpan)
	case *dsl.Moment:
		return has(dsl.KindMoment) || has(dsl.KindValue) && p.fitsType(traverse.Time, traverse.Date)
	case *dsl.Number:
		return has(dsl.KindNumber) || has(dsl.KindValue) && p.fitsType(traverse.Number) || p.isBare() && !isList && p.fitsType(traverse.Number)
	case *dsl.String:
		return has(dsl.KindGrade) || has(dsl.KindLabel) || has(dsl.KindStatus) || has(dsl.KindValue) && p.fitsType(traverse.Text, traverse.Choice, traverse.Choices) || p.isBare() && p.fitsType(traverse.Text, traverse.Choice, traverse.Choices)
	}
	return true
}

// isBare reports whether a name for a value is all that is known to fit the place.
func (p *place) isBare() bool {
	return !slices.ContainsFunc(p.Kinds, func(k dsl.Kind) bool {
		return k == dsl.KindValue || k == dsl.KindNumber || k == dsl.KindSpan || k == dsl.KindMoment
	})
}

// fitsType reports whether the field at the place has one of types, or is not known.
func (p *place) fitsType(types ...traverse.Type) bool {
	return !p.known || p.field.Type == traverse.NoType || slices.Contains(types, p.field.Type)
}
