package check

import (
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// decision notes what a decision uses: one of a model, or if model is nil one over the
// models of a set.
func (r *resolver) decision(model *Object, e dsl.Expr) {
	switch e := e.(type) {
	case *dsl.And:
		for _, t := range e.Terms {
			r.decision(model, t)
		}
	case *dsl.Or:
		for _, t := range e.Terms {
			r.decision(model, t)
		}
	case *dsl.Not:
		r.decision(model, e.Expr)
	case *dsl.Judgment:
		r.judgment(model, e)
	}
}

func (r *resolver) judgment(model *Object, j *dsl.Judgment) {
	of := model
	if j.Model != nil {
		of = r.uses(ModelObject, nil, j.Model)
	}
	if of == nil {
		return
	}
	switch j.Subject {
	case dsl.SubjectCondition:
		r.part(of, j.Of)
	case dsl.SubjectScore, dsl.SubjectGrade:
		if j.Of != nil {
			of = r.uses(DimensionObject, of, j.Of)
		}
	}
	if j.Subject != dsl.SubjectGrade || of == nil || j.List != nil {
		return
	}
	for _, v := range j.Operands {
		if s, ok := v.(*dsl.String); ok && s.Let == nil {
			r.uses(GradeObject, of, s)
		}
	}
}

// part notes a use of a condition of a model, or of another part that has its name.
func (r *resolver) part(model *Object, name *dsl.String) {
	if name == nil {
		return
	}
	for _, kind := range []ObjectKind{ConditionObject, PartObject} {
		if o := r.known(kind, model, name.Value); o != nil {
			r.at(name.Span, o, false, false)
			return
		}
	}
}

func (r *resolver) assignment(a *dsl.Assignment) {
	for _, clause := range a.Clauses {
		switch cl := clause.(type) {
		case *dsl.Audience:
			r.items(dsl.TargetLeadWithContact, cl.Items)
		case *dsl.AssignmentRule:
			r.items(dsl.TargetLeadWithContact, cl.Items)
			r.decision(nil, cl.When)
			r.set(cl.Set)
		case *dsl.Otherwise:
			r.set(cl.Set)
		}
	}
	r.values(a)
}

// set notes the fields of Lead that are set.
func (r *resolver) set(s *dsl.SetValues) {
	if s == nil {
		return
	}
	for _, v := range s.Values {
		r.leadField(v)
	}
}

func (r *resolver) leadField(v *dsl.FieldValue) {
	if lead := r.schema.Entity(traverse.Lead); lead != nil && v != nil {
		r.last(lead, v.Field, false)
	}
}

func (r *resolver) creation(c *dsl.LeadCreation) {
	var first *traverse.Entity
	for _, clause := range c.Clauses {
		switch cl := clause.(type) {
		case *dsl.CreationFrom:
			if w := r.path(cl.Kinds[:1], cl.Kinds[1:]); w != nil {
				first = w.last()
				for _, e := range cl.Where {
					r.expression(w, e)
				}
			}
		case *dsl.CreationPer:
			if first != nil && cl.Ref != nil {
				r.last(first, cl.Ref, false)
			}
		case *dsl.SetValues:
			r.set(cl)
		}
	}
	r.values(c)
}

func (r *resolver) test(t *dsl.Test) {
	test := r.tests[t]
	model := r.tested(t)
	for _, clause := range t.Clauses {
		switch cl := clause.(type) {
		case *dsl.TestModel:
			r.uses(ModelObject, nil, cl.Name)
		case *dsl.Record:
			r.record(test, cl)
		case *dsl.Expectation:
			r.expectation(model, cl)
		}
	}
	r.values(t)
}

// tested returns the model of a test: the one that it names, or else the only one of its
// file or of all files; or nil.
func (r *resolver) tested(t *dsl.Test) *Object {
	for _, clause := range t.Clauses {
		if m, ok := clause.(*dsl.TestModel); ok {
			return r.known(ModelObject, nil, m.Name.Value)
		}
	}
	var here []*Object
	for _, b := range r.file.Blocks {
		if m, ok := b.(*dsl.Model); ok && m.Name != nil {
			here = append(here, r.known(ModelObject, nil, m.Name.Value))
		}
	}
	if len(here) == 0 {
		for key, o := range r.objects {
			if key.kind == ModelObject {
				here = append(here, o)
			}
		}
	}
	if len(here) != 1 {
		return nil
	}
	return here[0]
}

func (r *resolver) record(test *Object, rec *dsl.Record) {
	e := r.schema.Entity(rec.Entity.Text)
	if e == nil {
		return
	}
	r.at(rec.Entity.Span, r.entity(e), false, false)
	r.recordID(test, traverse.Contact, rec.By)
	for _, v := range rec.Fields {
		r.last(e, v.Field, false)
		if rel, ok := e.Relationship(v.Field.Text); ok {
			if id, ok := v.Text(); ok {
				r.recordID(test, rel.Target, id)
			}
		}
	}
}

// recordID notes a use of a record of an entity by its id.
func (r *resolver) recordID(test *Object, entity string, id *dsl.String) {
	if id != nil && test != nil && id.Let == nil {
		r.at(id.Span, r.objects[objectKey{kind: RecordObject, in: test, name: id.Value, text: entity}], false, false)
	}
}

func (r *resolver) expectation(model *Object, x *dsl.Expectation) {
	var of *Object
	switch x.Kind {
	case dsl.ExpectStage, dsl.ExpectEvent:
		if of = r.uses(StagesObject, nil, x.Stages); x.Stages == nil {
			of = r.only(StagesObject)
		}
		if of != nil {
			r.uses(StageObject, of, x.From)
			r.uses(StageObject, of, x.Name)
		}
		return
	case dsl.ExpectAssigned, dsl.ExpectSet:
		if of = r.uses(AssignmentObject, nil, x.Assignment); x.Assignment == nil {
			of = r.only(AssignmentObject)
		}
		if of != nil {
			r.uses(RuleObject, of, x.Name)
		}
		r.leadField(x.Set)
		return
	}
	if of = model; model == nil {
		return
	}
	if x.Dimension != nil {
		of = r.uses(DimensionObject, model, x.Dimension)
	}
	switch x.Kind {
	case dsl.ExpectGrade, dsl.ExpectDimensionGrade:
		if of != nil {
			r.uses(GradeObject, of, x.Name)
		}
	case dsl.ExpectHolds, dsl.ExpectDoesNotHold, dsl.ExpectTimes:
		r.part(model, x.Name)
	}
}

// only returns the only object of a kind, or nil.
func (r *resolver) only(kind ObjectKind) *Object {
	var found *Object
	for key, o := range r.objects {
		if key.kind == kind {
			if found != nil {
				return nil
			}
			found = o
		}
	}
	return found
}
