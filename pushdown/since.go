package pushdown

import (
	"slices"
	"strings"

	"github.com/leadscore/leadscore/pushdown/internal/scalar"
)

// manyBounds is how many bounds a table is searched for; with more, all of it is read.
const manyBounds = 8

// since returns bounds of which the date of a record of the first table has to reach one, or
// else the record adds nothing to any column of r. It returns none if a record may add something
// whatever its date is.
func (l *lowering) since(r *relation) []*scalar.Expr {
	if !r.grouped || len(r.columns) == 0 || r.sources[0].leaf == nil {
		return nil
	}
	f, ok := r.sources[0].leaf.entity.Dated()
	if !ok {
		return nil
	}
	at := l.NullableRef(r.sources[0].alias+"."+formPlain.name(f, ""), scalar.Other, scalar.Range{})
	var all []*scalar.Expr
	for _, c := range r.columns {
		bounds, ok := c.since(l, at)
		if !ok {
			return nil
		}
		for _, b := range bounds {
			if !slices.Contains(all, b) {
				all = append(all, b)
			}
		}
	}
	if len(all) > manyBounds {
		return nil
	}
	return all
}

// since returns bounds of which at has to reach one, or else a row adds nothing to the column.
func (c *output) since(l *lowering, at *scalar.Expr) (bounds []*scalar.Expr, ok bool) {
	switch {
	case c.window != nil:
		return nil, false
	case c.measure == counts:
		return since(c.expr, at)
	case c.measure == sums && c.expr.Op() == scalar.Case:
		// Pairs of a condition and a number, and then the number if none holds.
		args := c.expr.Args()
		last := len(args) - 1
		if args[last] != l.Whole(0) {
			return nil, false
		}
		for i := 0; i < last; i += 2 {
			more, ok := since(args[i], at)
			if !ok {
				return nil, false
			}
			bounds = append(bounds, more...)
		}
		return bounds, true
	}
	return nil, false
}

// since returns bounds of which at has to reach one, or else e does not hold.
func since(e, at *scalar.Expr) (bounds []*scalar.Expr, ok bool) {
	args := e.Args()
	switch {
	case e.Op() == scalar.Call && e.Name() == callAt+">=" && args[0] == at:
		return args[1:], true
	case e.Op() == scalar.And:
		for _, a := range args {
			if bounds, ok := since(a, at); ok {
				return bounds, true
			}
		}
	case e.Op() == scalar.Or:
		for _, a := range args {
			more, ok := since(a, at)
			if !ok {
				return nil, false
			}
			bounds = append(bounds, more...)
		}
		return bounds, true
	}
	return nil, false
}

// reaches returns the condition that a date is one of bounds or later.
func (w *writer) reaches(at string, bounds []*scalar.Expr) string {
	list := make([]string, len(bounds))
	for i, b := range bounds {
		list[i] = at + " >= " + w.expr(b)
	}
	return strings.Join(list, " OR ")
}
