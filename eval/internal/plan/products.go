package plan

import (
	"slices"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// Columns count records that satisfy several expressions, each about one field. Any
// other expression is taken apart into products of these, of which no record satisfies
// two: `A or B` is `A`, and `B` where not `A`. The counts of the products add up.

// maxProducts is how many products a child has at most. One with more needs routes.
const maxProducts = 16

// A fieldExpr is an expression about one field, or its opposite.
type fieldExpr struct {
	at   *check.Comparison // a comparison about the field: the expression, if that is of no others
	expr check.Expr
	not  bool
}

// A product is expressions all of which a record must satisfy.
type product []fieldExpr

// productsOf returns the products of expressions that are AND-ed, or false if there are
// too many.
func productsOf(where []check.Expr) ([]product, bool) { return allProducts(where, false) }

// products returns the products of an expression, or of its opposite.
func products(e check.Expr, not bool) ([]product, bool) {
	if at := oneField(e); at != nil {
		return []product{{{at, e, not}}}, true
	}
	terms, kind := termsOf(e)
	switch {
	case kind == NoneOf:
		return products(terms[0], !not)
	case (kind == AllOf) != not:
		return allProducts(terms, not)
	}
	return anyProducts(terms, not)
}

// allProducts returns the products of all terms together, or of all their opposites.
func allProducts(terms []check.Expr, not bool) ([]product, bool) {
	list := []product{nil}
	for _, t := range terms {
		more, ok := products(t, not)
		if len(list) == 1 && len(more) == 1 {
			list[0] = append(list[0], more[0]...) // there may be very many terms
		} else {
			list = cross(list, more)
		}
		if !ok || len(list) > maxProducts {
			return nil, false
		}
	}
	return list, true
}

// anyProducts returns the products of one term or more, or of one opposite or more: each
// term where none of those before it holds.
func anyProducts(terms []check.Expr, not bool) ([]product, bool) {
	// The opposite of the last term is not needed, and that of a time may need routes.
	terms = slices.SortedStableFunc(slices.Values(terms), func(x, y check.Expr) int { return times(x) - times(y) })
	var list []product
	before := []product{nil} // what satisfies no term so far
	for i, t := range terms {
		holds, ok := products(t, not)
		if !ok {
			return nil, false
		}
		if list = append(list, cross(before, holds)...); len(list) > maxProducts {
			return nil, false
		}
		if i == len(terms)-1 {
			break
		}
		fails, ok := products(t, !not)
		if before = cross(before, fails); !ok || len(before) > maxProducts {
			return nil, false
		}
	}
	return list, true
}

// times returns how many comparisons of times an expression has.
func times(e check.Expr) int {
	terms, kind := termsOf(e)
	if kind == Compare && IsTime(e.(*check.Comparison).Field.Type) {
		return 1
	}
	n := 0
	for _, t := range terms {
		n += times(t)
	}
	return n
}

// cross returns each product of x together with each of y, without those that no record
// satisfies.
func cross(x, y []product) []product {
	var list []product
	for _, p := range x {
		for _, q := range y {
			if both, ok := p.and(q); ok {
				list = append(list, both)
			}
		}
	}
	return list
}

// and returns p and q as one product, or false if one has the opposite of an expression
// of the other.
func (p product) and(q product) (product, bool) {
	both := slices.Clone(p)
	for _, e := range q {
		at := slices.IndexFunc(p, func(have fieldExpr) bool { return have.expr == e.expr })
		switch {
		case at < 0:
			both = append(both, e)
		case p[at].not != e.not:
			return nil, false
		}
	}
	return both, true
}

// oneField returns a comparison of an expression that is about one field of one record,
// or nil. Comparisons of times stand alone: what they ask of a value depends on as of.
func oneField(e check.Expr) *check.Comparison {
	terms, kind := termsOf(e)
	if kind == Compare {
		return e.(*check.Comparison)
	}
	var at *check.Comparison
	for _, t := range terms {
		c := oneField(t)
		if c == nil || IsTime(c.Field.Type) || at != nil && !sameField(at, c) {
			return nil
		}
		at = c
	}
	return at
}

func sameField(x, y *check.Comparison) bool {
	return x.Step == y.Step && x.Field.Name == y.Field.Name &&
		slices.EqualFunc(x.Hops, y.Hops, func(a, b traverse.Step) bool { return a.Name == b.Name })
}
