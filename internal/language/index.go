package language

import (
	"github.com/leadscore/leadscore/dsl"
)

// An index is what a file declares: it is made of the tree alone, so that it is known of a
// file that is being typed.
type index struct {
	lets        []*dsl.Let // of the file itself
	models      []*modelIndex
	stages      []*dsl.Stages
	assignments []*dsl.Assignment
	tests       []*dsl.Test
}

// A modelIndex is what a model declares.
type modelIndex struct {
	model      *dsl.Model
	target     dsl.TargetKind
	lets       []*dsl.Let
	conditions []named // conditions, and other parts that have points
	dimensions []*dsl.Dimension
	grades     []*dsl.Grade // of the model itself
}

// A named is something with a name, and what it is called, such as "condition".
type named struct {
	name *dsl.String
	what string
	node dsl.Node
}

func newIndex(f *dsl.File) *index {
	x := &index{}
	for _, b := range f.Blocks {
		switch b := b.(type) {
		case *dsl.Let:
			x.lets = append(x.lets, b)
		case *dsl.Model:
			m := &modelIndex{model: b}
			m.add(b.Clauses, true)
			x.models = append(x.models, m)
		case *dsl.Stages:
			x.stages = append(x.stages, b)
		case *dsl.Assignment:
			x.assignments = append(x.assignments, b)
		case *dsl.Test:
			x.tests = append(x.tests, b)
		}
	}
	return x
}

// add adds what clauses declare. Grades belong to the model only outside of dimensions.
func (m *modelIndex) add(clauses []dsl.Clause, outside bool) {
	part := func(name *dsl.String, what string, node dsl.Node) {
		if name != nil {
			m.conditions = append(m.conditions, named{name, what, node})
		}
	}
	for _, clause := range clauses {
		switch cl := clause.(type) {
		case *dsl.Let:
			m.lets = append(m.lets, cl)
		case *dsl.Target:
			m.target = cl.Kind
		case *dsl.Condition:
			part(cl.Name, "condition", cl)
		case *dsl.Group:
			part(cl.Name, "group", cl)
			m.add(cl.Clauses, outside)
		case *dsl.Table:
			part(cl.Name, "table", cl)
		case *dsl.FirstOf:
			part(cl.Name, "first of", cl)
			for _, tier := range cl.Tiers {
				part(tier.Name, "condition", tier)
			}
		case *dsl.Dimension:
			m.dimensions = append(m.dimensions, cl)
			m.add(cl.Clauses, false)
		case *dsl.Grade:
			if outside {
				m.grades = append(m.grades, cl)
			}
		}
	}
}

// dimension returns the dimension with a name, or nil.
func (m *modelIndex) dimension(name string) *dsl.Dimension {
	for _, d := range m.dimensions {
		if d.Name != nil && d.Name.Value == name {
			return d
		}
	}
	return nil
}

// gradesOf returns the grades of a dimension.
func gradesOf(d *dsl.Dimension) []*dsl.Grade {
	var list []*dsl.Grade
	for _, clause := range d.Clauses {
		if g, ok := clause.(*dsl.Grade); ok {
			list = append(list, g)
		}
	}
	return list
}
