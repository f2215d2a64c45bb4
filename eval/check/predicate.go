package check

import (
	"fmt"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/traverse"
)

// expr checks an expression. It reports what is wrong with it and then returns
// nil.
func (c *checker) expr(model *Model, ch *dsl.Child, path traverse.Path, e dsl.Expr) Expr {
	switch e := e.(type) {
	case *dsl.Comparison:
		if out, ok := c.comparison(model, ch, path, e); ok {
			c.comparisons = append(c.comparisons, out)
			return &c.comparisons[len(c.comparisons)-1]
		}
		return nil
	default:
		panic(fmt.Sprintf("check: unknown expression %T", e))
	}
}

func (c *checker) comparison(model *Model, ch *dsl.Child, path traverse.Path, cmp *dsl.Comparison) (Comparison, bool) {
	out, ok := c.reference(ch, path, cmp)
	if !ok {
		return Comparison{}, false
	}
	if out.Field.Derived != traverse.Stored {
		field := cmp.Ref[len(cmp.Ref)-1]
		c.problem(field.Span, CodeDerived, "%s is a %s field: an expression cannot use it", out.Field.Name, out.Field.Derived).Help =
			"use a field that is stored"
		return Comparison{}, false
	}
	if out.Field.Type == traverse.NoType {
		return Comparison{}, false
	}
	out.Predicate = c.predicate(model, out.Field, cmp)
	return out, out.Predicate != nil
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
