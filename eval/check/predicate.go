package check

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// expr checks an expression. It reports what is wrong with it and then returns
// nil.
func (c *checker) expr(p *place, e dsl.Expr) Expr {
	switch e := e.(type) {
	case *dsl.Comparison:
		out := kept(&c.comparisons, Comparison{Source: e})
		if !c.comparison(p, out) {
			return nil
		}
		return out
	case *dsl.And:
		if terms, ok := c.terms(p, e.Terms); ok {
			return &And{Terms: terms, Source: e}
		}
		return nil
	case *dsl.Or:
		if terms, ok := c.terms(p, e.Terms); ok {
			return &Or{Terms: terms, Source: e}
		}
		return nil
	case *dsl.Not:
		if x := c.expr(p.within(), e.Expr); x != nil {
			return &Not{Expr: x, Source: e}
		}
		return nil
	default:
		panic(fmt.Sprintf("check: unknown expression %T", e))
	}
}

// terms checks the terms of an expression. ok is false if there is a problem with one
// of them.
func (c *checker) terms(p *place, terms []dsl.Expr) (out []Expr, ok bool) {
	p = p.within()
	out, ok = make([]Expr, 0, len(terms)), true
	for _, t := range terms {
		x := c.expr(p, t)
		out, ok = append(out, x), ok && x != nil
	}
	return out, ok
}

// comparison checks the Source of out. It reports what is wrong with it and then returns
// false.
func (c *checker) comparison(p *place, out *Comparison) bool {
	cmp := out.Source
	if !c.reference(p, out) {
		return false
	}
	if out.Field.Derived != traverse.Stored {
		field := cmp.Ref[len(cmp.Ref)-1]
		c.problem(field.Span, CodeDerived, "%s is a %s field: an expression cannot use it", out.Field.Name, out.Field.Derived).Help =
			"use a field that is stored"
		return false
	}
	if out.Field.Type == traverse.NoType {
		return false
	}
	out.Predicate = c.predicate(p.model, out.Field, cmp)
	return out.Predicate != nil
}

// predicate checks the operator and the operands against the field's type. It
// reports what does not fit and then returns nil.
func (c *checker) predicate(model *Model, f traverse.Field, cmp *dsl.Comparison) Predicate {
	operator := operatorOf(f.Type, cmp.Op)
	switch {
	case operator == nil:
		c.misapplied(f, cmp)
		return nil
	case cmp.Op.List() && len(cmp.Operands) == 0:
		c.problem(dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, dsl.CodeEmpty, "the list is empty: %s needs at least one value", cmp.Op)
		return nil
	}
	if _, _, ago := agoOperands(cmp); ago && f.Type != traverse.Time && f.Type != traverse.Date {
		at := dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}
		c.problem(at, CodeType, "%s is %s: between … ago does not apply to it", f.Name, f.Type.Noun()).Expected = operatorNames(f.Type)
		return nil
	}
	return operator.lower(c, model, f, cmp)
}

// misapplied reports an operator that the field's type does not have.
func (c *checker) misapplied(f traverse.Field, cmp *dsl.Comparison) {
	d := c.problem(dsl.Span{Start: cmp.OpSpan.Start, End: cmp.End}, CodeType, "%s is %s: %s does not apply to it", f.Name, f.Type.Noun(), cmp.Op)
	if suggested, ok := insteadOf(f.Type, cmp.Op); ok {
		d.Nearest = suggested.String()
		// A date or time leaves no doubt about the operator; a text may be anything.
		moment := func(l dsl.Literal) bool { _, ok := l.(*dsl.Moment); return ok }
		if (f.Type == traverse.Time || f.Type == traverse.Date) && len(cmp.Operands) == 1 && moment(cmp.Operands[0]) {
			d.ReplaceAt(cmp.OpSpan, d.Nearest)
		}
	}
	d.Expected = operatorNames(f.Type)
}
