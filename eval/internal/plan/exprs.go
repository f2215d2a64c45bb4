package plan

import (
	"fmt"

	"github.com/leadscore/leadscore/eval/check"
)

// An Expr is an expression about the records of a route: a comparison, or others
// combined.
type Expr struct {
	Kind  ExprKind
	Mixed bool   // its comparisons are about several steps of the path
	Terms []Expr // of an expression of others
	// Source is the checked expression.
	Source check.Expr

	// Of a comparison:
	Step    int     // index into the path
	Hops    []*Node // references to follow from there
	Layout  *Layout // of the record that has the field
	Field   int     // in Layout
	Holds   Predicate
	Checked *check.Comparison // nil for an expression of others
}

// An ExprKind says how an [Expr] is made of others.
type ExprKind uint8

// The kinds of expressions.
const (
	Compare ExprKind = iota // of no others
	AllOf                   // holds if all of its terms do
	AnyOf                   // holds if one of its terms does
	NoneOf                  // holds if none of its terms does
)

// where plans the expressions of a child of which the last step that they are about is
// step.
func (b *builder) where(m *Model, c *check.Child, step int, steps []Step) []Expr {
	first := len(b.exprs)
	for _, e := range c.Where {
		if from, to := stepsOf(e); to == step {
			b.exprs = append(b.exprs, b.expr(m, e, steps))
			b.exprs[len(b.exprs)-1].Mixed = from < to
		}
	}
	return b.exprs[first:len(b.exprs):len(b.exprs)]
}

// stepsOf returns the first and the last step that an expression is about.
func stepsOf(e check.Expr) (first, last int) {
	terms, _ := termsOf(e)
	if terms == nil {
		step := e.(*check.Comparison).Step
		return step, step
	}
	for i, t := range terms {
		from, to := stepsOf(t)
		if i == 0 || from < first {
			first = from
		}
		last = max(last, to)
	}
	return first, last
}

// termsOf returns the expressions of which one is made, nil for a comparison, and how
// it combines them.
func termsOf(e check.Expr) ([]check.Expr, ExprKind) {
	switch e := e.(type) {
	case *check.Comparison:
		return nil, Compare
	case *check.And:
		return e.Terms, AllOf
	case *check.Or:
		return e.Terms, AnyOf
	case *check.Not:
		return []check.Expr{e.Expr}, NoneOf
	}
	panic(fmt.Sprintf("plan: unknown expression %T", e))
}

// expr plans an expression about the records of steps.
func (b *builder) expr(m *Model, e check.Expr, steps []Step) Expr {
	if c, ok := e.(*check.Comparison); ok {
		return b.comparison(m, c, steps[c.Step].Node)
	}
	terms, kind := termsOf(e)
	out := Expr{Kind: kind, Source: e, Terms: make([]Expr, len(terms))}
	for i, t := range terms {
		out.Terms[i] = b.expr(m, t, steps)
	}
	return out
}

// comparison plans a comparison about the records at a node.
func (b *builder) comparison(m *Model, e *check.Comparison, at *Node) Expr {
	out := Expr{Step: e.Step, Checked: e, Source: e}
	for _, h := range e.Hops {
		at = b.hop(m.Target, at, h)
		out.Hops = append(out.Hops, at)
	}
	out.Layout, out.Field = at.Layout, at.Layout.field(e.Field.Name)
	out.Holds = b.routes.Windows.predicate(e.Predicate, m.Checked.Zone)
	return out
}
