package check

import "github.com/leadscore/leadscore/dsl"

// declare notes what a file declares.
func (r *resolver) declare(f *dsl.File) {
	for _, b := range f.Blocks {
		switch b := b.(type) {
		case *dsl.Let:
			r.let(b)
		case *dsl.Entity:
			r.declareEntity(b)
		case *dsl.Model:
			if m := r.declares(ModelObject, nil, b.Name); m != nil {
				r.declareClauses(b.Clauses, m, m)
			}
		case *dsl.Stages:
			s := r.declares(StagesObject, nil, b.Name)
			for _, clause := range b.Clauses {
				if stage, ok := clause.(*dsl.Stage); ok && s != nil {
					r.declares(StageObject, s, stage.Name)
				}
			}
		case *dsl.Assignment:
			a := r.declares(AssignmentObject, nil, b.Name)
			for _, clause := range b.Clauses {
				if rule, ok := clause.(*dsl.AssignmentRule); ok && a != nil {
					r.declares(RuleObject, a, rule.Name)
				}
			}
		case *dsl.LeadCreation:
			r.declares(CreationObject, nil, b.Name)
		case *dsl.Test:
			r.declareTest(b)
		}
	}
}

func (r *resolver) let(l *dsl.Let) {
	o := &Object{Kind: LetObject, Name: l.Name.Text, Let: l}
	r.lets[l] = o
	r.at(l.Name.Span, o, true, false)
}

// declareClauses notes what clauses declare: in has the grades, and model all else.
func (r *resolver) declareClauses(clauses []dsl.Clause, model, in *Object) {
	for _, clause := range clauses {
		switch cl := clause.(type) {
		case *dsl.Let:
			r.let(cl)
		case *dsl.Condition:
			r.declares(ConditionObject, model, cl.Name)
		case *dsl.Group:
			r.declares(PartObject, model, cl.Name)
			r.declareClauses(cl.Clauses, model, in)
		case *dsl.Table:
			r.declares(PartObject, model, cl.Name)
		case *dsl.FirstOf:
			r.declares(PartObject, model, cl.Name)
			for _, tier := range cl.Tiers {
				r.declares(ConditionObject, model, tier.Name)
			}
		case *dsl.Dimension:
			if d := r.declares(DimensionObject, model, cl.Name); d != nil {
				r.declareClauses(cl.Clauses, model, d)
			}
		case *dsl.Grade:
			r.declares(GradeObject, in, cl.Name)
		}
	}
}

func (r *resolver) declareEntity(b *dsl.Entity) {
	if b.Name == nil || r.schema.Entity(b.Name.Text) == nil {
		return
	}
	e := r.schema.Entity(b.Name.Text)
	r.at(b.Name.Span, r.entity(e), true, false)
	for _, m := range b.Members {
		switch m := m.(type) {
		case *dsl.Field:
			r.at(m.Name.Span, r.member(e, m.Name.Text), true, false)
		case *dsl.BadMember:
			r.at(m.Name.Span, r.member(e, m.Name.Text), true, false)
		case *dsl.Relationship:
			r.at(m.Name.Span, r.member(e, m.Name.Text), true, false)
		}
	}
}

func (r *resolver) declareTest(t *dsl.Test) {
	if t.Name == nil {
		return
	}
	test := &Object{Kind: TestObject, Name: t.Name.Value} // tests of two models may have one name
	r.at(t.Name.Span, test, true, false)
	r.tests[t] = test
	for _, clause := range t.Clauses {
		if rec, ok := clause.(*dsl.Record); ok && rec.ID != nil {
			o := &Object{Kind: RecordObject, Name: rec.ID.Value, In: test, Entity: r.schema.Entity(rec.Entity.Text)}
			r.objects[objectKey{kind: RecordObject, in: test, name: rec.ID.Value, text: rec.Entity.Text}] = o
			r.at(rec.ID.Span, o, true, false)
		}
	}
}
