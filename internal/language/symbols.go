package language

import (
	"cmp"
	"slices"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// A Symbol is something that a file declares.
type Symbol struct {
	Name      string
	Detail    string // in short what it says, or ""
	Kind      check.ObjectKind
	Range           // the whole block or clause
	Selection Range // its name
	Children  []Symbol
}

// Symbols returns what a file declares, in the order of the text. What has no name is left
// out.
func (s *Snapshot) Symbols(name string) []Symbol {
	f := s.file(name)
	if f == nil {
		return nil
	}
	l := &lister{f: f}
	for _, b := range f.tree.Blocks {
		l.block(b)
	}
	return l.list
}

// Find returns what the files declare whose names go on with a query, the best first. An
// empty query finds everything.
func (s *Snapshot) Find(query string) []Symbol {
	type found struct {
		Symbol
		match match
	}
	var list []found
	var look func(symbols []Symbol)
	look = func(symbols []Symbol) {
		for _, sym := range symbols {
			if m := matchOf(sym.Name, query); m != noMatch {
				flat := sym
				flat.Children = nil
				list = append(list, found{flat, m})
			}
			look(sym.Children)
		}
	}
	for _, f := range s.files {
		look(s.Symbols(f.Name))
	}
	slices.SortStableFunc(list, func(a, b found) int { return cmp.Compare(a.match, b.match) })
	out := make([]Symbol, len(list))
	for i := range list {
		out[i] = list[i].Symbol
	}
	return out
}

// A lister lists symbols.
type lister struct {
	f    *file
	list []Symbol
}

// text adds what a text is the name of, with what fill lists within it.
func (l *lister) text(kind check.ObjectKind, name *dsl.String, node dsl.Node, detail string, fill func(*lister)) {
	if name != nil {
		l.add(kind, name.Value, name.Span, node, detail, fill)
	}
}

// name adds what a name is the name of.
func (l *lister) name(kind check.ObjectKind, name *dsl.Name, node dsl.Node, detail string, fill func(*lister)) {
	if name != nil {
		l.add(kind, name.Text, name.Span, node, detail, fill)
	}
}

func (l *lister) add(kind check.ObjectKind, name string, at dsl.Span, node dsl.Node, detail string, fill func(*lister)) {
	sym := Symbol{Name: name, Detail: detail, Kind: kind, Range: l.f.rangeOf(node.At()), Selection: l.f.rangeOf(at)}
	sym.End = max(sym.End, sym.Selection.End) // the block of a broken text may end early
	if fill != nil {
		inner := &lister{f: l.f}
		fill(inner)
		sym.Children = inner.list
	}
	l.list = append(l.list, sym)
}

func (l *lister) block(b dsl.Block) {
	switch b := b.(type) {
	case *dsl.Let:
		l.let(b)
	case *dsl.Model:
		l.text(check.ModelObject, b.Name, b, "", func(in *lister) { in.clauses(b.Clauses) })
	case *dsl.Stages:
		l.text(check.StagesObject, b.Name, b, "", func(in *lister) { in.clauses(b.Clauses) })
	case *dsl.Assignment:
		l.text(check.AssignmentObject, b.Name, b, "", func(in *lister) {
			for _, clause := range b.Clauses {
				if rule, ok := clause.(*dsl.AssignmentRule); ok {
					in.text(check.RuleObject, rule.Name, rule, "", nil)
				}
			}
		})
	case *dsl.LeadCreation:
		l.text(check.CreationObject, b.Name, b, "", nil)
	case *dsl.Entity:
		detail := "profile"
		if b.Interaction {
			detail = "interaction"
		}
		l.name(check.EntityObject, b.Name, b, detail, func(in *lister) { in.members(b.Members) })
	case *dsl.Test:
		l.text(check.TestObject, b.Name, b, "", func(in *lister) {
			for _, clause := range b.Clauses {
				if r, ok := clause.(*dsl.Record); ok && r.Entity != nil {
					in.text(check.RecordObject, r.ID, r, r.Entity.Text, nil)
				}
			}
		})
	}
}

func (l *lister) let(let *dsl.Let) {
	detail := ""
	if let.Value != nil && let.Name != nil {
		detail = valueText(let)
	}
	l.name(check.LetObject, let.Name, let, detail, nil)
}

// clauses lists what clauses declare.
func (l *lister) clauses(clauses []dsl.Clause) {
	for _, clause := range clauses {
		switch cl := clause.(type) {
		case *dsl.Let:
			l.let(cl)
		case *dsl.Condition:
			l.condition(cl)
		case *dsl.Group:
			l.text(check.PartObject, cl.Name, cl, "group", func(in *lister) { in.clauses(cl.Clauses) })
		case *dsl.Table:
			l.text(check.PartObject, cl.Name, cl, "table", nil)
		case *dsl.FirstOf:
			l.text(check.PartObject, cl.Name, cl, "first of", func(in *lister) {
				for _, tier := range cl.Tiers {
					in.condition(tier)
				}
			})
		case *dsl.Dimension:
			l.text(check.DimensionObject, cl.Name, cl, "", func(in *lister) { in.clauses(cl.Clauses) })
		case *dsl.Grade:
			l.text(check.GradeObject, cl.Name, cl, gradeDetail(cl), nil)
		case *dsl.Stage:
			l.text(check.StageObject, cl.Name, cl, "", nil)
		}
	}
}

func (l *lister) condition(c *dsl.Condition) {
	detail := ""
	if c.Score != nil {
		detail = pointsText(c.Score)
	}
	l.text(check.ConditionObject, c.Name, c, detail, nil)
}

func (l *lister) members(members []dsl.Member) {
	for _, m := range members {
		switch m := m.(type) {
		case *dsl.Field:
			l.name(check.FieldObject, m.Name, m, m.Type.String(), nil)
		case *dsl.Relationship:
			detail := "-> "
			if m.Via != nil {
				detail = "<- "
			}
			if m.Target != nil {
				detail += m.Target.Text
			}
			l.name(check.RelationshipObject, m.Name, m, detail, nil)
		}
	}
}
